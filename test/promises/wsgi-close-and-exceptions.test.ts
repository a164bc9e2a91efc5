import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { plainRequest } from "../support/plain-request.ts";
import { ask, RawClient } from "../support/raw-client.ts";
import { type RunningServer, startServer, until } from "../support/start-server.ts";

const APP = fileURLToPath(new URL("../apps/response_app.py", import.meta.url));

let server: RunningServer;
let worker: string;
before(async () => {
  server = await startServer([APP]);
  worker = await pidOfWorker();
});
after(() => server[Symbol.asyncDispose]());

async function pidOfWorker(): Promise<string> {
  return (await server.fetch("/pid")).text();
}

let requests = 0;
/** A path with a number of its own, so that its lines in the log are its own. */
function numbered(path: string): string {
  requests += 1;
  return `${path}?${requests}`;
}

function timesClosed(path: string): number {
  return server.log.split(`closed ${path} (1)`).length - 1;
}

async function untilClosedOnce(path: string): Promise<void> {
  await until(
    `${path} to be closed`,
    () => timesClosed(path) > 0,
    () => server.log,
  );
  // One worker serves one request after the other: whatever it does to the first is done behind the second.
  assert.equal(await pidOfWorker(), worker);
  assert.equal(timesClosed(path), 1);
  assert.ok(!server.log.includes(`closed ${path} (2)`), "closed twice");
}

async function untilLogged(from: number, pattern: RegExp): Promise<void> {
  await until(
    `the log to match ${pattern}`,
    () => pattern.test(server.log.slice(from)),
    () => server.log.slice(from),
  );
}

for (const [path, method] of [
  ["/close", "GET"],
  ["/close", "HEAD"],
  ["/close_empty", "GET"],
  ["/raise_at_once", "GET"],
  ["/raise_later", "GET"],
  ["/raise_with_length", "GET"],
]) {
  test(`close() is called exactly once: ${method} ${path?.slice(1)}`, async () => {
    const target = numbered(path ?? "");
    using client = await RawClient.connect(server.port);
    client.send(plainRequest(target, [], method));
    await client.untilClosed();
    await untilClosedOnce(target);
  });
}

for (const status of ["204 No Content", "304 Not Modified"]) {
  test(`close() is called exactly once: a stream under ${status}`, async () => {
    const target = numbered("/bodyless_stream");
    assert.equal((await ask(server.port, plainRequest(target, [`X-Status: ${status}`]))).body.length, 0);
    await untilClosedOnce(target);
  });
}

for (const path of ["/close_generator", "/close_endless"]) {
  test(`a client that leaves ends the iteration, and close() is called once: ${path.slice(1)}`, async () => {
    for (const version of ["1.1", "1.0"]) {
      const target = numbered(path);
      using client = await RawClient.connect(server.port);
      client.send(`GET ${target} HTTP/${version}\r\nHost: a\r\n\r\n`);
      await new Promise((resolve) => client.socket.once("data", resolve));
      client.socket.destroy();
      await untilClosedOnce(target);
    }
  });
}

test("a client that leaves is an error of write(), also if the application would never stop", async () => {
  const from = server.log.length;
  using client = await RawClient.connect(server.port);
  client.send(plainRequest("/write_endless"));
  await new Promise((resolve) => client.socket.once("data", resolve));
  client.socket.destroy();
  await untilLogged(from, /worker 1: write\(\) raised ClientGone/);
  assert.equal(await pidOfWorker(), worker);
});

test("an exception in close() is logged, the response is whole", async () => {
  const from = server.log.length;
  const target = numbered("/close_raises");
  assert.equal((await ask(server.port, plainRequest(target))).text, "whole");
  await untilLogged(from, /ValueError: in close\(\)/);
  await untilClosedOnce(target);
});

