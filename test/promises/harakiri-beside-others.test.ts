/** Late requests while something else goes on: a reload, an upload, a client that has left. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { recorded, writeProbeApp } from "../support/probe-app.ts";
import { RawClient } from "../support/raw-client.ts";
import { Folder, sleep, startServer, until } from "../support/start-server.ts";

const HANG = "GET /sleep?600 HTTP/1.1\r\nHost: a\r\n\r\n";

test("a reload changes harakiri", async () => {
  using folder = new Folder();
  const app = writeProbeApp(folder);
  const configure = (lines: string) =>
    folder.write("site.ini", `[uwsgi]\nhttp = 127.0.0.1:0\nwsgi-file = ${app}\n${lines}`);
  await using server = await startServer([configure("")], { withoutListener: true });
  configure("harakiri = 1\n");
  server.kill("SIGHUP");
  await server.waitForLog(/generation 2 serves/);
  assert.equal((await server.fetch("/sleep?600")).status, 504);
  await server.waitForLog(/ runs it:\n.*in application/);
  configure("");
  server.kill("SIGHUP");
  await server.waitForLog(/generation 3 serves/);
  assert.equal((await server.fetch("/sleep?2")).status, 200);
});

test("a worker that leaves after a reload, and has a late request: 504, and it is killed", async () => {
  using folder = new Folder();
  await using server = await startServer(["--harakiri", "5", writeProbeApp(folder)]);
  const [worker = 0] = await server.untilPids("worker", { count: 1 });
  const late = server.fetch("/sleep?600");
  await until("the request to run", () => recorded(folder, "ran").length === 1);
  server.kill("SIGHUP");
  const [successor] = await server
    .untilPids("worker", { count: 2 })
    .then((pids) => pids.filter((pid) => pid !== worker));
  assert.equal(await (await server.fetch("/pid")).text(), String(successor));
  assert.equal((await late).status, 504);
  await server.waitForLog(new RegExp(`pid ${worker}\\): GET .*; it leaves already, and is killed`));
  await server.waitForLog(/reloaded in .*: generation 2 serves/);
  assert.deepEqual(await server.untilPids("worker", { count: 1 }), [successor]);
});

test("a request whose client has left counts on: it holds its thread all the same", async () => {
  using folder = new Folder();
  await using server = await startServer(["--harakiri", "1", writeProbeApp(folder)]);
  const [worker = 0] = await server.untilPids("worker", { count: 1 });
  const client = await RawClient.connect(server.port);
  client.send(HANG);
  await until("the request to run", () => recorded(folder, "ran").length === 1);
  client[Symbol.dispose]();
  assert.notEqual(await (await server.fetch("/pid")).text(), String(worker));
  await server.waitForLog(new RegExp(`worker 1 \\(pid ${worker}\\): killed by signal 9`));
});

test("the wait for a slow upload does not count", async () => {
  using folder = new Folder();
  const args = ["--harakiri", "1", "--post-buffering", "64k", writeProbeApp(folder)];
  await using server = await startServer(args);
  using client = await RawClient.connect(server.port);
  const pieces = 10;
  const length = (pieces + 1) * 70_000;
  client.send(`POST /digest HTTP/1.1\r\nHost: a\r\nContent-Length: ${length}\r\n\r\n`);
  client.send("x".repeat(70_000));
  await until("the request to run", () => recorded(folder, "ran").length === 1);
  for (let piece = 0; piece < pieces; piece += 1) {
    await sleep(250);
    client.send("x".repeat(70_000));
  }
  const { status, text } = await client.response();
  assert.equal(status, 200);
  assert.match(text, new RegExp(` ${length} `));
  assert.doesNotMatch(server.log, /has run for/);
});

test("what a late request answers in the end, while others still finish, goes to nobody", async () => {
  using folder = new Folder();
  const app = folder.write(
    "late.py",
    `
import time

def pieces():
    for _ in range(3):
        yield b"late" * 100
        time.sleep(0.1)

def application(environ, start_response):
    time.sleep(float(environ["QUERY_STRING"] or 0))
    start_response("200 OK", [])
    return pieces() if environ["PATH_INFO"] == "/late" else [b"other"]
`,
  );
  await using server = await startServer(["--harakiri", "2", "--threads", "2", app]);
  using client = await RawClient.connect(server.port);
  client.send("GET /late?3 HTTP/1.1\r\nHost: a\r\n\r\n");
  await sleep(1500);
  const other = server.fetch("/?1.9");
  assert.equal((await client.response()).status, 504);
  client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  assert.equal((await client.response()).text, "other");
  assert.equal(await (await other).text(), "other");
  assert.equal(client.unread.length, 0);
  client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  assert.equal((await client.response()).text, "other");
});

test("what a client sends cannot forge the log by being late", async () => {
  using folder = new Folder();
  const app = folder.write("app.py", "import time\ndef application(*_): time.sleep(600)\n");
  await using server = await startServer(["--harakiri", "1", app]);
  using client = await RawClient.connect(server.port);
  client.send("GET /sleep?600\x9b31m HTTP/1.1\r\nHost: a\r\n\r\n");
  assert.equal((await client.response()).status, 504);
  assert.match(server.log, /GET \/sleep\?600\\x9b31m from 127\.0\.0\.1 has run for/);
});
