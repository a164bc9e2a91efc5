import assert from "node:assert/strict";
import { test } from "node:test";
import { writeProbeApp } from "../support/probe-app.ts";
import { ask, RawClient } from "../support/raw-client.ts";
import { Folder, sleep, startServer } from "../support/start-server.ts";

const get = (path: string): string => `GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`;

/** So many fast requests, after which several stand on a slot at a time. */
async function warmUp(port: number, count: number): Promise<void> {
  using client = await RawClient.connect(port);
  for (let sent = 0; sent < count; sent += 50) {
    client.send(get("/").repeat(50));
    for (let number = 0; number < 50; number += 1) await client.response();
  }
}

async function timed(port: number, path: string): Promise<number> {
  const start = performance.now();
  assert.equal((await ask(port, get(path))).status, 200);
  return performance.now() - start;
}

test("on one slot: a fast reply does not wait for the slow request behind it", async () => {
  using folder = new Folder();
  await using server = await startServer(["--disable-logging", writeProbeApp(folder)]);
  const times: number[] = [];
  for (const seconds of [2, 0.4, 0.4, 0.4, 0.4]) {
    await warmUp(server.port, 1500);
    using fast = await RawClient.connect(server.port);
    using slow = await RawClient.connect(server.port);
    fast.send(get("/"));
    slow.send(get(`/sleep?${seconds}`));
    const start = performance.now();
    await fast.response();
    times.push(performance.now() - start);
    await slow.response();
  }
  // One may have met a time slice of another process; none may have met the slow request.
  assert.ok(times.filter((time) => time > 20).length <= 1, `${times} ms`);
  assert.ok(Math.max(...times) < 200, `${times} ms`);
});

test("a slow application never has two requests on one worker while another is idle", async () => {
  using folder = new Folder();
  await using server = await startServer(["--processes", "2", "--disable-logging", writeProbeApp(folder)]);
  await server.untilPids("worker", { count: 2 });
  await warmUp(server.port, 1500);
  for (let round = 0; round < 5; round += 1) {
    const both = await Promise.all([timed(server.port, "/sleep?0.1"), timed(server.port, "/sleep?0.1")]);
    assert.ok(Math.max(...both) < 180, `round ${round}: ${both} ms`);
  }
  const first = timed(server.port, "/sleep?0.1");
  await sleep(50);
  assert.ok((await timed(server.port, "/sleep?0.1")) < 180);
  await first;
  const ten = await Promise.all(Array.from({ length: 10 }, () => timed(server.port, "/sleep?0.1")));
  assert.ok(Math.max(...ten) < 650, `ten on two workers: ${ten} ms`);
});

test("several routers: each reaches every worker when its own are busy", async () => {
  using folder = new Folder();
  const args = ["--processes", "2", "--http-processes", "2", "--disable-logging"];
  await using server = await startServer([...args, writeProbeApp(folder)]);
  await server.untilPids("worker", { count: 2 });
  for (let round = 0; round < 8; round += 1) {
    const first = timed(server.port, "/sleep?0.1");
    await sleep(10);
    const second = await timed(server.port, "/sleep?0.1");
    await first;
    assert.ok(second < 180, `round ${round}: ${second} ms`);
  }
  const many = await Promise.all(Array.from({ length: 20 }, () => timed(server.port, "/sleep?0.05")));
  assert.ok(Math.max(...many) < 1000, `${many} ms`);
});

test("a mix keeps its fast requests fast", async () => {
  using folder = new Folder();
  const args = ["--processes", "2", "--threads", "4", "--disable-logging"];
  await using server = await startServer([...args, writeProbeApp(folder)]);
  await server.untilPids("worker", { count: 2 });
  await warmUp(server.port, 1000);
  const fast: Promise<number>[] = [];
  const slow: Promise<number>[] = [];
  for (let number = 0; number < 500; number += 1) {
    if (number % 20 === 0) slow.push(timed(server.port, "/sleep?0.1"));
    else fast.push(timed(server.port, "/"));
    await sleep(3);
  }
  const times = (await Promise.all(fast)).sort((left, right) => left - right);
  assert.ok(Math.max(...(await Promise.all(slow))) < 250);
  const [median = 0, late = 0] = [
    times[Math.floor(times.length / 2)],
    times[Math.floor(times.length * 0.95)],
  ];
  assert.ok(median < 10 && late < 40, `half within ${median} ms, 95 % within ${late} ms`);
});
