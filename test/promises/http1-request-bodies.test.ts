import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { Readable } from "node:stream";
import { after, before, test } from "node:test";
import { promisify } from "node:util";
import { request as undiciRequest } from "undici";
import { recorded, writeProbeApp } from "../support/probe-app.ts";
import { ask, RawClient } from "../support/raw-client.ts";
import { Folder, type RunningServer, startServer } from "../support/start-server.ts";

const run = promisify(execFile);
const MIB = 1024 * 1024;

let folder: Folder;
let server: RunningServer;
before(async () => {
  folder = new Folder();
  const limits = ["--limit-post", String(30 * MIB)];
  server = await startServer(["--threads", "2", ...limits, writeProbeApp(folder)]);
});
after(async () => {
  await server[Symbol.asyncDispose]();
  folder[Symbol.dispose]();
});

const head = (path: string, ...lines: string[]): string =>
  `POST ${path} HTTP/1.1\r\nHost: a\r\n${lines.map((line) => `${line}\r\n`).join("")}\r\n`;
const chunk = (data: Buffer): Buffer =>
  Buffer.concat([Buffer.from(`${data.length.toString(16)}\r\n`), data, Buffer.from("\r\n")]);
const digest = (body: Buffer): string => createHash("sha256").update(body).digest("hex");

/** Pieces of the sizes 1, 2, 3, 5, 8, … up to `most`, again and again. */
function oddPieces(bytes: Buffer, most: number): Buffer[] {
  const pieces: Buffer[] = [];
  let [size, next] = [1, 2];
  for (let at = 0; at < bytes.length; at += size) {
    [size, next] = next > most ? [1, 2] : [next, size + next];
    pieces.push(bytes.subarray(at, at + size));
  }
  return pieces;
}

function chunked(body: Buffer, most: number): Buffer {
  return Buffer.concat([...oddPieces(body, most).map(chunk), Buffer.from("0\r\n\r\n")]);
}

test("a chunked body that was collected has a CONTENT_LENGTH", async () => {
  const body = `${chunked(Buffer.from("hello chunked world"), 9)}`;
  const response = await ask(server.port, head("/environ", "Transfer-Encoding: Chunked") + body);
  const environ = JSON.parse(response.text);
  assert.equal(environ.CONTENT_LENGTH, "19");
  assert.equal(environ.body, "hello chunked world");
  assert.equal(environ.HTTP_TRANSFER_ENCODING?.toLowerCase() ?? "chunked", "chunked");
});

test("an empty body is empty, however that is said", async () => {
  for (const end of [
    ["Content-Length: 0\r\n\r\n", ""],
    ["Transfer-Encoding: chunked\r\n\r\n", "0\r\n\r\n"],
  ]) {
    const response = await ask(server.port, `POST /echo HTTP/1.1\r\nHost: a\r\n${end.join("")}`);
    assert.equal(response.body.length, 0);
  }
});

for (const size of [0, 1, 16_383, 16_384, 16_385, 65_536, MIB - 1, MIB, MIB + 1, 3 * MIB + 7]) {
  test(`a body of ${size} bytes arrives as it was sent, with a length and in chunks`, async () => {
    const body = randomBytes(size);
    using client = await RawClient.connect(server.port);
    client.send(head("/echo", `Content-Length: ${size}`));
    client.send(body);
    assert.ok((await client.response()).body.equals(body));
    client.send(head("/echo", "Transfer-Encoding: chunked"));
    client.send(chunked(body, 50_000));
    assert.ok((await client.response()).body.equals(body));
  });
}

const large = randomBytes(20 * MIB);
const ways = [
  { name: "a known length, at once", isChunked: false, pieces: () => [large] },
  { name: "a known length, in odd pieces", isChunked: false, pieces: () => oddPieces(large, 300_000) },
  { name: "chunks, at once", isChunked: true, pieces: () => [chunked(large, 100_000)] },
  { name: "chunks, cut oddly", isChunked: true, pieces: () => oddPieces(chunked(large, 9000), 70_000) },
];
for (const { name, isChunked, pieces } of ways) {
  test(`20 MB with ${name} stream to the application byte by byte as they are`, async () => {
    using client = await RawClient.connect(server.port);
    client.send(
      head("/digest", isChunked ? "Transfer-Encoding: chunked" : `Content-Length: ${large.length}`),
    );
    for (const piece of pieces()) await client.sent(piece);
    const length = isChunked ? "None" : String(large.length);
    assert.equal((await client.response()).text, `${digest(large)} ${large.length} ${length}`);
    client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    assert.equal((await client.response()).text, "hello");
  });
}

test("20 MB are echoed while they come in", async () => {
  using client = await RawClient.connect(server.port);
  client.send(head("/stream-echo", `Content-Length: ${large.length}`));
  client.send(large);
  const response = await client.response();
  assert.ok(response.isChunked);
  assert.equal(digest(response.body), digest(large));
});

test("undici's streamed upload arrives whole", async () => {
  const pieces = Readable.from(oddPieces(large.subarray(0, 4 * MIB), 100_000));
  const { body } = await undiciRequest(`${server.url}/digest`, { method: "PUT", body: pieces });
  assert.match(await body.text(), new RegExp(`^${digest(large.subarray(0, 4 * MIB))} `));
});

