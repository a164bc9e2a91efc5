import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { after, before, test } from "node:test";
import { promisify } from "node:util";
import { Client } from "undici";
import { recorded, writeProbeApp } from "../support/probe-app.ts";
import { ask, RawClient } from "../support/raw-client.ts";
import { Folder, type RunningServer, startServer, until } from "../support/start-server.ts";

const run = promisify(execFile);

let folder: Folder;
let server: RunningServer;
before(async () => {
  folder = new Folder();
  server = await startServer(["--processes", "2", "--threads", "2", writeProbeApp(folder)]);
});
after(async () => {
  await server[Symbol.asyncDispose]();
  folder[Symbol.dispose]();
});

const get = (path: string, more = ""): string => `GET ${path} HTTP/1.1\r\nHost: a\r\n${more}\r\n`;

test("an HTTP/1.1 connection is kept for the next request", async () => {
  using client = await RawClient.connect(server.port);
  for (let round = 0; round < 5; round += 1) {
    client.send(get("/"));
    const response = await client.response();
    assert.equal(response.status, 200);
    assert.equal(response.text, "hello");
    assert.equal(response.header("connection"), undefined);
  }
});

test("Connection: close is obeyed, in any case and among other options", async () => {
  for (const value of ["close", "Close", "keep-alive, close", "foo ,\tCLOSE"]) {
    using client = await RawClient.connect(server.port);
    client.send(get("/", `Connection: ${value}\r\n`));
    assert.equal((await client.response()).header("connection"), "close", value);
    assert.equal((await client.untilClosed()).length, 0, value);
  }
});

test("HTTP/1.0 closes by default", async () => {
  using client = await RawClient.connect(server.port);
  client.send("GET / HTTP/1.0\r\n\r\n");
  const response = await client.response();
  assert.equal(response.text, "hello");
  assert.equal(response.header("connection"), "close");
  assert.equal((await client.untilClosed()).length, 0);
});

test("HTTP/1.0 with Connection: keep-alive stays open and is told so", async () => {
  using client = await RawClient.connect(server.port);
  for (let round = 0; round < 3; round += 1) {
    client.send("GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n");
    const response = await client.response();
    assert.equal(response.text, "hello");
    assert.equal(response.header("connection"), "keep-alive");
  }
});

