/** The PROXY protocol in front of HTTP: from trusted proxies, and from nobody else. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { curl } from "../support/curl.ts";
import { plainRequest } from "../support/plain-request.ts";
import { writeProbeApp } from "../support/probe-app.ts";
import { ask, RawClient } from "../support/raw-client.ts";
import { startGunicorn } from "../support/start-gunicorn.ts";
import { Folder, startServer } from "../support/start-server.ts";

type Environ = Readonly<Record<string, string>>;

const LINE = "PROXY TCP4 192.0.2.1 198.51.100.2 4660 443\r\n";
const BINARY = Buffer.concat([
  Buffer.from("\r\n\r\n\0\r\nQUIT\n\x21\x21\0\x24", "latin1"),
  Buffer.from(`20010db8${"0".repeat(23)}1${"0".repeat(31)}1123401bb`, "hex"),
]);
const LOCAL = Buffer.from("\r\n\r\n\0\r\nQUIT\n\x20\0\0\0", "latin1");
const REQUEST = plainRequest("/environ");

const start = (folder: Folder, ...args: readonly string[]) =>
  startServer(["--http-socket", "127.0.0.1:0", "--enable-proxy-protocol", ...args, writeProbeApp(folder)]);

function clientOf(body: Buffer): readonly (string | undefined)[] {
  const environ = JSON.parse(body.toString()) as Environ; // what the probe application answers
  return [environ["REMOTE_ADDR"], environ["REMOTE_PORT"]];
}

test("the client that a proxy names is in the environ and in the log", async () => {
  using folder = new Folder();
  await using server = await start(folder);
  const line = await ask(server.port, LINE + REQUEST);
  assert.deepEqual(clientOf(line.body), ["192.0.2.1", "4660"]);
  await server.waitForLog(/worker 1 192\.0\.2\.1 "GET \/environ/);
  const binary = await ask(server.port, Buffer.concat([BINARY, Buffer.from(REQUEST)]));
  assert.deepEqual(clientOf(binary.body), ["2001:db8::1", "4660"]);
  await server.waitForLog(/worker 1 2001:db8::1 "GET \/environ/);
  const local = await ask(server.port, Buffer.concat([LOCAL, Buffer.from(REQUEST)]));
  assert.equal(clientOf(local.body)[0], "127.0.0.1");
});

test("curl's own header, and more requests on its connection", async () => {
  using folder = new Folder();
  await using server = await start(folder);
  const url = `http://127.0.0.1:${server.port}`;
  const output = await curl("--haproxy-protocol", "-d", "x".repeat(100_000), `${url}/digest`, `${url}/`);
  assert.match(output, /^[0-9a-f]{64} 100000 100000hello$/);
});

test("the header may come a byte at a time", async () => {
  using folder = new Folder();
  await using server = await start(folder);
  for (const header of [Buffer.from(LINE), BINARY]) {
    using client = await RawClient.connect(server.port);
    for (const byte of Buffer.concat([header, Buffer.from(REQUEST)])) await client.sent(Buffer.from([byte]));
    assert.equal(clientOf((await client.response()).body)[1], "4660");
  }
});

test("a connection without a header, or with a wrong one, is closed and logged", async () => {
  using folder = new Folder();
  await using server = await start(folder);
  const wrong = [
    ["GET / HTTP/1.1\r\nHost: a\r\n\r\n", /it begins with no PROXY header/],
    ["PROXY TCP4 192.0.2.1\r\n", /its PROXY line is not PROXY TCP4/],
    [`PROXY ${"x".repeat(200)}`, /its PROXY line is too long/],
    ["\r\n\r\n\0\r\nQUIT\n\x31\x21\0\x24", /of no known version/],
  ] as const;
  for (const [bytes, message] of wrong) {
    using client = await RawClient.connect(server.port);
    client.send(bytes);
    assert.equal((await client.untilClosed()).length, 0);
    await server.waitForLog(new RegExp(`PROXY protocol from 127\\.0\\.0\\.1:\\d+: .*${message.source}`));
  }
  using half = await RawClient.connect(server.port);
  half.send("PROXY TCP4 ");
  half.socket.end();
  await half.untilClosed();
  await server.waitForLog(/it ended in the midst of its PROXY header/);
  using check = await RawClient.connect(server.port);
  check.socket.end();
  await check.untilClosed();
  assert.equal(server.log.match(/PROXY protocol from/g)?.length, wrong.length + 1);
});

test("who says nothing is closed in time", async () => {
  using folder = new Folder();
  await using server = await start(folder, "--http-headers-timeout", "1s");
  using client = await RawClient.connect(server.port);
  client.send("PROXY");
  await client.untilClosed();
  await server.waitForLog(/its PROXY header does not come to an end/);
});

test("a peer that is no trusted proxy is closed and logged", async () => {
  using folder = new Folder();
  await using server = await start(folder, "--proxy-allow-ips", "192.0.2.0/24");
  using client = await RawClient.connect(server.port);
  client.send(LINE + REQUEST);
  assert.equal((await client.untilClosed()).length, 0);
  await server.waitForLog(/127\.0\.0\.1 may not use http:\/\/\S+ \(proxy-allow-ips\): closed/);
});

test("elsewhere the header is no request", async () => {
  using folder = new Folder();
  await using server = await startServer(["--enable-proxy-protocol", writeProbeApp(folder)]); // --http
  assert.equal((await ask(server.port, LINE + REQUEST)).status, 400);
  assert.equal((await ask(server.port, REQUEST)).status, 200);
});

test("a stop does not wait for who has said nothing", async () => {
  using folder = new Folder();
  await using server = await start(folder);
  using client = await RawClient.connect(server.port);
  assert.equal((await server.stop()).code, 0);
  await client.untilClosed();
});

test("Gunicorn's proxy_protocol and proxy_allow_ips", async () => {
  using folder = new Folder();
  const application = `
def application(environ, start_response):
    start_response("200 OK", [])
    return [environ["REMOTE_ADDR"].encode()]
`;
  for (const [settings, body] of [
    ["proxy_protocol = True", "192.0.2.1"],
    ['proxy_protocol = "v1"\nproxy_allow_ips = "*"', "192.0.2.1"],
    ['proxy_protocol = True\nproxy_allow_ips = "10.0.0.1"', null],
    ['proxy_protocol = True\nproxy_allow_ips = ""', null],
  ] as const) {
    await using server = await startGunicorn(folder, { configuration: settings, application });
    using client = await RawClient.connect(server.port);
    client.send(LINE + REQUEST);
    if (body === null) assert.equal((await client.untilClosed()).length, 0, settings);
    else assert.equal((await client.response()).body.toString(), body, settings);
  }
});