test("Expect: 100-continue is answered before the body comes", async () => {
  using client = await RawClient.connect(server.port);
  client.send(head("/echo", "Expect: 100-continue", "Content-Length: 5"));
  while (!client.unread.includes("\r\n\r\n")) await new Promise((resolve) => setTimeout(resolve, 1));
  assert.equal(client.unread.toString(), "HTTP/1.1 100 Continue\r\n\r\n");
  client.send("hello");
  const response = await client.response();
  assert.deepEqual(response.interim, [100]);
  assert.equal(response.text, "hello");
});

test("whoever sends the body without waiting needs no 100", async () => {
  const request = `${head("/echo", "Expect: 100-Continue", "Content-Length: 5")}hello`;
  const response = await ask(server.port, request);
  assert.deepEqual(response.interim, []);
  assert.equal(response.text, "hello");
});

test("an HTTP/1.0 client and a request without a body get no 100", async () => {
  const old = "POST /echo HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n";
  using client = await RawClient.connect(server.port);
  await client.sent(old);
  client.send("hi");
  assert.deepEqual((await client.response()).interim, []);
  const empty = await ask(server.port, "GET / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n\r\n");
  assert.deepEqual(empty.interim, []);
});

test("a body that is too large is refused with 413 and without 100", async () => {
  using client = await RawClient.connect(server.port);
  client.send(head("/echo", "Expect: 100-continue", `Content-Length: ${31 * MIB}`));
  const response = await client.response();
  assert.equal(response.status, 413);
  assert.deepEqual(response.interim, []);
  assert.equal(response.header("connection"), "close");
  await client.untilClosed();
});

test("curl uploads with Expect, and sees why when it may not", async () => {
  const body = folder.write("upload", "u".repeat(2 * MIB));
  const upload = ["-s", "-H", "Expect: 100-continue", "-T", body];
  const { stdout } = await run("curl", [...upload, `${server.url}/digest`]);
  assert.match(stdout, / 2097152 2097152$/);
  const chunks = await run("curl", [...upload, "-H", "Transfer-Encoding: chunked", `${server.url}/digest`]);
  assert.match(chunks.stdout, / 2097152 None$/);
  folder.write("upload", "u".repeat(31 * MIB));
  const refused = await run("curl", [
    ...upload,
    "-w",
    "%{http_code}",
    "-o",
    "/dev/null",
    `${server.url}/echo`,
  ]);
  assert.equal(refused.stdout, "413");
});

test("chunks beyond --limit-post are refused with 413 wherever the limit is crossed", async () => {
  const before = recorded(folder, "ran").filter((path) => path === "/never").length;
  using client = await RawClient.connect(server.port);
  client.send(head("/never", "Transfer-Encoding: chunked"));
  client.send(chunk(Buffer.alloc(31 * MIB)));
  const bytes = await client.untilClosed();
  // The application may have begun: then the answer is its, or the connection is cut.
  assert.match(bytes.toString("latin1", 0, 12), /^(HTTP\/1\.1 (413|200))?$/);
  assert.ok(recorded(folder, "ran").filter((path) => path === "/never").length <= before + 1);
  await using small = await startServer(["--limit-post", "100k", writeProbeApp(folder)]);
  const response = await ask(
    small.port,
    Buffer.concat([
      Buffer.from(head("/refused", "Transfer-Encoding: chunked")),
      chunk(Buffer.alloc(101 * 1024)),
    ]),
  );
  assert.equal(response.status, 413);
  const known = await ask(small.port, head("/refused", `Content-Length: ${101 * 1024}`));
  assert.equal(known.status, 413);
  assert.ok(!recorded(folder, "ran").includes("/refused"));
  const exact = Buffer.concat([
    Buffer.from(head("/digest", "Transfer-Encoding: chunked")),
    chunked(Buffer.alloc(100 * 1024), 5000),
  ]);
  assert.equal((await ask(small.port, exact)).status, 200);
});

test("a response that comes before the body is read reaches the client, which is then let go", async () => {
  for (const path of ["/", "/first-byte"]) {
    using client = await RawClient.connect(server.port);
    client.send(head(path, `Content-Length: ${3 * MIB}`));
    client.send(large.subarray(0, 3 * MIB));
    assert.equal((await client.response()).status, 200, path);
    await client.untilClosed();
  }
  assert.equal((await ask(server.port, "GET / HTTP/1.1\r\nHost: a\r\n\r\n")).text, "hello");
});

test("a file follows a body that was read in part only", async () => {
  for (const read of [0, 1, 1_500_000]) {
    using client = await RawClient.connect(server.port);
    client.send(head(`/file?${read}`, `Content-Length: ${3 * MIB}`));
    client.send(large.subarray(0, 3 * MIB));
    const response = await client.response();
    assert.equal(response.text, "f".repeat(300_000), `after ${read} bytes`);
    assert.equal((await client.untilClosed()).length, 0);
  }
});

test("a chunk that is malformed in the midst of a streamed body cuts the connection", async () => {
  for (const path of ["/digest", "/stream-echo"]) {
    using client = await RawClient.connect(server.port);
    client.send(head(path, "Transfer-Encoding: chunked"));
    client.send(Buffer.concat([chunk(large.subarray(0, 2 * MIB)), Buffer.from("zz\r\n")]));
    const bytes = await client.untilClosed();
    if (path === "/digest") assert.match(bytes.toString("latin1"), /^HTTP\/1\.1 400 /);
    else assert.ok(!bytes.includes("\r\n0\r\n\r\n"), "the response must not look whole");
  }
  assert.equal((await ask(server.port, "GET / HTTP/1.1\r\nHost: a\r\n\r\n")).text, "hello");
});
