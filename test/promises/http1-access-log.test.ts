import assert from "node:assert/strict";
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, constants, existsSync, openSync, readFileSync, readSync } from "node:fs";
import { test } from "node:test";
import { writeProbeApp } from "../support/probe-app.ts";
import { ask, RawClient } from "../support/raw-client.ts";
import { Folder, NODE, type RunningServer, startServer, TSGI, until } from "../support/start-server.ts";

const get = (path: string): string => `GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`;
const TIME = String.raw`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z`;

/** The lines about requests, without time and milliseconds. */
function requestLines(log: string): readonly string[] {
  const form = new RegExp(`^${TIME} (worker \\d+|router) (\\S+) "(.*)" (\\d+) (\\d+) (\\d+\\.\\d)ms( .*)?$`);
  return log.split("\n").flatMap((line) => {
    const match = form.exec(line);
    return match === null ? [] : [match.slice(1, 6).join("|")];
  });
}

async function loggedLine(server: RunningServer, request: string | Buffer): Promise<string> {
  const before = requestLines(server.log).length;
  using client = await RawClient.connect(server.port);
  client.send(request);
  await client.response();
  await until(
    "its line",
    () => requestLines(server.log).length > before,
    () => server.log,
  );
  const lines = requestLines(server.log);
  assert.equal(lines.length, before + 1);
  return lines.at(-1) ?? "";
}

test("each request has one line: time, worker, address, request line, status, bytes, milliseconds", async () => {
  using folder = new Folder();
  await using server = await startServer([writeProbeApp(folder)]);
  assert.equal(
    await loggedLine(server, get("/bytes?123")),
    "worker 1|127.0.0.1|GET /bytes?123 HTTP/1.1|200|123",
  );
  assert.equal(
    await loggedLine(server, get("/status?404+No")),
    "worker 1|127.0.0.1|GET /status?404+No HTTP/1.1|404|4",
  );
  assert.equal(
    await loggedLine(server, get("/pieces?70000,7,0")),
    "worker 1|127.0.0.1|GET /pieces?70000,7,0 HTTP/1.1|200|70000",
  );
  assert.equal(
    await loggedLine(server, get("/file?0")),
    "worker 1|127.0.0.1|GET /file?0 HTTP/1.1|200|300000",
  );
  assert.equal(await loggedLine(server, "GET / HTTP/1.0\r\n\r\n"), "worker 1|127.0.0.1|GET / HTTP/1.0|200|5");
  assert.match(await loggedLine(server, "nonsense\r\n\r\n"), /^router\|127\.0\.0\.1\|.*\|400\|\d+$/);
});

test("a request that tsgi itself refuses has the reason in its line", async () => {
  using folder = new Folder();
  await using server = await startServer([writeProbeApp(folder)]);
  await loggedLine(server, "GET / HTTP/1.1\r\nHost : a\r\n\r\n");
  assert.match(
    server.log,
    / router 127\.0\.0\.1 "-" 400 \d+ 0\.0ms A header line has a space before its colon\.$/m,
  );
  await loggedLine(server, Buffer.from([0x16, 3, 1, 2, 0, 1]));
  assert.match(server.log, / "-" 400 \d+ 0\.0ms This looks like TLS, but this address speaks plain HTTP\.$/m);
});

test("milliseconds are those of the request", async () => {
  using folder = new Folder();
  await using server = await startServer([writeProbeApp(folder)]);
  await loggedLine(server, get("/sleep?0.2"));
  const [, milliseconds] = / (\d+\.\d)ms$/m.exec(server.log) ?? [];
  assert.ok(Number(milliseconds) >= 200 && Number(milliseconds) < 400, milliseconds);
});

test("a client that leaves has its line too, with 499", async () => {
  using folder = new Folder();
  await using server = await startServer([writeProbeApp(folder)]);
  for (const path of ["/sleep?0.1", "/pieces?100000000,1000,0.01"]) {
    const before = requestLines(server.log).length;
    using client = await RawClient.connect(server.port);
    await client.sent(get(path));
    if (path.startsWith("/pieces")) await until("an answer", () => client.unread.length > 0);
    client.socket.resetAndDestroy();
    await until("its line", () => requestLines(server.log).length === before + 1);
  }
  assert.match(requestLines(server.log)[0] ?? "", /\|499\|0$/);
});

test("nothing that a client sends moves a terminal's cursor or forges a line", async () => {
  using folder = new Folder();
  await using server = await startServer([writeProbeApp(folder)]);
  const target = Buffer.from('/"\\\x9b2J\x85\xe9', "latin1");
  const line = await loggedLine(
    server,
    Buffer.concat([Buffer.from("GET "), target, Buffer.from(" HTTP/1.1\r\nHost: a\r\n\r\n")]),
  );
  assert.ok(line.includes(String.raw`/\x22\x5c\x9b2J\x85`), line);
  await loggedLine(server, Buffer.from("GET /\x1b[2J\x07 HTTP/1.1\r\nHost: a\r\n\r\n"));
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
  assert.doesNotMatch(server.log, /[\x00-\x09\x0b-\x1f\x7f-\x9f]/);
});

