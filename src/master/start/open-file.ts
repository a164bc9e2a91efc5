import { accessSync, constants, lstatSync, openSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import type { Identity } from "./privileges.ts";
import { Refusal, refuseFile } from "./refusal.ts";

const { O_WRONLY, O_CREAT, O_APPEND, O_NOFOLLOW } = constants;

export interface FileToOpen {
  /** Who has named it: "uwsgi.ini:3: logto". */
  readonly origin: string;
  readonly path: string;
  /** Whom the processes become, while this one is still root. */
  readonly identity: Identity | null;
}

/** Sockets, as under systemd, cannot be opened by these names. */
const STREAMS: ReadonlyMap<string, number> = new Map([
  ["/dev/stdout", 1],
  ["/dev/stderr", 2],
]);

/** Whether the path names what every process has open already. */
export function isStream(path: string): boolean {
  return STREAMS.has(path);
}

/** Descriptor of a log, to be appended to. Throws a Refusal. */
export function openLogFile(file: FileToOpen): number {
  return STREAMS.get(file.path) ?? open(file, { flags: O_WRONLY | O_CREAT | O_APPEND, mode: 0o640 });
}

/** Descriptor of a file to be written from its beginning. Throws a Refusal. */
export function openPidfile(file: FileToOpen): number {
  return open(file, { flags: O_WRONLY | O_CREAT, mode: 0o644 });
}

function open({ origin, path, identity }: FileToOpen, how: { flags: number; mode: number }): number {
  try {
    if (identity === null || process.getuid?.() !== 0) return openSync(path, how.flags, how.mode);
    return openAsRoot(path, how) ?? openSync(path, how.flags, how.mode);
  } catch (error) {
    throw error instanceof ForeignLink ? refuseLink(origin, path) : refuseFile(origin, path, error);
  }
}

/** What opening it would be refused with, as far as it shows without making the file. */
export function requireWritable(origin: string, path: string): void {
  if (isStream(path)) return;
  try {
    const found = statSync(path, { throwIfNoEntry: false });
    accessSync(found === undefined ? dirname(resolve(path)) : path, constants.W_OK);
    if (found?.isDirectory()) throw Object.assign(new Error(), { code: "EISDIR" });
  } catch (error) {
    throw refuseFile(origin, path, error);
  }
}

class ForeignLink extends Error {}

/**
 * Null for a link that may be followed. One that somebody else has laid, the user who serves above all,
 * could lead root to any file of the system.
 */
function openAsRoot(path: string, { flags, mode }: { flags: number; mode: number }): number | null {
  try {
    return openSync(path, flags | O_NOFOLLOW, mode);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ELOOP") throw error;
    if (lstatSync(path).uid !== 0) throw new ForeignLink();
    return null;
  }
}

function refuseLink(origin: string, path: string): Refusal {
  return new Refusal(`${origin}: ${path}: is a symbolic link that does not belong to root`, [
    "root does not follow it, since it may lead anywhere: name the file itself, or let root own the link",
  ]);
}
