import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { recorded, writeProbeApp } from "../support/probe-app.ts";
import { ask, RawClient } from "../support/raw-client.ts";
import { Folder, type RunningServer, sleep, startServer } from "../support/start-server.ts";

const KIB = 1024;
/** Deadlines are looked at twice a second; a busy machine adds to it. */
const SLACK = 1500;

let folder: Folder;
let server: RunningServer;
before(async () => {
  folder = new Folder();
  const limits = ["--buffer-size", "64k", "--http-max-headers", "50", "--limit-post", "1m"];
  const times = ["--http-headers-timeout", "1s", "--http-timeout", "1s"];
  server = await startServer([...limits, ...times, writeProbeApp(folder)]);
});
after(async () => {
  await server[Symbol.asyncDispose]();
  folder[Symbol.dispose]();
});

const fast = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

async function refusal(request: string): Promise<number> {
  using client = await RawClient.connect(server.port);
  client.send(request);
  const response = await client.response();
  assert.equal(response.header("connection"), "close");
  assert.equal((await client.untilClosed()).length, 0);
  return response.status;
}

test("414 for a target that does not fit in --buffer-size, whole or unfinished", async () => {
  const target = `/${"a".repeat(64 * KIB)}`;
  assert.equal(await refusal(`GET ${target}`), 414);
  assert.equal(await refusal(`GET ${target} HTTP/1.1\r\nHost: a\r\n\r\n`), 414);
});

test("431 for a head that does not fit in --buffer-size, whole or unfinished", async () => {
  const header = `X: ${"a".repeat(64 * KIB)}`;
  assert.equal(await refusal(`GET / HTTP/1.1\r\nHost: a\r\n${header}`), 431);
  assert.equal(await refusal(`GET / HTTP/1.1\r\nHost: a\r\n${header}\r\n\r\n`), 431);
});

test("a head of just --buffer-size is served", async () => {
  const start = "GET / HTTP/1.1\r\nHost: a\r\nX: ";
  const value = "a".repeat(64 * KIB - start.length - 4);
  assert.equal((await ask(server.port, `${start}${value}\r\n\r\n`)).status, 200);
  assert.equal((await ask(server.port, `${start}${value}a\r\n\r\n`)).status, 431);
});

test("431 for more header lines than --http-max-headers", async () => {
  const headers = (count: number): string =>
    Array.from({ length: count }, (_, number) => `X-${number}: 1\r\n`).join("");
  assert.equal((await ask(server.port, `GET / HTTP/1.1\r\nHost: a\r\n${headers(49)}\r\n`)).status, 200);
  assert.equal(await refusal(`GET / HTTP/1.1\r\nHost: a\r\n${headers(50)}\r\n`), 431);
});

test("lines that are dropped for their underscore count as well", async () => {
  const headers = "X_Y: 1\r\n".repeat(51);
  assert.equal(await refusal(`GET / HTTP/1.1\r\nHost: a\r\n${headers}\r\n`), 431);
});

test("--buffer-size does not cut below 64 KiB", async () => {
  await using other = await startServer(["--buffer-size", "4096", writeProbeApp(folder)]);
  const request = `GET / HTTP/1.1\r\nHost: a\r\nX: ${"a".repeat(60_000)}\r\n\r\n`;
  assert.equal((await ask(other.port, request)).status, 200);
});

/** Sends a byte every 100 ms until the server answers; the status and the milliseconds until then. */
async function drip(start: string, drops: string): Promise<{ status: number; milliseconds: number }> {
  using client = await RawClient.connect(server.port);
  const begin = Date.now();
  client.send(start);
  const answer = client.response();
  let isAnswered = false;
  answer.finally(() => (isAnswered = true)).catch(() => undefined);
  for (let at = 0; !isAnswered; at += 1) {
    client.send(drops[at % drops.length] ?? "x");
    await sleep(100);
  }
  const { status } = await answer;
  return { status, milliseconds: Date.now() - begin };
}

test("408 for a head that drips, at its deadline", async () => {
  const { status, milliseconds } = await drip(
    "",
    "GET / HTTP/1.1\r\nHost: a\r\nX-Long: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
  );
  assert.equal(status, 408);
  assert.ok(milliseconds > 900 && milliseconds < 1000 + SLACK, `${milliseconds} ms`);
});

test("408 for a body that drips, though every byte comes in time", async () => {
  for (const framing of ["Content-Length: 1000", "Transfer-Encoding: chunked"]) {
    const head = `POST /dripped HTTP/1.1\r\nHost: a\r\n${framing}\r\n\r\n`;
    const { status, milliseconds } = await drip(head, framing.startsWith("C") ? "x" : "1\r\nx\r\n");
    assert.equal(status, 408, framing);
    assert.ok(milliseconds > 900 && milliseconds < 1000 + SLACK, `${framing}: ${milliseconds} ms`);
  }
  assert.ok(!recorded(folder, "ran").includes("/dripped"));
});

test("408 for a body that stops", async () => {
  const head = "POST /stopped HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n";
  assert.equal(await refusal(head + "x".repeat(50_000)), 408);
  assert.ok(!recorded(folder, "ran").includes("/stopped"));
});

test("a connection that sends nothing is closed without a word", async () => {
  using client = await RawClient.connect(server.port);
  assert.equal((await client.untilClosed(1000 + SLACK)).length, 0);
});

test("the head's deadline holds for later requests too, from their first byte on", async () => {
  using client = await RawClient.connect(server.port);
  client.send(fast);
  await client.response();
  await sleep(1200); // longer than the deadline of a head: it must not have begun yet
  client.send("GET / HT");
  await sleep(300);
  client.send("TP/1.1\r\nHost: a\r\n\r\n");
  assert.equal((await client.response()).text, "hello");
  const start = Date.now();
  client.send("GET / HT");
  assert.equal((await client.response()).status, 408);
  assert.ok(Date.now() - start > 900);
});

test("100 dripping clients cost the only worker nothing", async () => {
  const clients = await Promise.all(Array.from({ length: 100 }, () => RawClient.connect(server.port)));
  try {
    clients.forEach((client, number) => {
      client.send(
        number % 2 === 0
          ? "GET / HTTP/1.1\r\nHos"
          : "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99\r\n\r\n",
      );
    });
    for (let round = 0; round < 6; round += 1) {
      const start = performance.now();
      assert.equal((await ask(server.port, fast)).text, "hello");
      assert.ok(performance.now() - start < 100, `${performance.now() - start} ms`);
      for (const client of clients) client.send("x");
      await sleep(100);
    }
    const statuses = await Promise.all(clients.map(async (client) => (await client.response()).status));
    assert.ok(statuses.every((status) => status === 408));
  } finally {
    for (const client of clients) client[Symbol.dispose]();
  }
});
