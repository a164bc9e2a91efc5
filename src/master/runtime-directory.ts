import { chmodSync, chownSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Identity } from "./privileges.ts";
import { Refusal } from "./refusal.ts";

/** sun_path holds 108 bytes with the final NUL; the longest name we put into the directory is this. */
const LONGEST_NAME = "/counters.4294967295".length;
const LONGEST_SOCKET_PATH = 107;

/** Where the processes of one instance meet: their sockets and counters, readable by nobody else. */
export interface RuntimeDirectory {
  readonly path: string;
  readonly lifeline: string;
  router(number: number): string;
  remove(): void;
}

export function createRuntimeDirectory(identity: Identity | null): RuntimeDirectory {
  const path = makeDirectory(tmpdir());
  chmodSync(path, 0o700);
  if (identity !== null) chownSync(path, identity.uid, identity.gid);
  return {
    path,
    lifeline: join(path, "lifeline"),
    router: (number) => join(path, `router-${number}.sock`),
    remove: () => rmSync(path, { recursive: true, force: true }),
  };
}

/** A long TMPDIR would make socket paths that no process can bind: /tmp then. */
function makeDirectory(parent: string): string {
  const prefix = join(parent, "tsgi-");
  const fits = Buffer.byteLength(prefix) + 6 + LONGEST_NAME <= LONGEST_SOCKET_PATH;
  try {
    return mkdtempSync(fits ? prefix : "/tmp/tsgi-");
  } catch (error) {
    throw new Refusal(`cannot make a run-time directory under ${parent}: ${(error as Error).message}`, [
      "set TMPDIR to a directory that tsgi may write to",
    ]);
  }
}