test("--disable-logging writes no line for a request", async () => {
  using folder = new Folder();
  await using server = await startServer(["--disable-logging", writeProbeApp(folder)]);
  for (let round = 0; round < 20; round += 1) await ask(server.port, get("/"));
  await server.stop();
  assert.deepEqual(requestLines(server.log), []);
});

test("--logto writes every line to the file, and the last ones before the end", async () => {
  using folder = new Folder();
  await using server = await startServer(["--logto", folder.file("log"), writeProbeApp(folder)], {
    withoutWaiting: true,
  });
  await until("the server to listen", () => {
    try {
      return folder.read("log").includes("listening on ");
    } catch {
      return false;
    }
  });
  const port = Number(/listening on http:\/\/127\.0\.0\.1:(\d+)/.exec(folder.read("log"))?.[1]);
  using client = await RawClient.connect(port);
  client.send(get("/bytes?1").repeat(500));
  for (let number = 0; number < 500; number += 1) await client.response();
  await server.stop();
  assert.equal(requestLines(folder.read("log")).length, 500);
  assert.deepEqual(requestLines(server.log), []);
});

test("a log that nobody reads slows no request down, and neither replacements nor the stop", async () => {
  using folder = new Folder();
  const address = folder.file("http.sock");
  const log = folder.file("log");
  execFileSync("mkfifo", [log]);
  const pipe = openSync(log, constants.O_RDWR | constants.O_NONBLOCK);
  const child = spawn(NODE, [TSGI, "--http", address, writeProbeApp(folder)], {
    stdio: ["ignore", pipe, pipe],
  });
  const end = once(child, "exit");
  try {
    await until(
      "the server to listen",
      () => existsSync(address) && readable(pipe).includes("listening on "),
    );
    using client = await RawClient.connect(address);
    const request = get(`/?${"a".repeat(1000)}`);
    // Some megabytes of lines: far more than a pipe holds.
    for (let round = 0; round < 60; round += 1) {
      client.send(request.repeat(50));
      for (let number = 0; number < 50; number += 1) await client.response({ milliseconds: 2000 });
    }
    const start = performance.now();
    client.send(get("/"));
    assert.equal((await client.response()).text, "hello");
    assert.ok(performance.now() - start < 200, `${performance.now() - start} ms`);
    await killWorkerOf(child, address);
  } finally {
    child.kill("SIGTERM");
    const timer = setTimeout(() => child.kill("SIGKILL"), 10_000);
    await end;
    clearTimeout(timer);
    closeSync(pipe);
  }
  assert.equal(child.exitCode, 0);
});

let heard = "";

/** What has come through the pipe so far. */
function readable(pipe: number): string {
  const buffer = Buffer.alloc(65_536);
  try {
    heard += buffer.toString("utf8", 0, readSync(pipe, buffer));
  } catch {
    // nothing new
  }
  return heard;
}

/** Kills the worker; the next request is answered by its successor. */
async function killWorkerOf(master: ChildProcess, address: string): Promise<void> {
  const zygote = childrenOf(master.pid ?? 0).find((pid) => titleOf(pid).includes("zygote")) ?? 0;
  const [worker = 0] = childrenOf(zygote);
  process.kill(worker, "SIGKILL");
  await until("a successor", () => childrenOf(zygote).some((pid) => pid !== worker));
  using client = await RawClient.connect(address);
  client.send(get("/"));
  assert.equal((await client.response()).text, "hello");
}

function childrenOf(pid: number): number[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").split(" ").filter(Boolean).map(Number);
}

function titleOf(pid: number): string {
  return readFileSync(`/proc/${pid}/cmdline`, "utf8");
}

test("a full disk under the log fails no request, not even one that prints", async () => {
  using folder = new Folder();
  const address = folder.file("http.sock");
  const app = folder.write(
    "app.py",
    `def application(environ, start_response):
    print("to be seen by nobody", flush=True)
    environ["wsgi.errors"].write("nor this\\n")
    start_response("200 OK", [])
    return [b"answered"]
`,
  );
  const options = ["--http", address, "--logto", "/dev/full", app];
  await using server = await startServer(options, { withoutWaiting: true });
  // The socket is there before anybody listens on it, and no log says since when.
  const answer = () => ask(address, get("/")).catch(() => null);
  await until("the server to listen", async () => (await answer())?.text === "answered");
  assert.equal((await answer())?.text, "answered");
  assert.equal(server.pids("worker").length, 1);
});
