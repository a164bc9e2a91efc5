import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { recorded, writeProbeApp } from "../support/probe-app.ts";
import { ask, RawClient } from "../support/raw-client.ts";
import { Folder, type RunningServer, sleep, startServer, until } from "../support/start-server.ts";

let folder: Folder;
/** One slot: a request that never ends would be noticed at once. */
let server: RunningServer;
let pids: readonly number[];
before(async () => {
  folder = new Folder();
  server = await startServer([writeProbeApp(folder)]);
  await server.untilPids("worker", { count: 1 });
  pids = server.allPids();
});
after(async () => {
  await server[Symbol.asyncDispose]();
  folder[Symbol.dispose]();
});

const get = (path: string, more = ""): string => `GET ${path} HTTP/1.1\r\nHost: a\r\n${more}\r\n`;
const leave = {
  "by closing": (client: RawClient) => client.socket.destroy(),
  "by a reset": (client: RawClient) => client.socket.resetAndDestroy(),
};

async function isWell(): Promise<void> {
  assert.equal((await ask(server.port, get("/"))).text, "hello");
  assert.deepEqual(server.allPids(), pids);
  assert.doesNotMatch(server.log, /a bug in tsgi|tsgi failed/);
}

for (const [how, go] of Object.entries(leave)) {
  test(`${how}: before the end of the head, and within the body`, async () => {
    const posts = ["Content-Length: 1000", "Content-Length: 3000000", "Transfer-Encoding: chunked"].flatMap(
      (framing) =>
        ["", "3e8\r\n", "x".repeat(500)].map(
          (body) => `POST /left HTTP/1.1\r\nHost: a\r\n${framing}\r\n\r\n${body}`,
        ),
    );
    for (const part of ["", "G", "GET / HTTP/1.1\r\n", "GET / HTTP/1.1\r\nHost: a\r\n", ...posts]) {
      using client = await RawClient.connect(server.port);
      await client.sent(part);
      await sleep(2);
      go(client);
    }
    await isWell();
    assert.ok(!recorded(folder, "ran").includes("/left"));
  });

  test(`${how}: while the application runs`, async () => {
    using client = await RawClient.connect(server.port);
    client.send(get("/sleep?0.2"));
    await until("the request to run", () => recorded(folder, "ran").at(-1) === "/sleep");
    go(client);
    await isWell();
  });

  test(`${how}: while the response streams: the application stops and close() is called`, async () => {
    for (const query of ["1000000000,1000,0.01", "1000000000,1000000,0"]) {
      const closed = recorded(folder, "closed").length;
      using client = await RawClient.connect(server.port);
      client.send(get(`/pieces?${query}`));
      await until("the response to begin", () => client.unread.length > 5000);
      go(client);
      await until("close() to be called", () => recorded(folder, "closed").length === closed + 1);
      await isWell();
    }
  });

  test(`${how}: while its body streams to the application, which reads it`, async () => {
    using client = await RawClient.connect(server.port);
    client.send("POST /digest HTTP/1.1\r\nHost: a\r\nContent-Length: 9000000\r\n\r\n");
    await client.sent(Buffer.alloc(4_000_000));
    await until("the request to run", () => recorded(folder, "ran").at(-1) === "/digest");
    go(client);
    await isWell();
  });

  test(`${how}: while a file is sent to it`, async () => {
    using client = await RawClient.connect(server.port);
    client.socket.pause();
    client.send(get("/file?0"));
    await until("the request to run", () => recorded(folder, "ran").at(-1) === "/file");
    go(client);
    await isWell();
  });
}

test("by a reset: while the request waits for its turn: it never runs", async () => {
  const first = ask(server.port, get("/sleep?0.4"));
  await until("the first to run", () => recorded(folder, "ran").at(-1) === "/sleep");
  const id = "left-waiting";
  using client = await RawClient.connect(server.port);
  await client.sent(get("/", `X-Id: ${id}\r\n`));
  await sleep(100);
  client.socket.resetAndDestroy(); // an end of input alone would be a half-closed client that still reads
  await first;
  await isWell();
  assert.ok(!recorded(folder, "ran").includes(id));
});

test("the client that stopped sending in the midst of a streamed body is missed by the application", async () => {
  using client = await RawClient.connect(server.port);
  client.send("POST /digest HTTP/1.1\r\nHost: a\r\nContent-Length: 9000000\r\n\r\n");
  await client.sent(Buffer.alloc(4_000_000));
  client.socket.end();
  assert.doesNotMatch((await client.untilClosed()).toString("latin1"), /^HTTP\/1\.1 200/);
  await isWell();
});

test("batches: a request that was sent behind another and whose client has left cannot hold the slot", async () => {
  // Enough fast requests, so that several stand on the slot at a time.
  using fast = await RawClient.connect(server.port);
  for (let round = 0; round < 30; round += 1) {
    fast.send(get("/").repeat(50));
    for (let number = 0; number < 50; number += 1) await fast.response();
  }
  for (const request of [
    get("/pieces?1000000000,1000,0.01"),
    `POST /digest HTTP/1.1\r\nHost: a\r\nContent-Length: 3000000\r\n\r\n${"x".repeat(1_500_000)}`,
  ]) {
    const others = await Promise.all(Array.from({ length: 8 }, () => RawClient.connect(server.port)));
    using client = await RawClient.connect(server.port);
    for (const other of others) other.send(get("/sleep?0.001"));
    await client.sent(request);
    for (const other of others) other.send(get("/sleep?0.02"));
    await sleep(5);
    client.socket.destroy();
    for (const other of others) {
      await other.response();
      other[Symbol.dispose]();
    }
    await isWell();
  }
});
