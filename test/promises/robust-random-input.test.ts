/**
 * No input, at any speed or cut anywhere, ends a process, and every well-formed request is answered
 * exactly once by the application. The random numbers have a seed: a failure says which.
 */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { recorded, writeProbeApp } from "../support/probe-app.ts";
import { randomFrom, SEED } from "../support/random.ts";
import { ask, RawClient } from "../support/raw-client.ts";
import { Folder, type RunningServer, startServer, until } from "../support/start-server.ts";

let folder: Folder;
let server: RunningServer;
let pids: readonly number[];
before(async () => {
  folder = new Folder();
  const args = ["--processes", "2", "--threads", "2", "--http-headers-timeout", "2s", "--http-timeout", "2s"];
  server = await startServer([...args, writeProbeApp(folder)]);
  await server.untilPids("worker", { count: 2 });
  pids = server.allPids();
});
after(async () => {
  await server[Symbol.asyncDispose]();
  folder[Symbol.dispose]();
});

/** To cut and to mutate. */
class Random {
  readonly #next: () => number;
  constructor(seed: number) {
    this.#next = randomFrom(seed);
  }
  below(bound: number): number {
    return Math.floor(this.#next() * bound);
  }
  pick<T>(choices: readonly T[]): T {
    return choices[this.below(choices.length)] as T; // the index is within
  }
  bytes(size: number): Buffer {
    return Buffer.from(Array.from({ length: size }, () => this.below(256)));
  }
}

async function isWell(): Promise<void> {
  assert.equal((await ask(server.port, "GET / HTTP/1.1\r\nHost: a\r\n\r\n")).text, "hello", `seed ${SEED}`);
  assert.deepEqual(server.allPids(), pids, `a process has died, seed ${SEED}\n${server.log.slice(-3000)}`);
  assert.doesNotMatch(server.log, /a bug in tsgi|tsgi failed/, `seed ${SEED}`);
}

/** `count` times, at most 20 at once. */
async function manyTimes(count: number, once: (number: number) => Promise<void>): Promise<void> {
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < count) await once(next++);
  };
  await Promise.all(Array.from({ length: 20 }, lane));
}

interface Made {
  readonly bytes: Buffer;
  readonly body: Buffer;
  readonly id: string;
}

function makeRequest(random: Random, id: string): Made {
  const body = random.bytes(random.pick([0, 1, 7, 500, 20_000]));
  const headers = [`Host: a`, `X-Id: ${id}`];
  for (let more = random.below(6); more > 0; more -= 1) {
    headers.push(
      `X-${"abc".repeat(1 + random.below(5))}-${more}:${" ".repeat(random.below(3))}${random.below(1e9)}`,
    );
  }
  const isChunked = random.below(2) === 0;
  headers.push(isChunked ? "Transfer-Encoding: chunked" : `Content-Length: ${body.length}`);
  const head = Buffer.from(`POST /echo HTTP/1.1\r\n${headers.join("\r\n")}\r\n\r\n`);
  return { bytes: Buffer.concat([head, isChunked ? encodeChunks(random, body) : body]), body, id };
}

function encodeChunks(random: Random, body: Buffer): Buffer {
  const parts: Buffer[] = [];
  for (let at = 0; at < body.length; ) {
    const piece = body.subarray(at, at + 1 + random.below(5000));
    const extension = random.pick(["", "", ";a", ";a=b", ' ;a="b"']);
    parts.push(Buffer.from(`${piece.length.toString(16)}${extension}\r\n`), piece, Buffer.from("\r\n"));
    at += piece.length;
  }
  return Buffer.concat([...parts, Buffer.from(random.pick(["0\r\n\r\n", "000\r\nT: x\r\n\r\n"]))]);
}

test("well-formed requests, several on a connection and cut anywhere, are answered once and right", async () => {
  const random = new Random(SEED);
  const ids: string[] = [];
  await manyTimes(400, async (number) => {
    const requests = Array.from({ length: 1 + random.below(6) }, (_, place) =>
      makeRequest(random, `well-${number}-${place}`),
    );
    for (const { id } of requests) ids.push(id);
    const bytes = Buffer.concat(requests.map((request) => request.bytes));
    using client = await RawClient.connect(server.port);
    for (let at = 0; at < bytes.length; ) {
      const end = at + 1 + random.below(random.pick([3, 50, 5000, 100_000]));
      await client.sent(bytes.subarray(at, at < 20_000 ? end : bytes.length));
      at = at < 20_000 ? end : bytes.length;
    }
    for (const { body, id } of requests) {
      const response = await client.response();
      assert.ok(response.body.equals(body), `seed ${SEED}: ${id}`);
    }
  });
  const ran = recorded(folder, "ran").filter((id) => id.startsWith("well-"));
  assert.deepEqual(ran.toSorted(), ids.toSorted(), `seed ${SEED}`);
  await isWell();
});