test("HTTP/1.0 never gets chunks: a body of unknown length ends with the connection", async () => {
  using client = await RawClient.connect(server.port);
  client.send("GET /pieces?100000,7000,0 HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  const response = await client.response();
  assert.equal(response.isChunked, false);
  assert.equal(response.header("connection"), "close");
  assert.equal(response.body.length, 100_000);
});

test("50 requests in one write are answered in their order", async () => {
  using client = await RawClient.connect(server.port);
  const numbers = Array.from({ length: 50 }, (_, number) => number);
  client.send(numbers.map((number) => get(`/bytes?${number}`)).join(""));
  for (const number of numbers) assert.equal((await client.response()).body.length, number);
});

test("a slow request is not overtaken by the quick one that was sent behind it", async () => {
  using client = await RawClient.connect(server.port);
  client.send(get("/sleep?0.1") + get("/"));
  assert.equal((await client.response()).text, "slept");
  assert.equal((await client.response()).text, "hello");
});

test("requests behind a body are answered in their order, wherever the bytes are cut", async () => {
  const known = "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 11\r\n\r\nhello world";
  const chunked =
    "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n6;x=y\r\n world\r\n0\r\nT: 1\r\n\r\n";
  const bytes = known + get("/bytes?3") + chunked + get("/bytes?4");
  for (let cut = 1; cut < bytes.length; cut += 3) {
    using client = await RawClient.connect(server.port);
    await client.sent(bytes.slice(0, cut));
    client.send(bytes.slice(cut));
    assert.equal((await client.response()).text, "hello world", `cut at ${cut}`);
    assert.equal((await client.response()).text, "xxx", `cut at ${cut}`);
    assert.equal((await client.response()).text, "hello world", `cut at ${cut}`);
    assert.equal((await client.response()).text, "xxxx", `cut at ${cut}`);
  }
});

test("a head may come a byte at a time", async () => {
  using client = await RawClient.connect(server.port);
  for (const byte of get("/environ?a=b", "X-One: 1\r\nx-two:   2\t\r\n")) await client.sent(byte);
  const environ = JSON.parse((await client.response()).text);
  assert.equal(environ.HTTP_X_ONE, "1");
  assert.equal(environ.HTTP_X_TWO, "2");
  assert.equal(environ.QUERY_STRING, "a=b");
});

test("a request behind a refused one is dropped", async () => {
  using client = await RawClient.connect(server.port);
  const id = "behind-an-error";
  client.send(`${get("/")}GET / HTTP/1.1\r\nHost : a\r\n\r\n${get("/", `X-Id: ${id}\r\n`)}`);
  assert.equal((await client.response()).status, 200);
  const refused = await client.response();
  assert.equal(refused.status, 400);
  assert.equal(refused.header("connection"), "close");
  assert.equal((await client.untilClosed()).length, 0);
  assert.ok(!recorded(folder, "ran").includes(id));
});

test("a request behind Connection: close is ignored", async () => {
  using client = await RawClient.connect(server.port);
  const id = "behind-close";
  client.send(get("/", "Connection: close\r\n") + get("/", `X-Id: ${id}\r\n`));
  assert.equal((await client.response()).status, 200);
  assert.equal((await client.untilClosed()).length, 0);
  assert.ok(!recorded(folder, "ran").includes(id));
});

test("a client that has closed its sending side still gets its response", async () => {
  using client = await RawClient.connect(server.port);
  client.send(get("/sleep?0.1"));
  client.socket.end();
  const response = await client.response();
  assert.equal(response.text, "slept");
  assert.equal((await client.untilClosed()).length, 0);
});

test("a client that has closed its sending side gets every response that it has asked for", async () => {
  using client = await RawClient.connect(server.port);
  client.send(get("/sleep?0.1") + get("/bytes?1") + get("/bytes?2"));
  client.socket.end();
  assert.equal((await client.response()).text, "slept");
  assert.equal((await client.response()).text, "x");
  assert.equal((await client.response()).text, "xx");
  assert.equal((await client.untilClosed()).length, 0);
});

test("half a request before the end of input costs nobody his response", async () => {
  using client = await RawClient.connect(server.port);
  client.send(`${get("/sleep?0.1")}GET / HT`);
  client.socket.end();
  assert.equal((await client.response()).text, "slept");
  assert.equal((await client.untilClosed()).length, 0);
});

test("an idle connection is closed after --http-keepalive", async () => {
  await using other = await startServer(["--http-keepalive", "1s", writeProbeApp(folder)]);
  using client = await RawClient.connect(other.port);
  client.send(get("/"));
  await client.response();
  const start = Date.now();
  assert.equal((await client.untilClosed(4000)).length, 0);
  assert.ok(Date.now() - start > 700);
});

test("--http-keepalive 0 closes after each response", async () => {
  await using other = await startServer(["--http-keepalive", "0", writeProbeApp(folder)]);
  using client = await RawClient.connect(other.port);
  client.send(get("/"));
  assert.equal((await client.response()).header("connection"), "close");
  await client.untilClosed();
});

test("curl uses one connection for several requests, and gets HTTP/1.0 right", async () => {
  const { stdout } = await run("curl", ["-sv", "--stderr", "-", `${server.url}/`, `${server.url}/bytes?3`]);
  assert.match(stdout, /Re-using existing connection/);
  const old = await run("curl", ["-s0", `${server.url}/pieces?5000,100,0`]);
  assert.equal(old.stdout.length, 5000);
});

test("undici's pipelining gets every response", async () => {
  const client = new Client(server.url, { pipelining: 20 });
  const sizes = Array.from({ length: 200 }, (_, number) => number);
  const bodies = sizes.map(async (size) => {
    const { body } = await client.request({ path: `/bytes?${size}`, method: "GET" });
    return (await body.text()).length;
  });
  assert.deepEqual(await Promise.all(bodies), sizes);
  await client.close();
});

test("1,000 connections are served at once", async () => {
  const clients = await Promise.all(Array.from({ length: 1000 }, () => RawClient.connect(server.port)));
  try {
    for (const client of clients) client.send(get("/"));
    const statuses = await Promise.all(clients.map(async (client) => (await client.response()).status));
    assert.ok(statuses.every((status) => status === 200));
    for (const client of clients) client.send(get("/bytes?9"));
    for (const client of clients) assert.equal((await client.response()).text, "x".repeat(9));
  } finally {
    for (const client of clients) client[Symbol.dispose]();
  }
  await until(
    "a fresh connection to be served",
    async () => (await ask(server.port, get("/"))).status === 200,
  );
});
