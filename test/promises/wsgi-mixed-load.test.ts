/**
 * Everything at once, by many clients on connections that are kept: whatever one request does, the
 * others get their own responses, byte for byte.
 */

import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { Pool } from "undici";
import { Folder, type RunningServer, startServer } from "../support/start-server.ts";

const APP = fileURLToPath(new URL("../apps/all_apps.py", import.meta.url));
const FILE_SIZE = 500_000;
const CLIENTS = 40;
const REQUESTS = 40;

const content = Buffer.from(Array.from({ length: FILE_SIZE }, (_, index) => (index * 7919) % 251));
const PATTERN = Buffer.from(
  Array.from({ length: 1000 }, (_, number) => `${String(number).padStart(7, "0")}\n`).join(""),
);

/** Kinds of requests, each with a number that makes it unlike the others; fast ones are the most. */
type Kind = (pool: Pool, number: number) => Promise<void>;

async function body(pool: Pool, path: string, sent?: Buffer): Promise<{ status: number; bytes: Buffer }> {
  const method = sent === undefined ? "GET" : "POST";
  const response = await pool.request({ path, method, body: sent ?? null });
  return { status: response.statusCode, bytes: Buffer.from(await response.body.arrayBuffer()) };
}

const echo: Kind = async (pool, number) => {
  const { bytes } = await body(pool, `/environ/${number}?query=${number}`);
  const environ = JSON.parse(bytes.toString());
  assert.equal(environ.QUERY_STRING[1], `query=${number}`);
};

const kinds: readonly Kind[] = [
  echo,
  echo,
  echo,
  echo,
  async (pool, number) => {
    const size = (number * 7919) % 300_000;
    const chunk = 1 + (number % 40_000);
    const { bytes } = await body(pool, `/response/large?${size}&${chunk}`);
    assert.ok(bytes.equals(Buffer.alloc(size, PATTERN)));
  },
  async (pool, number) => {
    const start = (number * 31) % FILE_SIZE;
    const length = (number * 7919) % (FILE_SIZE - start);
    const { bytes } = await body(pool, `/file/part?${start}&${length}`);
    assert.ok(bytes.equals(content.subarray(start, start + length)));
  },
  async (pool, number) => {
    const sent = Buffer.alloc((number * 7919) % 400_000, "x");
    const { bytes } = await body(pool, "/input/careless", sent);
    assert.equal(JSON.parse(bytes.toString()).read, sent.length);
  },
  async (pool, number) => {
    const sent = Buffer.alloc((number * 7919) % 400_000, "x");
    // Not read: the server may close before all of it is sent, which ends this client's connection alone.
    await body(pool, "/input/ignore", sent).catch(assertConnectionError);
  },
  async (pool) => assert.equal((await body(pool, "/response/raise?ValueError")).status, 500),
  async (pool) => {
    await assert.rejects(body(pool, "/response/raise_later"), assertConnectionError);
  },
  async (pool) => {
    await assert.rejects(body(pool, "/response/too_short"), assertConnectionError);
  },
  async (pool) => {
    assert.equal((await body(pool, "/response/too_long")).bytes.toString(), "body");
  },
  async (pool) => {
    const response = await pool.request({ path: "/response/close_endless", method: "GET" });
    // The client leaves in the middle.
    response.body.on("error", () => {}).destroy();
  },
  async (pool) => {
    const response = await pool.request({ path: "/file/whole", method: "GET" });
    response.body.on("error", () => {}).destroy();
  },
];

function assertConnectionError(error: Error): true {
  assert.match(
    `${error.name} ${error.message} ${(error as NodeJS.ErrnoException).code}`,
    /other side closed|SOCKET|ECONNRESET|EPIPE|terminated/i,
  );
  return true;
}

async function runClient(pool: Pool, client: number): Promise<void> {
  for (let request = 0; request < REQUESTS; request += 1) {
    const number = client * REQUESTS + request;
    // A multiplicative hash: every run sends the same requests in the same order.
    const kind = kinds[Math.floor(((Math.imul(number, 2654435761) >>> 0) / 2 ** 32) * kinds.length)] ?? echo;
    await kind(pool, number);
  }
}

async function loadAll(server: RunningServer): Promise<void> {
  const pools = Array.from({ length: CLIENTS }, () => new Pool(server.url, { connections: 1 }));
  try {
    await Promise.all(pools.map(runClient));
  } finally {
    await Promise.all(pools.map((pool) => pool.destroy()));
  }
}

const shapes: readonly (readonly string[])[] = [
  [],
  ["--threads", "4"],
  ["--processes", "2", "--threads", "2", "--http-processes", "2"],
];
for (const shape of shapes) {
  test(`each client gets its own responses, whatever the others do: ${shape.join(" ") || "one of each"}`, async () => {
    using folder = new Folder();
    writeFileSync(folder.file("file.bin"), content);
    const options = [
      "--env",
      `FILE=${folder.file("file.bin")}`,
      "--post-buffering",
      "64k",
      "--disable-logging",
    ];
    await using server = await startServer([...shape, ...options, APP]);
    const count = shape.includes("--processes") ? 2 : 1;
    const workers = await server.untilPids("worker", { count });
    await loadAll(server);
    assert.deepEqual(server.pids("worker"), workers);
    assert.doesNotMatch(server.log, /tsgi failed|broke the protocol|python\/tsgi\//);
  });
}
