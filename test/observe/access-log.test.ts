import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { closeSync, constants, mkdtempSync, openSync, readFileSync, readSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { type AccessEntry, AccessLog, formatEntry } from "../../src/observe/access-log.ts";
import { LineWriter } from "../../src/observe/line-writer.ts";

const ENTRY: AccessEntry = {
  time: Date.UTC(2026, 10, 6, 8, 49, 37, 5),
  worker: 3,
  address: "127.0.0.1",
  requestLine: "GET /a?b=c HTTP/1.1",
  status: 200,
  bytes: 1234,
  milliseconds: 1.25,
  note: "",
};

test("a line says when, who, for whom, what, with which result, in what time", () => {
  const line = '2026-11-06T08:49:37.005Z worker 3 127.0.0.1 "GET /a?b=c HTTP/1.1" 200 1234 1.3ms\n';
  assert.equal(formatEntry(ENTRY), line);
});

test("the router's own answers and clients of a Unix socket are named as such", () => {
  assert.match(formatEntry({ ...ENTRY, worker: 0, address: "" }), /Z router unix "GET /);
});

test("no request can move a terminal's cursor, forge a line or spoil the log's encoding", () => {
  const escaped = (requestLine: string): string | undefined => {
    return /"(.*)" 200 /s.exec(formatEntry({ ...ENTRY, requestLine }))?.[1];
  };
  assert.equal(escaped("GET /\x1b[2J\x9b2J"), "GET /\\x1b[2J\\x9b2J");
  assert.equal(escaped('GET /a\r\n2026 "b"\\'), "GET /a\\x0d\\x0a2026 \\x22b\\x22\\x5c");
  assert.equal(escaped("GET /\0\x7f\t"), "GET /\\x00\\x7f\\x09");
  assert.equal(escaped("GET /\xc3\x84\xff"), "GET /\\xc3\\x84\\xff");
  for (let byte = 0; byte < 256; byte++) {
    assert.match(formatEntry({ ...ENTRY, requestLine: String.fromCharCode(byte) }), /^[ -~]+\n$/);
  }
});

test("lines arrive in their order, whole", async () => {
  await inFolder(async (folder) => {
    const path = join(folder, "access.log");
    const fd = openSync(path, "a");
    const lines = new LineWriter(fd);
    const log = new AccessLog(lines, null);
    for (let at = 0; at < 5000; at++) log.add({ ...ENTRY, bytes: at });
    await lines.flush();
    closeSync(fd);
    const written = readFileSync(path, "utf8");
    assert.equal(
      written,
      Array.from({ length: 5000 }, (_, at) => formatEntry({ ...ENTRY, bytes: at })).join(""),
    );
  });
});

test("lines leave by themselves, soon", async () => {
  await inFolder(async (folder) => {
    const path = join(folder, "access.log");
    const fd = openSync(path, "a");
    new AccessLog(new LineWriter(fd), null).add(ENTRY);
    const deadline = performance.now() + 5000;
    while (readFileSync(path, "utf8") === "" && performance.now() < deadline) await sleep(5);
    assert.equal(readFileSync(path, "utf8"), formatEntry(ENTRY));
    closeSync(fd);
  });
});

test("a flush without a line ends at once, and a log that cannot be written is no error", async () => {
  await inFolder(async (folder) => {
    const fd = openSync(join(folder, "read-only"), constants.O_CREAT | constants.O_RDONLY);
    const lines = new LineWriter(fd);
    await lines.flush();
    new AccessLog(lines, null).add(ENTRY);
    await lines.flush();
    closeSync(fd);
  });
});

for (const [kind, flag] of [
  ["blocks", 0],
  ["does not block", constants.O_NONBLOCK],
] as const) {
  test(`a pipe that nobody reads costs lines, which are counted, and nothing else: one that ${kind}`, async () => {
    await inFifo(flag, async (fd, reader) => {
      const lines = new LineWriter(fd);
      const log = new AccessLog(lines, null);
      const added = await addFor(log, 130_000);
      const written = await readAll(reader, lines.flush());
      const last = written.pop() ?? "";
      const dropped = Number(/ (\d+) log lines dropped, the log is too slow$/.exec(last)?.[1]);
      assert.equal(written.length + dropped, added, last);
      const bytes = written.join("\n").length;
      assert.ok(bytes > 7 * 1024 * 1024 && bytes < 9 * 1024 * 1024, `${bytes} bytes were held`);
      let before = -1;
      for (const line of written) {
        const number = Number(/ 200 (\d+) /.exec(line)?.[1]);
        assert.equal(`${line}\n`, formatEntry({ ...ENTRY, bytes: number }));
        assert.ok(number > before, `${number} came behind ${before}`);
        before = number;
      }
      log.add(ENTRY);
      assert.deepEqual(await readAll(reader, lines.flush()), [formatEntry(ENTRY).trim()]);
    });
  });
}

test("a flush gives up on a pipe that nobody reads", async () => {
  await inFifo(0, async (fd, reader) => {
    const lines = new LineWriter(fd);
    await addFor(new AccessLog(lines, null), 2000);
    const start = performance.now();
    await lines.flush();
    assert.ok(performance.now() - start < 5000);
    await readAll(reader, lines.flush()); // the write that hangs ends, and with it its thread
  });
});

/** Adds in portions, as requests come; none may take long, nor the loop stand still between them. */
async function addFor(log: AccessLog, count: number): Promise<number> {
  const start = performance.now();
  for (let at = 0; at < count; at++) {
    log.add({ ...ENTRY, bytes: at });
    if (at % 10_000 === 0) await sleep(1);
  }
  assert.ok(performance.now() - start < 10_000, "adding waited for the reader");
  return count;
}

/** Reads until `done` and nothing is left. */
async function readAll(reader: number, done: Promise<void>): Promise<string[]> {
  const pieces: Buffer[] = [];
  let isDone = false;
  void done.then(() => {
    isDone = true;
  });
  for (;;) {
    const wasDone = isDone;
    const piece = readSome(reader);
    if (piece !== null) pieces.push(piece);
    else if (wasDone) break;
    await new Promise((resolve) => setImmediate(resolve));
  }
  return Buffer.concat(pieces).toString("latin1").trimEnd().split("\n");
}

function readSome(reader: number): Buffer | null {
  const piece = Buffer.allocUnsafe(65_536);
  try {
    return piece.subarray(0, readSync(reader, piece));
  } catch (error) {
    assert.equal((error as NodeJS.ErrnoException).code, "EAGAIN");
    return null;
  }
}

async function inFifo(flag: number, use: (fd: number, reader: number) => Promise<void>): Promise<void> {
  await inFolder(async (folder) => {
    const path = join(folder, "log");
    assert.equal(spawnSync("mkfifo", [path]).status, 0);
    const reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const fd = openSync(path, constants.O_WRONLY | flag);
    try {
      await use(fd, reader);
    } finally {
      closeSync(reader); // a write that still hangs fails now
      closeSync(fd);
    }
  });
}

async function inFolder(use: (folder: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "tsgi-access-log-"));
  try {
    await use(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
