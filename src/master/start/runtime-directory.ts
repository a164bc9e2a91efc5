import {
  chmodSync,
  chownSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { isGone, readStartTime } from "../processes/process-table.ts";
import type { Identity } from "./privileges.ts";
import { Refusal } from "./refusal.ts";

/** sun_path holds 108 bytes with the final NUL; the longest name we put into the directory is this. */
const LONGEST_NAME = "/counters.4294967295".length;
const LONGEST_SOCKET_PATH = 107;

const PREFIX = "tsgi-";
/** Whose directory it is: pid, start time, and the PID namespace in which the two mean anything. */
export const OWNER_FILE = "master.pid";
/** Where `tsgi ctl` finds the master. */
export const CONTROL_SOCKET = "control";

/** Where the processes of one instance meet: their sockets and counters, readable by nobody else. */
export interface RuntimeDirectory {
  readonly path: string;
  readonly lifeline: string;
  readonly control: string;
  router(number: number): string;
  /** Where that worker writes what its threads are doing, when it is asked. */
  stacks(serial: number): string;
  /** Removes what a worker that has died had there. */
  forget(serial: number): void;
  remove(): void;
}

export function createRuntimeDirectory(identity: Identity | null): RuntimeDirectory {
  const path = makeDirectory(tmpdir());
  const remove = (): void => rmSync(path, { recursive: true, force: true });
  try {
    chmodSync(path, 0o700);
    writeFileSync(join(path, OWNER_FILE), `${process.pid} ${readStartTime(process.pid)} ${pidNamespace()}\n`);
    if (identity !== null) chownSync(path, identity.uid, identity.gid);
  } catch (error) {
    remove();
    throw new Refusal(`cannot make the run-time directory ${path}: ${(error as Error).message}`);
  }
  return {
    path,
    lifeline: join(path, "lifeline"),
    control: join(path, CONTROL_SOCKET),
    router: (number) => join(path, `router-${number}.sock`),
    stacks: (serial) => join(path, `stacks.${serial}`),
    // Routers that still have to read the counters have them open.
    forget: (serial) => {
      for (const name of ["counters", "stacks"]) rmSync(join(path, `${name}.${serial}`), { force: true });
    },
    remove,
  };
}

/**
 * Removes what instances beside this one left behind when all their processes were killed at once.
 * Called as the user who serves: directories of others are not even looked into.
 */
export function removeAbandoned(own: RuntimeDirectory): void {
  const parent = dirname(own.path);
  const names = listOrNothing(parent).filter((name) => name.startsWith(PREFIX));
  for (const path of names.map((name) => join(parent, name))) {
    if (path !== own.path && isAbandoned(path)) removeQuietly(path);
  }
}

/** Only what is certain: a directory of ours, whose master can be looked up here and has gone. */
function isAbandoned(path: string): boolean {
  try {
    const found = lstatSync(path);
    if (!found.isDirectory() || found.uid !== process.getuid?.()) return false;
    const owner = /^(\d+) (\d+) (\S+)\n$/.exec(readFileSync(join(path, OWNER_FILE), "utf8"));
    if (owner === null || owner[3] !== pidNamespace()) return false;
    return isGone({ pid: Number(owner[1]), startTime: Number(owner[2]) });
  } catch {
    return false;
  }
}

function removeQuietly(path: string): void {
  try {
    rmSync(path, { recursive: true, force: true });
  } catch {
    // Another instance that starts now removes it too.
  }
}

function listOrNothing(path: string): readonly string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}

/** Containers may share /tmp and know nothing of each other's processes. */
function pidNamespace(): string {
  return readlinkSync("/proc/self/ns/pid");
}

/** A long TMPDIR would make socket paths that no process can bind: /tmp then. */
function makeDirectory(parent: string): string {
  const prefix = join(parent, PREFIX);
  const fits = Buffer.byteLength(prefix) + 6 + LONGEST_NAME <= LONGEST_SOCKET_PATH;
  try {
    return mkdtempSync(fits ? prefix : `/tmp/${PREFIX}`);
  } catch (error) {
    throw new Refusal(`cannot make a run-time directory under ${parent}: ${(error as Error).message}`, [
      "set TMPDIR to a directory that tsgi may write to",
    ]);
  }
}