test("random bytes are refused, or wait for more", async () => {
  const random = new Random(SEED + 1);
  await manyTimes(1000, async () => {
    using client = await RawClient.connect(server.port);
    client.send(
      Buffer.concat([
        Buffer.from(random.pick(["", "GET ", "GET / HTTP/1.1\r\n"])),
        random.bytes(1 + random.below(300)),
      ]),
    );
    client.socket.end();
    const bytes = (await client.untilClosed(5000)).toString("latin1");
    assert.match(bytes, /^$|^HTTP\/1\.1 (400|408|414|431|501|505) /, `seed ${SEED}`);
  });
  await isWell();
});

const splices = [
  "\r",
  "\n",
  "\r\n",
  "\0",
  " ",
  "\t",
  ":",
  ",",
  ";",
  "\x80",
  "\xff",
  "0",
  "-",
  "_",
  "%",
  "#",
  "chunked",
  "\r\n\r\n",
];

function mutate(random: Random, bytes: Buffer): Buffer {
  let mutated = bytes;
  for (let times = 1 + random.below(3); times > 0; times -= 1) {
    const at = random.below(Math.min(mutated.length, 250));
    const [before, behind] = [mutated.subarray(0, at), mutated.subarray(at)];
    switch (random.below(4)) {
      case 0:
        mutated = Buffer.concat([before, behind.subarray(1 + random.below(4))]);
        break;
      case 1:
        mutated = Buffer.concat([before, Buffer.from(random.pick(splices), "latin1"), behind]);
        break;
      case 2:
        mutated = Buffer.concat([before, random.bytes(1), behind.subarray(1)]);
        break;
      default:
        mutated = Buffer.concat([before, behind.subarray(0, 40), behind]);
    }
  }
  return mutated;
}

const checksum = (number: number): number => (number * 7919) % 99_991;

test("mutated requests: each is refused or runs, none twice, and every answer is well-formed", async () => {
  const random = new Random(SEED + 2);
  await manyTimes(2000, async (number) => {
    const { bytes } = makeRequest(random, `mutated-${number}-${checksum(number)}-`);
    using client = await RawClient.connect(server.port);
    client.send(mutate(random, bytes));
    client.socket.end();
    // The ends of mutated bodies may be requests of their own, or half of one.
    for (let answers = 0; answers < 50 && (!client.isOver || client.unread.length > 0); answers += 1) {
      await client.response({ milliseconds: 5000 }).catch((error: Error) => {
        assert.match(error.message, /the connection ended within a response: 0 bytes/, `seed ${SEED}`);
      });
    }
    assert.ok(client.isOver);
  });
  const ids = recorded(folder, "ran").filter((id) => {
    const [, number, sum] = /^mutated-(\d+)-(\d+)-$/.exec(id) ?? [];
    return number !== undefined && Number(sum) === checksum(Number(number)); // else the id itself was mutated
  });
  assert.ok(ids.length > 100);
  assert.equal(new Set(ids).size, ids.length, `seed ${SEED}: one ran twice`);
  await isWell();
});

test("requests that break off at any byte never run half", async () => {
  const random = new Random(SEED + 3);
  const { bytes } = makeRequest(random, "broken-off");
  const short = bytes.subarray(0, Math.min(bytes.length, 2000));
  await manyTimes(short.length - 1, async (size) => {
    using client = await RawClient.connect(server.port);
    await client.sent(short.subarray(0, size));
    if (random.below(2) === 0) client.socket.end();
    else client.socket.resetAndDestroy();
    if (!client.socket.destroyed) await client.untilClosed();
  });
  await until("every connection to be forgotten", async () => {
    await isWell();
    return true;
  });
  assert.ok(!recorded(folder, "ran").includes("broken-off"));
});
