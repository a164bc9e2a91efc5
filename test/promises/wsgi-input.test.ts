import assert from "node:assert/strict";
import { Readable } from "node:stream";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { Client } from "undici";
import { ask, RawClient } from "../support/raw-client.ts";
import { type RunningServer, startServer, until } from "../support/start-server.ts";

const APP = fileURLToPath(new URL("../apps/input_app.py", import.meta.url));
const SMALL = 3000;
/** More than --post-buffering and more than a socket's buffers: read while the client still sends. */
const LARGE = 3_000_000;

let server: RunningServer;
before(async () => {
  server = await startServer(["--post-buffering", "64k", APP]);
});
after(() => server[Symbol.asyncDispose]());

/** The same as body_of() of input_app.py. */
function bodyOf(size: number): Buffer<ArrayBuffer> {
  const lines: string[] = [];
  for (let total = 0, number = 0; total < size; number += 1) {
    const line = `${"x".repeat((number * 7919) % 300)}\n`;
    lines.push(line);
    total += line.length;
  }
  return Buffer.from(lines.join("").slice(0, size));
}

type Framing = "length" | "chunked";

function frame(path: string, body: Buffer<ArrayBuffer>, framing: Framing): Buffer<ArrayBuffer> {
  const head = (line: string) =>
    Buffer.from(`POST ${path} HTTP/1.1\r\nHost: test\r\nConnection: close\r\n${line}\r\n\r\n`);
  if (framing === "length") return Buffer.concat([head(`Content-Length: ${body.length}`), body]);
  const pieces: Buffer<ArrayBuffer>[] = [head("Transfer-Encoding: chunked")];
  for (let at = 0; at < body.length; at += 50_000) {
    const piece = body.subarray(at, at + 50_000);
    pieces.push(Buffer.from(`${piece.length.toString(16)}\r\n`), piece, Buffer.from("\r\n"));
  }
  return Buffer.concat([...pieces, Buffer.from("0\r\n\r\n")]);
}

// biome-ignore lint/suspicious/noExplicitAny: what JSON brings
async function post(path: string, body: Buffer<ArrayBuffer>, framing: Framing): Promise<any> {
  const { status, text } = await ask(server.port, frame(path, body, framing));
  assert.equal(status, 200, server.log);
  return JSON.parse(text);
}

const readings: Record<string, readonly (readonly [method: string, ...rest: unknown[]])[]> = {
  "read()": [["read"], ["read"], ["read", 5]],
  "read(n) until there is no more": [
    ["read", 10],
    ["read", 1000],
    ["read", 10_000_000],
    ["read", 10],
  ],
  "read(-1), read(None), read(0)": [
    ["read", 0],
    ["read", 7],
    ["read", -1],
    ["read", null],
    ["read", 0],
  ],
  "readline()": [["readline"], ["readline"], ["readline"], ["readline"], ["read"], ["readline"]],
  "readline(n)": [
    ["readline", 1],
    ["readline", 40],
    ["readline", 40],
    ["readline", -1],
    ["readline", 0],
  ],
  "readlines()": [["readlines"], ["readlines"]],
  "readlines(hint)": [["readlines", 100], ["readlines", 1], ["readlines", 50_000], ["read"]],
  iteration: [["readline"], ["iterate"], ["iterate"]],
  "all of them in turn": [
    ["readline"],
    ["read", 99],
    ["readlines", 500],
    ["readline", 3],
    ["iterate"],
    ["read"],
  ],
};

const bodies: readonly [name: string, size: number, framing: Framing][] = [
  ["an empty body", 0, "length"],
  ["a small body", SMALL, "length"],
  ["a small chunked body", SMALL, "chunked"],
  ["a large body of known length", LARGE, "length"],
  ["a large chunked body", LARGE, "chunked"],
];

for (const [name, size, framing] of bodies) {
  test(`wsgi.input of ${name} reads as a file does`, async (t) => {
    for (const [reading, steps] of Object.entries(readings)) {
      await t.test(reading, async () => {
        const query = encodeURIComponent(JSON.stringify(steps));
        const { outcomes, length } = await post(`/steps?${size}&${query}`, bodyOf(size), framing);
        for (const [index, [, , isSame]] of outcomes.entries())
          assert.ok(isSame, `step ${index}: ${JSON.stringify(outcomes)}`);
        // A chunked body that was not collected has no length that could be told.
        assert.equal(length, framing === "chunked" && size === LARGE ? null : String(size));
      });
    }
  });
}

