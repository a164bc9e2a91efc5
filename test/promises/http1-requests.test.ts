import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { writeProbeApp } from "../support/probe-app.ts";
import { ask, RawClient } from "../support/raw-client.ts";
import { Folder, type RunningServer, startServer } from "../support/start-server.ts";

let folder: Folder;
let server: RunningServer;
before(async () => {
  folder = new Folder();
  server = await startServer([writeProbeApp(folder)]);
});
after(async () => {
  await server[Symbol.asyncDispose]();
  folder[Symbol.dispose]();
});

async function environOf(request: string): Promise<Record<string, string | undefined>> {
  return JSON.parse((await ask(server.port, request)).text);
}

test("OPTIONS * reaches the application as the path *", async () => {
  const response = await ask(server.port, "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n");
  assert.equal(response.status, 200);
});

test("a target in absolute form is the same as in origin form", async () => {
  const environ = await environOf(
    "GET http://example.org:80/environ?x=1 HTTP/1.1\r\nHost: Example.ORG:80\r\n\r\n",
  );
  assert.equal(environ["PATH_INFO"], "/environ");
  assert.equal(environ["QUERY_STRING"], "x=1");
  assert.equal(environ["HTTP_HOST"], "Example.ORG:80");
  const root = await ask(server.port, "GET http://a HTTP/1.1\r\nHost: a\r\n\r\n");
  assert.equal(root.text, "hello");
});

test("unknown methods are the application's matter", async () => {
  for (const method of ["PROPFIND", "PATCH", "get", "M-SEARCH", "X!#$%&'*+.^_`|~9", "LONG".repeat(30)]) {
    const environ = await environOf(`${method} /environ HTTP/1.1\r\nHost: a\r\n\r\n`);
    assert.equal(environ["REQUEST_METHOD"], method);
  }
});

test("an Upgrade that nobody handles is ignored, and the connection goes on in HTTP/1.1", async () => {
  using client = await RawClient.connect(server.port);
  for (const protocol of ["websocket", "h2c", "TLS/1.0"]) {
    client.send(`GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: ${protocol}\r\n\r\n`);
    assert.equal((await client.response()).text, "hello");
  }
});

test("a path is decoded once and a query not at all", async () => {
  const environ = await environOf("GET /environ%3f%252e?%41=%20+ HTTP/1.1\r\nHost: a\r\n\r\n").catch(
    () => null,
  );
  assert.equal(environ, null); // another path: the application says hello
  const target = "/environ?%41=%20+&b=%";
  assert.equal(
    (await environOf(`GET ${target} HTTP/1.1\r\nHost: a\r\n\r\n`))["QUERY_STRING"],
    "%41=%20+&b=%",
  );
});

test("repeated headers are joined, cookies by a semicolon", async () => {
  const environ = await environOf(
    "GET /environ HTTP/1.1\r\nHost: a\r\nX-A: 1\r\nCookie: a=1\r\nx-a: 2\r\ncookie: b=2\r\nAccept: x\r\nACCEPT: y\r\n\r\n",
  );
  assert.equal(environ["HTTP_X_A"], "1, 2");
  assert.equal(environ["HTTP_COOKIE"], "a=1; b=2");
  assert.equal(environ["HTTP_ACCEPT"], "x, y");
});

test("Date is an RFC form of now, Server is tsgi, and an application's own stand", async () => {
  const response = await ask(server.port, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  const date = response.header("date") ?? "";
  assert.match(
    date,
    /^(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d (Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4} \d\d:\d\d:\d\d GMT$/,
  );
  assert.ok(Math.abs(Date.parse(date) - Date.now()) < 3000, date);
  assert.equal(response.header("server"), "tsgi");
  const own = await ask(server.port, "GET /own-headers HTTP/1.1\r\nHost: a\r\n\r\n");
  assert.equal(own.header("date"), "Thu, 01 Jan 1970 00:00:00 GMT");
  assert.equal(own.header("server"), "own");
  const refused = await ask(server.port, "GET / HTTP/1.1\r\n\r\n");
  assert.ok(refused.header("date"));
});

test("--server-header names another server, or none", async () => {
  await using none = await startServer(["--server-header", "", writeProbeApp(folder)]);
  assert.equal((await ask(none.port, "GET / HTTP/1.1\r\nHost: a\r\n\r\n")).header("server"), undefined);
  assert.equal((await ask(none.port, "GET / HTTP/1.1\r\n\r\n")).header("server"), undefined);
  await using other = await startServer(["--server-header", "x/1", writeProbeApp(folder)]);
  assert.equal((await ask(other.port, "GET / HTTP/1.1\r\nHost: a\r\n\r\n")).header("server"), "x/1");
});

test("HEAD has the head of GET and no body", async () => {
  using client = await RawClient.connect(server.port);
  for (const path of ["/bytes?1000", "/pieces?1000,10,0", "/sized-pieces?1000,10,0", "/nothing"]) {
    client.send(`GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`);
    const full = await client.response();
    client.send(`HEAD ${path} HTTP/1.1\r\nHost: a\r\n\r\n`);
    const head = await client.response({ isHead: true });
    assert.equal(head.status, 200);
    if (!full.isChunked) assert.equal(head.header("content-length"), full.header("content-length"), path);
  }
  client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  assert.equal((await client.response()).text, "hello");
});

test("204 and 304 have no body, and the connection goes on", async () => {
  using client = await RawClient.connect(server.port);
  for (const status of [204, 304]) {
    for (const path of ["status", "body-with-status"]) {
      client.send(`GET /${path}?${status}+Some+Words HTTP/1.1\r\nHost: a\r\n\r\n`);
      const response = await client.response();
      assert.equal(response.status, status);
      assert.equal(response.reason, "Some Words");
      assert.equal(response.body.length, 0);
    }
  }
  client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  assert.equal((await client.response()).text, "hello");
});

test("a body longer than its Content-Length is cut there, and the next response is whole", async () => {
  for (const form of ["list", "pieces"]) {
    using client = await RawClient.connect(server.port);
    const request = `GET /claims?5,1000,${form} HTTP/1.1\r\nHost: a\r\n\r\n`;
    client.send(`${request}GET /bytes?7 HTTP/1.1\r\nHost: a\r\n\r\n`);
    assert.equal((await client.response()).text, "xxxxx");
    assert.equal((await client.response()).text, "xxxxxxx");
  }
});

test("a body shorter than its Content-Length ends with the connection, and nothing follows", async () => {
  for (const [claimed, sent] of [
    [100, 5],
    [100, 0],
    [3_000_000, 2_000_000],
  ]) {
    for (const form of ["list", "pieces"]) {
      using client = await RawClient.connect(server.port);
      const request = `GET /claims?${claimed},${sent},${form} HTTP/1.1\r\nHost: a\r\n\r\n`;
      client.send(`${request}GET /bytes?7 HTTP/1.1\r\nHost: a\r\n\r\n`);
      const bytes = (await client.untilClosed()).toString("latin1");
      assert.equal(bytes.split("HTTP/1.1 ").length, 2, `${claimed},${sent},${form}: ${bytes.slice(0, 500)}`);
      assert.match(bytes, /^HTTP\/1\.1 (200|500) /);
    }
  }
  assert.equal((await ask(server.port, "GET / HTTP/1.1\r\nHost: a\r\n\r\n")).text, "hello");
});
