import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import { askAtOnce, startGreen, upload } from "../support/green-server.ts";
import { writeHelloApp } from "../support/hello-app.ts";
import { RawClient } from "../support/raw-client.ts";
import { Folder, runToEnd, until } from "../support/start-server.ts";

const SLOW = "GET /sleep?1 HTTP/1.1\r\nHost: a\r\n\r\n";

test("gevent = 200: two hundred requests that sleep a second are answered by one worker in about a second", async () => {
  await using server = await startGreen(["--gevent", "200"]);
  const { statuses, seconds } = await askAtOnce(server, 200, "/sleep?1");
  assert.deepEqual(statuses, Array(200).fill("200"));
  assert.ok(seconds < 2.5, `took ${seconds} s`);
  assert.equal(server.pids("worker").length, 1);
  assert.match(server.log, /1 worker × 200 green threads \(gevent\)/);
});

test("gevent = 3: the fourth request waits for its turn", async () => {
  await using server = await startGreen(["--gevent", "3"]);
  const { seconds } = await askAtOnce(server, 4, "/sleep?0.5");
  assert.ok(seconds >= 1, `took ${seconds} s`);
});

test("several routers share the green threads of a worker, whoever has the clients", async () => {
  await using server = await startGreen(["--gevent", "100", "--http-processes", "2"]);
  const { statuses, seconds } = await askAtOnce(server, 100, "/sleep?1");
  assert.deepEqual(statuses, Array(100).fill("200"));
  assert.ok(seconds < 2.5, `took ${seconds} s`);
  const fast = await askAtOnce(server, 200, "/");
  assert.deepEqual(fast.statuses, Array(200).fill("200"));
});

test("uploads, streams and slow requests go on side by side", async () => {
  await using server = await startGreen(["--gevent", "50", "--post-buffering", "1000"]);
  const begin = performance.now();
  const streams = Array.from({ length: 10 }, async () => {
    const response = await server.fetch("/stream?10,0.05");
    const body = Buffer.from(await response.arrayBuffer());
    assert.equal(body.length, 10 * 8192);
    assert.equal(body.toString("latin1", body.length - 8), "00000009");
  });
  const uploads = Array.from({ length: 10 }, () => upload(server, 1_000_000));
  const [isEveryUploadWhole] = await Promise.all([
    Promise.all(uploads),
    askAtOnce(server, 10, "/sleep?0.5"),
    ...streams,
  ]);
  assert.deepEqual(isEveryUploadWhole, Array(10).fill(true));
  assert.ok(performance.now() - begin < 4000, `took ${performance.now() - begin} ms`);
});

test("a client that takes its time holds up nobody else", async () => {
  await using server = await startGreen(["--gevent", "10", "--response-buffering", "10000"]);
  const slow = await RawClient.connect(server.port);
  using _ = slow;
  slow.socket.pause();
  slow.send("GET /stream?5000,0 HTTP/1.1\r\nHost: a\r\n\r\n");
  const { seconds } = await askAtOnce(server, 20, "/sleep?0.1");
  assert.ok(seconds < 2, `took ${seconds} s`);
  slow.socket.resume();
  assert.equal((await slow.response()).body.length, 5000 * 8192);
});

test("what belongs to a thread belongs to a green thread: locals, unfinished lines of wsgi.errors", async () => {
  await using server = await startGreen(["--gevent", "20"]);
  const names = Array.from({ length: 20 }, (_, index) => `name-${index}`);
  const answers = names.map(async (name) => (await server.fetch(`/local?${name}`)).text());
  assert.deepEqual(await Promise.all(answers), names);
  await Promise.all(["one", "two"].map(async (name) => (await server.fetch(`/write?${name}`)).text()));
  await server.waitForLog(/begun by one, ended by one/);
  await server.waitForLog(/begun by two, ended by two/);
});

test("children: a program that is run, and a fork among requests that run", async () => {
  await using server = await startGreen(["--gevent", "20"]);
  assert.equal((await (await server.fetch("/run?42")).text()).trim(), "42");
  const others = askAtOnce(server, 10, "/sleep?0.3");
  assert.equal(await (await server.fetch("/fork")).text(), "7");
  assert.deepEqual((await others).statuses, Array(10).fill("200"));
  assert.equal(server.pids("worker").length, 1);
});

test("SIGTERM: what runs is finished, atexit runs, and loops of the application's own hold up nothing", async () => {
  await using server = await startGreen(["--gevent", "20"]);
  const worker = await (await server.fetch("/leave")).text();
  using client = await RawClient.connect(server.port);
  client.send(SLOW);
  await until("the request to run", async () => (await server.fetch()).status === 200);
  const begin = performance.now();
  const exit = server.stop();
  assert.equal((await client.response()).body.toString(), worker);
  assert.deepEqual(await exit, { code: 0, signal: null });
  assert.ok(performance.now() - begin < 5000, `took ${performance.now() - begin} ms`);
  assert.match(server.log, new RegExp(`goodbye of ${worker}`));
});

test("a worker that is asked to leave finishes its requests; one that is killed is replaced", async () => {
  await using server = await startGreen(["--gevent", "20"]);
  const [first = 0] = await server.untilPids("worker", { count: 1 });
  using client = await RawClient.connect(server.port);
  client.send(SLOW);
  await until("the request to run", async () => (await server.fetch()).status === 200);
  process.kill(first, "SIGTERM");
  assert.equal((await client.response()).body.toString(), String(first));
  const [second = 0] = await server.untilPids("worker", { count: 1, without: [first] });
  await server.waitForLog(new RegExp(`worker 1 \\(pid ${first}\\): has left after`));
  process.kill(second, "SIGKILL");
  const [third] = await server.untilPids("worker", { count: 1, without: [first, second] });
  assert.equal(await (await server.fetch()).text(), String(third));
});

test("a router that is killed is found again by every green thread", async () => {
  await using server = await startGreen(["--gevent", "30"]);
  const [router = 0] = server.pids("router");
  process.kill(router, "SIGKILL");
  await server.untilPids("router", { count: 1, without: [router] });
  await until("all to be answered", async () => {
    const { statuses, seconds } = await askAtOnce(server, 30, "/sleep?0.3").catch(() => ({
      statuses: [],
      seconds: 9,
    }));
    return statuses.length === 30 && seconds < 0.6;
  });
});

test("a package that is not installed ends the start with one clear message", async () => {
  using folder = new Folder();
  execFileSync("python3", ["-m", "venv", "--without-pip", folder.file("bare")]);
  const python = folder.file("bare/bin/python");
  const app = writeHelloApp(folder);
  for (const name of ["gevent", "eventlet"]) {
    const { exit, output } = await runToEnd([`--${name}`, "100", "--python", python, app]);
    assert.equal(exit.code, 1);
    const sentence = `tsgi: error: ${name} is asked for (${name} = 100), but is not installed for ${python}`;
    assert.ok(output.includes(`${sentence}\n  Install it there: ${python} -m pip install ${name}`), output);
  }
});