test("a body of any size that is collected comes whole, and the next request behind it as well", async () => {
  await using roomy = await startServer(["--post-buffering", "4m", APP]);
  using client = await RawClient.connect(roomy.port);
  for (const size of [1, 16_384, 16_385, 65_536, 262_100, 262_132, 262_144, 300_000, 1_048_576, 3_000_000]) {
    const steps = encodeURIComponent('[["readline"],["read",1000],["read"]]');
    for (const framing of ["length", "chunked"] as const) {
      const request = frame(`/steps?${size}&${steps}`, bodyOf(size), framing);
      client.send(request.toString("latin1").replace("Connection: close\r\n", ""));
      client.send("GET /steps?0&[] HTTP/1.1\r\nHost: a\r\n\r\n");
      const { outcomes, length } = JSON.parse((await client.response()).text);
      for (const [, , isSame] of outcomes) assert.ok(isSame, `${size}: ${JSON.stringify(outcomes)}`);
      assert.equal(length, String(size));
      assert.equal((await client.response()).status, 200);
    }
  }
});

test("wsgi.input of a request without a body is empty, not something to wait for", async () => {
  const steps = encodeURIComponent('[["read"],["readline"],["readlines"],["iterate"]]');
  const answer = await (await server.fetch(`/steps?0&${steps}`)).json();
  assert.deepEqual(
    (answer as { outcomes: unknown }).outcomes,
    ["bytes", "bytes", "list", "list"].map((type) => [type, 0, true]),
  );
});

test("a body that the application does not read, or half of it, harms neither response nor worker", async () => {
  const { pid } = await post("/ignore", bodyOf(10), "length");
  for (const framing of ["length", "chunked"] as const) {
    for (const size of [SMALL, LARGE]) {
      assert.equal((await post("/ignore", bodyOf(size), framing)).pid, pid);
      const half = await post(`/half?${size}`, bodyOf(size), framing);
      assert.equal(half.read, size / 2);
      assert.equal(half.pid, pid);
    }
  }
});

test("a connection is used again behind a body that was not read, if that was short", async () => {
  await using client = disposable(new Client(server.url));
  const ports = new Set<string>();
  for (const path of ["/ignore", `/half?${SMALL}`, "/careless", "/ignore"]) {
    const { body } = await client.request({ path, method: "POST", body: bodyOf(SMALL) });
    ports.add(((await body.json()) as { port: string }).port);
  }
  assert.equal(ports.size, 1);
});

test("a body that comes slowly is waited for, one that the application takes slowly as well", async () => {
  async function* slowly(): AsyncGenerator<Buffer> {
    const body = bodyOf(LARGE);
    for (let at = 0; at < LARGE; at += 150_000) {
      yield body.subarray(at, at + 150_000);
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
  await using client = disposable(new Client(server.url));
  const { body } = await client.request({ path: "/slowly", method: "POST", body: Readable.from(slowly()) });
  assert.equal(((await body.json()) as { read: number }).read, LARGE);
});

for (const path of ["/careful", "/careless"]) {
  test(`a client that goes while ${path.slice(1)} code reads its body is an OSError there, and costs no worker`, async () => {
    const { pid } = await post("/ignore", bodyOf(10), "length");
    for (const framing of ["length", "chunked"] as const) {
      const from = server.log.length;
      const client = await RawClient.connect(server.port);
      await client.sent(frame(path, bodyOf(LARGE), framing).subarray(0, LARGE / 2));
      client.socket.destroy();
      await until(
        "the read to fail",
        () => /OSError: client disconnected/.test(server.log.slice(from)),
        () => server.log,
      );
      if (path === "/careful") assert.match(server.log.slice(from), /worker 1: read failed with OSError/);
    }
    assert.equal((await post("/careless", bodyOf(LARGE), "length")).pid, pid);
  });
}

test("a chunk that is none, in a body that is being read, is an OSError and ends the connection", async () => {
  const whole = frame("/careful", bodyOf(1_000_000), "chunked");
  const withoutEnd = whole.subarray(0, whole.length - "0\r\n\r\n".length);
  const request = Buffer.concat([withoutEnd, Buffer.from("not a size\r\n")]);
  const from = server.log.length;
  using client = await RawClient.connect(server.port);
  client.send(request);
  await client.untilClosed();
  await until("the read to fail", () => /read failed with OSError/.test(server.log.slice(from)));
  assert.equal((await post("/careless", bodyOf(SMALL), "chunked")).read, SMALL);
});

function disposable(client: Client): Client & AsyncDisposable {
  return Object.assign(client, { [Symbol.asyncDispose]: () => client.destroy() });
}
