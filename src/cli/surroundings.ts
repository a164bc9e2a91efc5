/** The world as the reader of a configuration sees it. Runs in the process that becomes the master. */

import { spawnSync } from "node:child_process";
import { lookup } from "node:dns/promises";
import {
  accessSync,
  closeSync,
  constants,
  fstatSync,
  globSync,
  lstatSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  realpathSync,
  statSync,
} from "node:fs";
import { availableParallelism, hostname, userInfo } from "node:os";
import type { PathKind, Surroundings, TextRead } from "../config/surroundings.ts";

const LARGEST_TEXT = 1 << 20;
/** A command that prints more, or takes longer, was meant for something else. */
const LARGEST_OUTPUT = 1 << 20;
const LONGEST_COMMAND = 60_000;
const LONGEST_SILENCE = 60_000;
const PAUSE = 5;
/** Nobody wakes it. */
const SLEEPER = new Int32Array(new SharedArrayBuffer(4));

/** `isReload`: for a running instance that reads its configuration again. */
export function surroundingsOf(version: string, { isReload = false } = {}): Surroundings {
  const { uid, gid, username } = accountOf();
  return {
    workingDirectory: process.cwd(),
    environment: process.env,
    hostname: hostname(),
    cores: availableParallelism(),
    user: { id: uid, name: username },
    group: { id: gid, name: nameOfGroup(gid) },
    startTime: Date.now() * 1000,
    isReload,
    binaryPath: process.argv[1] ?? process.execPath,
    version,
    readText,
    readDescriptor,
    kindOf,
    isReadable,
    realPath: (path) => orNull(() => realpathSync(path)),
    inode: (path) => orNull(() => lstatSync(path).ino),
    list: (directory) => orNull(() => readdirSync(directory).sort()),
    glob: (pattern) => globSync(pattern).map(withSlash).sort(),
    run,
    resolveHost: async (host) => {
      const found = await lookup(host, { order: "ipv4first" }).catch(() => null);
      return found?.address ?? null;
    },
  };
}

function readText(path: string): TextRead {
  let descriptor: number;
  try {
    // A named pipe without a writer would hold the start for ever.
    descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    return { kind: "refused", reason: reasonOf(error) };
  }
  try {
    return readDescriptor(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

function readDescriptor(descriptor: number): TextRead {
  try {
    const stat = fstatSync(descriptor);
    if (stat.isDirectory()) return { kind: "refused", reason: "is a directory, not a file" };
    if (stat.isFile() && stat.size > LARGEST_TEXT) return tooLarge(stat.size);
    const bytes = readBytes(descriptor);
    if (bytes.length === 0 && stat.isFIFO())
      return { kind: "refused", reason: "is a pipe and nobody writes to it" };
    return decode(bytes);
  } catch (error) {
    return { kind: "refused", reason: reasonOf(error) };
  }
}

/** At most one byte more than is allowed. */
function readBytes(descriptor: number): Buffer {
  const bytes = Buffer.allocUnsafe(LARGEST_TEXT + 1);
  const deadline = Date.now() + LONGEST_SILENCE;
  let length = 0;
  while (length < bytes.length) {
    const read = readSome(descriptor, bytes.subarray(length));
    if (read === 0) break;
    if (read === "nothing yet" && Date.now() > deadline) throw new Error("nothing came through the pipe");
    if (read === "nothing yet") Atomics.wait(SLEEPER, 0, 0, PAUSE);
    else length += read;
  }
  return bytes.subarray(0, length);
}

/** Of a pipe whose writer is slow, as in `tsgi --ini <(command)`, there is nothing yet. */
function readSome(descriptor: number, bytes: Buffer): number | "nothing yet" {
  try {
    return readSync(descriptor, bytes);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EAGAIN") return "nothing yet";
    throw error;
  }
}

function decode(bytes: Buffer): TextRead {
  if (bytes.length > LARGEST_TEXT)
    return { kind: "refused", reason: "does not end within 1 MiB, and no configuration is larger" };
  if (bytes.includes(0)) return { kind: "refused", reason: "is not a text: it contains a zero byte" };
  const text = bytes.toString("utf8");
  // A replacement character is either written in the file or stands for what is not UTF-8.
  if (!text.includes("\uFFFD") || Buffer.from(text).equals(bytes))
    return { kind: "text", text, latin1Line: null };
  return { kind: "text", text: bytes.toString("latin1"), latin1Line: firstWrongLine(bytes) };
}

function firstWrongLine(bytes: Buffer): number {
  let line = 1;
  for (let start = 0; ; line++) {
    const newline = bytes.indexOf(10, start);
    const part = bytes.subarray(start, newline < 0 ? bytes.length : newline);
    if (newline < 0 || !Buffer.from(part.toString("utf8")).equals(part)) return line;
    start = newline + 1;
  }
}

function tooLarge(size: number): TextRead {
  const mebibytes = Math.ceil(size / LARGEST_TEXT);
  return {
    kind: "refused",
    reason: `is too large for a configuration: ${mebibytes} MiB, and 1 MiB is the most`,
  };
}

function kindOf(path: string): PathKind {
  const stat = orNull(() => statSync(path));
  if (stat === null) return "absent";
  if (stat.isFile()) return "file";
  return stat.isDirectory() ? "directory" : "other";
}

function isReadable(path: string): boolean {
  return orNull(() => accessSync(path, constants.R_OK) ?? true) ?? false;
}

function withSlash(path: string): string {
  return kindOf(path) === "directory" ? `${path}/` : path;
}

function run(command: string) {
  const ended = spawnSync("/bin/sh", ["-c", command], {
    encoding: "utf8",
    maxBuffer: LARGEST_OUTPUT,
    timeout: LONGEST_COMMAND,
    // What it writes to its standard error is for the operator.
    stdio: ["ignore", "pipe", "inherit"],
  });
  return { output: ended.stdout ?? "", problem: problemOf(ended) };
}

function problemOf({ error, status, signal }: ReturnType<typeof spawnSync>): string | null {
  if (error !== undefined) return problemOfRun(error);
  if (signal !== null) return `was ended by ${signal}`;
  if (status === 127) return "was not found (exit code 127)";
  return status === 0 ? null : `failed with exit code ${status}`;
}

function problemOfRun(error: Error): string {
  const code = "code" in error ? error.code : "";
  if (code === "ENOBUFS") return "printed more than 1 MiB and was ended";
  if (code === "ETIMEDOUT") return "took longer than a minute and was ended";
  return `could not be run to its end (${error.message})`;
}

function reasonOf(error: unknown): string {
  const code = error instanceof Error && "code" in error ? error.code : "";
  if (code === "ENOENT" || code === "ENOTDIR") return "does not exist";
  if (code === "EACCES") return "may not be read by this user";
  if (code === "EISDIR") return "is a directory, not a file";
  return `cannot be read (${error instanceof Error ? error.message : String(error)})`;
}

/** In a container the user may have no name. */
function accountOf(): { readonly uid: number; readonly gid: number; readonly username: string } {
  const ids = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
  return orNull(() => userInfo()) ?? { ...ids, username: String(ids.uid) };
}

function nameOfGroup(id: number): string {
  const groups = orNull(() => readFileSync("/etc/group", "utf8")) ?? "";
  const line = groups.split("\n").find((each) => each.split(":")[2] === String(id));
  return line?.split(":")[0] ?? String(id);
}

function orNull<T>(read: () => T): T | null {
  try {
    return read();
  } catch {
    return null;
  }
}
