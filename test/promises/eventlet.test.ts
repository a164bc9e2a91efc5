import assert from "node:assert/strict";
import { test } from "node:test";
import { askAtOnce, startGreen, upload } from "../support/green-server.ts";

test("eventlet = 200: two hundred requests that sleep a second are answered by one worker in about a second", async () => {
  await using server = await startGreen(["--eventlet", "200"]);
  const { statuses, seconds } = await askAtOnce(server, 200, "/sleep?1");
  assert.deepEqual(statuses, Array(200).fill("200"));
  assert.ok(seconds < 2.5, `took ${seconds} s`);
  assert.match(server.log, /1 worker × 200 green threads \(eventlet\)/);
});

test("eventlet: uploads, streams and programs beside slow requests, with several routers", async () => {
  await using server = await startGreen([
    "--eventlet",
    "50",
    "--http-processes",
    "2",
    "--post-buffering",
    "1000",
  ]);
  const others = askAtOnce(server, 10, "/sleep?0.3");
  const stream = server.fetch("/stream?10,0.05");
  const program = server.fetch("/run?42");
  assert.equal(await upload(server, 1_000_000), true);
  assert.equal((await (await stream).arrayBuffer()).byteLength, 10 * 8192);
  assert.equal((await (await program).text()).trim(), "42");
  assert.deepEqual((await others).statuses, Array(10).fill("200"));
});

test("eventlet: SIGTERM ends it in time, and atexit runs", async () => {
  await using server = await startGreen(["--eventlet", "20"]);
  const worker = await (await server.fetch("/leave")).text();
  const begin = performance.now();
  assert.deepEqual(await server.stop(), { code: 0, signal: null });
  assert.ok(performance.now() - begin < 5000, `took ${performance.now() - begin} ms`);
  assert.match(server.log, new RegExp(`goodbye of ${worker}`));
});
