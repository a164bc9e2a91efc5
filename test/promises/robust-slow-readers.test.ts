import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { recorded, writeProbeApp } from "../support/probe-app.ts";
import { ask, RawClient } from "../support/raw-client.ts";
import { Folder, type RunningServer, sleep, startServer, until } from "../support/start-server.ts";

const MIB = 1024 * 1024;

let folder: Folder;
/** One slot: whoever holds it is noticed. */
let server: RunningServer;
before(async () => {
  folder = new Folder();
  server = await startServer(["--socket-timeout", "1s", "--http-keepalive", "1s", writeProbeApp(folder)]);
});
after(async () => {
  await server[Symbol.asyncDispose]();
  folder[Symbol.dispose]();
});

const get = (path: string, more = ""): string => `GET ${path} HTTP/1.1\r\nHost: a\r\n${more}\r\n`;

/** A client that has asked and does not read. */
async function deafClient(port: number, request: string): Promise<RawClient> {
  const client = await RawClient.connect(port);
  client.socket.pause();
  client.send(request);
  return client;
}

/** Reads a piece, pauses, reads the next, until all is there or the connection has ended. */
async function readSlowly(
  client: RawClient,
  pace: { bytes: number; each: number; pause: number },
): Promise<void> {
  for (let size = pace.each; !client.isOver && size < pace.bytes; size += pace.each) {
    await client.readUpTo(size);
    await sleep(pace.pause);
  }
  client.socket.resume();
}

function memoryOf(running: RunningServer): number {
  return running.allPids().reduce((sum, pid) => {
    const match = /^Pss:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, "utf8"));
    return sum + Number(match?.[1] ?? 0) * 1024;
  }, 0);
}

test("50 MB for a client that does not read: memory is bounded, the client is cut off at --socket-timeout", async () => {
  for (const path of ["/pieces?52428800,65536,0", "/sized-pieces?52428800,1000000,0", "/bytes?52428800"]) {
    const closed = recorded(folder, "closed").length;
    const before = memoryOf(server);
    using client = await deafClient(server.port, get(path));
    const start = Date.now();
    let most = 0;
    // The slot is held only until the client is cut off.
    const next = ask(server.port, get("/"));
    let isServed = false;
    next.then(() => (isServed = true)).catch(() => undefined);
    await until("the next request to be served", () => {
      if (!path.startsWith("/bytes")) most = Math.max(most, memoryOf(server) - before);
      return isServed;
    });
    const held = Date.now() - start;
    assert.ok(held > 700 && held < 4000, `${path}: held for ${held} ms`);
    assert.ok(most < 40 * MIB, `${path}: ${most} bytes`);
    if (!path.startsWith("/bytes")) {
      await until("close() to be called", () => recorded(folder, "closed").length === closed + 1);
    }
    client.socket.resume();
    await client.untilClosed();
  }
});

test("a response below --response-buffering frees the worker at once", async () => {
  for (const path of ["/bytes?1000000", "/pieces?1000000,20000,0", "/file?0"]) {
    using _deaf = await deafClient(server.port, get(path));
    const start = performance.now();
    assert.equal((await ask(server.port, get("/"))).text, "hello");
    assert.ok(performance.now() - start < 500, `${path}: ${performance.now() - start} ms`);
  }
});

test("the worker is free again as soon as the rest fits, whatever the client does then", async () => {
  const path = folder.file("http.sock");
  await using other = await startServer(["--http", path, writeProbeApp(folder)]);
  assert.ok(other.pid > 0);
  // At one of these sizes the very last bytes are those that make the slot wait for its client.
  for (let size = MIB + 100_000; size < MIB + 500_000; size += 10_000) {
    using client = await RawClient.connect(path);
    client.socket.pause();
    client.send(get(`/bytes?${size}`));
    await sleep(15);
    client.socket.resume();
    assert.equal((await client.response()).body.length, size);
    assert.equal((await ask(path, get("/"), { milliseconds: 2000 })).text, "hello", `after ${size} bytes`);
  }
});

test("a client that reads slowly but steadily gets all of it, however it ends", async () => {
  const size = 9 * MIB;
  await using other = await startServer([
    ...["--socket-timeout", "1s", "--http-keepalive", "1s", "--response-buffering", "16m", "--threads", "4"],
    writeProbeApp(folder),
  ]);
  const requests = [
    get(`/bytes?${size}`),
    get(`/bytes?${size}`, "Connection: close\r\n"),
    get(`/pieces?${size},500000,0`),
  ];
  await Promise.all(
    requests.map(async (request) => {
      using client = await RawClient.connect(other.port);
      client.send(request);
      await readSlowly(client, { bytes: size, each: 500_000, pause: 220 });
      assert.equal((await client.response()).body.length, size, request);
    }),
  );
});

test("a client that asks again and again and never reads costs a bounded memory", async () => {
  const before = memoryOf(server);
  const ran = recorded(folder, "ran").length;
  using _deaf = await deafClient(server.port, get("/bytes?20000").repeat(5000));
  let most = 0;
  for (let look = 0; look < 12; look += 1) {
    await sleep(100);
    most = Math.max(most, memoryOf(server) - before);
  }
  assert.ok(most < 40 * MIB, `${most} bytes`);
  const answered = recorded(folder, "ran").length - ran;
  assert.ok(answered < 500, `${answered} requests were answered`);
  assert.equal((await ask(server.port, get("/"))).text, "hello");
});

test("a client that asks ahead and reads late gets every response", async () => {
  using client = await deafClient(server.port, get("/bytes?900000").repeat(40));
  await sleep(300);
  client.socket.resume();
  for (let number = 0; number < 40; number += 1) {
    assert.equal((await client.response()).body.length, 900_000, `response ${number}`);
  }
});

test("a client that asks ahead, half-closes and reads late gets every response", async () => {
  using client = await deafClient(server.port, get("/bytes?900000").repeat(20));
  client.socket.end();
  await sleep(300);
  client.socket.resume();
  for (let number = 0; number < 20; number += 1) {
    assert.equal((await client.response()).body.length, 900_000, `response ${number}`);
  }
  assert.equal((await client.untilClosed()).length, 0);
});

test("a client that sends ahead as fast as it can is read no faster than it is answered", async () => {
  const before = memoryOf(server);
  using client = await RawClient.connect(server.port);
  const many = get("/sleep?0.005").repeat(40_000); // 1.7 MB, 200 s of work
  for (let copy = 0; copy < 20; copy += 1) client.send(many);
  for (let number = 0; number < 200; number += 1) await client.response({ milliseconds: 2000 });
  const growth = memoryOf(server) - before;
  assert.ok(growth < 12 * MIB, `${Math.round(growth / MIB)} MiB more`);
});
