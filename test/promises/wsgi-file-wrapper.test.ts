import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { truncateSync, writeFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { curl } from "../support/curl.ts";
import { plainRequest } from "../support/plain-request.ts";
import { ask, RawClient } from "../support/raw-client.ts";
import { Folder, type RunningServer, startServer, until } from "../support/start-server.ts";

const APP = fileURLToPath(new URL("../apps/file_app.py", import.meta.url));
const SIZE = 700_000;
const LARGE = 100_000_000;

const folder = new Folder();
const content = Buffer.from(Array.from({ length: SIZE }, (_, index) => (index * 7919) % 251));
let server: RunningServer;
before(async () => {
  folder.write("file.bin", "");
  writeFileSync(folder.file("file.bin"), content);
  folder.write("large.bin", "");
  truncateSync(folder.file("large.bin"), LARGE);
  server = await startServer(["--env", `FILE=${folder.file("file.bin")}`, APP]);
});
after(async () => {
  await server[Symbol.asyncDispose]();
  folder[Symbol.dispose]();
});

function get(path: string): ReturnType<typeof ask> {
  return ask(server.port, plainRequest(path));
}

const files: readonly [path: string, body: Buffer, length: string | undefined][] = [
  ["/whole", content, String(SIZE)],
  ["/with_length", content, String(SIZE)],
  ["/unbuffered", content, String(SIZE)],
  ["/from_offset?123457", content.subarray(123_457), String(SIZE - 123_457)],
  ["/after_read?10", content.subarray(10), String(SIZE - 10)],
  ["/part?1000&5000", content.subarray(1000, 6000), "5000"],
  ["/part?0&0", content.subarray(0, 0), "0"],
  ["/part?699999&1", content.subarray(SIZE - 1), "1"],
  ["/unlinked", content, String(SIZE)],
  ["/temporary", content, String(SIZE)],
  ["/memory", content, undefined],
  ["/pipe", content, undefined],
  ["/compressed", content, undefined],
  ["/reader", content, undefined],
];
for (const [path, body, length] of files) {
  test(`wsgi.file_wrapper sends exactly what read() would give: ${path.slice(1)}`, async () => {
    using client = await RawClient.connect(server.port);
    client.send(`GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`);
    const response = await client.response();
    assert.equal(response.status, 200);
    assert.ok(response.body.equals(body), `${response.body.length} bytes came, ${body.length} were meant`);
    assert.equal(response.header("content-length"), length);
    client.send("GET /pid HTTP/1.1\r\nHost: a\r\n\r\n");
    assert.match((await client.response()).text, /^\d+$/);
    assert.equal(client.unread.length, 0);
    const old = await ask(server.port, `GET ${path} HTTP/1.0\r\n\r\n`);
    assert.ok(old.body.equals(body));
  });
}

for (const path of ["/at_end", "/empty"]) {
  test(`a file with nothing left in it is an empty response: ${path.slice(1)}`, async () => {
    const response = await get(path);
    assert.equal(response.status, 200);
    assert.equal(response.body.length, 0);
  });
}

test("a text file is refused like any str body", async () => {
  const response = await get("/text");
  assert.equal(response.status, 500);
  // The log comes by a pipe of its own, after the response perhaps.
  await server.waitForLog(/GET \/text HTTP\/1\.1: the application raised\n[^\n]*body must be bytes, not str/);
});

test("HEAD of a file has no body, and leaves the connection in order", async () => {
  using client = await RawClient.connect(server.port);
  client.send("HEAD /with_length HTTP/1.1\r\nHost: a\r\n\r\n");
  const response = await client.response({ isHead: true });
  assert.equal(response.header("content-length"), String(SIZE));
  client.send("GET /pid HTTP/1.1\r\nHost: a\r\n\r\n");
  assert.match((await client.response()).text, /^\d+$/);
});

test("a file that is shorter than its Content-Length ends the connection, and is logged", async () => {
  using client = await RawClient.connect(server.port);
  client.send("GET /too_long HTTP/1.1\r\nHost: a\r\n\r\n");
  await assert.rejects(client.response(), /connection ended within a response/);
  await until("the log", () => new RegExp(`its Content-Length says ${SIZE + 1000}`).test(server.log));
});

test("a file is sent also when half of the request's body was left unread", async () => {
  for (const size of [400_000, 4_000_000]) {
    const request = Buffer.concat([
      Buffer.from(plainRequest("/after_half_the_body", [`Content-Length: ${size}`], "POST")),
      Buffer.alloc(size, "x"),
    ]);
    const response = await ask(server.port, request);
    assert.ok(response.body.equals(content), `${response.body.length} bytes`);
  }
  assert.equal((await get("/whole")).body.length, SIZE);
});

test("the wrapper's close() is called, and closes the file", async () => {
  const from = server.log.length;
  assert.ok((await get("/closed")).body.equals(content));
  await until("the log", () => /worker 1: file closed: True/.test(server.log.slice(from)));
});

test("no descriptor is left open by files, whole or broken off", async () => {
  const open = async () => (await get("/descriptors")).text;
  const before = await open();
  for (let round = 0; round < 10; round += 1) {
    await Promise.all(["/whole", "/unlinked", "/memory", "/pipe"].map(get));
    const client = await RawClient.connect(server.port);
    await client.sent(plainRequest("/whole"));
    client.socket.destroy();
  }
  assert.equal(await open(), before);
});

test("100 MB leave without a worker: it serves others while they are on their way", async () => {
  await using large = await startServer(["--env", `FILE=${folder.file("large.bin")}`, APP]);
  using client = await RawClient.connect(large.port);
  // The client takes the first bytes and then nothing, until others have been served.
  const begun = new Promise<void>((resolve) => client.socket.once("data", () => resolve()));
  client.send(plainRequest("/whole"));
  await begun;
  client.socket.pause();
  for (let request = 0; request < 20; request += 1) {
    assert.equal((await large.fetch("/pid", { signal: AbortSignal.timeout(5000) })).status, 200);
  }
  client.socket.destroy();

  const sum = createHash("sha256").update(Buffer.alloc(LARGE)).digest("hex");
  const body = await curl(`${large.url}/whole`);
  assert.equal(createHash("sha256").update(body, "latin1").digest("hex"), sum);
});

test("clients that break a file off cost nothing but their connection", async () => {
  await using large = await startServer(["--env", `FILE=${folder.file("large.bin")}`, APP]);
  const pid = await (await large.fetch("/pid")).text();
  for (let round = 0; round < 20; round += 1) {
    const client = await RawClient.connect(large.port);
    const begun = new Promise<void>((resolve) => client.socket.once("data", () => resolve()));
    client.send(plainRequest(round % 2 === 0 ? "/whole" : "/memory"));
    await begun;
    client.socket.destroy();
  }
  assert.equal(await (await large.fetch("/pid")).text(), pid);
});

test("with --wsgi-disable-file-wrapper the environ has no wsgi.file_wrapper", async () => {
  const application = `
def application(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [str("wsgi.file_wrapper" in environ).encode()]
`;
  folder.write("asks.py", application);
  for (const [flags, answer] of [
    [[], "True"],
    [["--wsgi-disable-file-wrapper"], "False"],
  ] as const) {
    await using asked = await startServer([...flags, folder.file("asks.py")]);
    assert.equal(await (await asked.fetch("/")).text(), answer);
  }
});