const exceptions = [
  "ValueError",
  "SystemExit",
  "KeyboardInterrupt",
  "GeneratorExit",
  "MemoryError",
  "RecursionError",
  "BaseException",
  "StopIteration",
  "OSError",
];
for (const path of ["/raise", "/raise_started"]) {
  test(`any exception ${path === "/raise" ? "before" : "after"} start_response is a 500 with the traceback in the log, not the worker's end`, async (t) => {
    for (const name of exceptions) {
      await t.test(name, async () => {
        const from = server.log.length;
        const response = await ask(server.port, plainRequest(`${path}?${name}`));
        assert.equal(response.status, 500);
        assert.equal(response.text, "Internal Server Error\n");
        assert.equal(response.header("content-type"), "text/plain; charset=utf-8");
        await untilLogged(from, /Traceback \(most recent call last\)/);
        assert.match(
          server.log.slice(from),
          new RegExp(`worker 1: GET ${path}\\?${name} HTTP/1.1: the application`),
        );
        assert.match(server.log.slice(from), /response_app\.py", line \d+, in raise_/);
        assert.doesNotMatch(server.log.slice(from), /python\/tsgi\//);
      });
    }
    assert.equal(await pidOfWorker(), worker);
    assert.equal(server.pids("worker").length, 1);
  });
}

test("the connection goes on after a 500", async () => {
  using client = await RawClient.connect(server.port);
  client.send("GET /raise?ValueError HTTP/1.1\r\nHost: a\r\n\r\nGET /pid HTTP/1.1\r\nHost: a\r\n\r\n");
  assert.equal((await client.response()).status, 500);
  assert.equal((await client.response()).text, worker);
});

test("a recursion without end is a 500, and the worker lives", async () => {
  assert.equal((await ask(server.port, plainRequest("/recursion"))).status, 500);
  assert.equal(await pidOfWorker(), worker);
});

test("an exception at the first step of the iteration is a 500", async () => {
  const from = server.log.length;
  assert.equal((await ask(server.port, plainRequest(numbered("/raise_at_once")))).status, 500);
  await untilLogged(from, /ValueError: at the first step/);
});

test("an exception after the first bytes cuts the connection: the client sees what there was, and that it is not all", async () => {
  for (const [path, version] of [
    ["/raise_later", "1.1"],
    ["/raise_with_length", "1.1"],
    ["/raise_with_length", "1.0"],
  ]) {
    const from = server.log.length;
    using client = await RawClient.connect(server.port);
    client.send(
      `GET ${numbered(path ?? "")} HTTP/${version}\r\nHost: a\r\n\r\nGET /pid HTTP/1.1\r\nHost: a\r\n\r\n`,
    );
    await assert.rejects(client.response(), /connection ended within a response/);
    const received = client.unread.toString("latin1");
    assert.match(received, /first bytes/);
    assert.equal(received.split("HTTP/1.1 ").length, 2, "a second response behind the broken one");
    await untilLogged(from, /ValueError: in the middle/);
  }
});

test("a body that only ends with the connection is reset when it breaks off, or it would look whole", async () => {
  using client = await RawClient.connect(server.port);
  const error = new Promise((resolve) => client.socket.once("error", resolve));
  client.send(`GET ${numbered("/raise_later")} HTTP/1.0\r\n\r\n`);
  assert.equal(((await error) as NodeJS.ErrnoException).code, "ECONNRESET");
});

test("wsgi.errors goes into the log by whole lines with time and worker; print() is seen", async () => {
  const from = server.log.length;
  await (await server.fetch("/log")).text();
  await untilLogged(from, /printed to stderr/);
  await untilLogged(from, /printed to stdout/);
  const stamp = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z worker 1: /;
  const lines = server.log.slice(from).split("\n");
  const ours = lines.filter((line) => stamp.test(line)).map((line) => line.replace(stamp, ""));
  assert.deepEqual(ours, [
    "written whole",
    "and a second line",
    "unfinished line",
    "line A",
    "line B",
    "printed to wsgi.errors",
    "flushed without a line end",
    "Wei\xdf \u20ac \\ud800",
  ]);
});

test("what an application leaves unfinished in wsgi.errors is not lost", async () => {
  const from = server.log.length;
  await (await server.fetch("/log_unfinished")).text();
  await pidOfWorker();
  await untilLogged(from, /worker 1: no line end at all\n/);
});
