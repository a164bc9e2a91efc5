/**
 * Which instances run here, found by what the kernel knows: the control socket of each has its path in
 * /proc/net/unix, and beside it stands whose it is. Nothing is registered anywhere that could be stale.
 */

import { readFileSync, readlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { CONTROL_SOCKET, OWNER_FILE } from "../master/start/runtime-directory.ts";

export interface FoundInstance {
  readonly pid: number;
  readonly socket: string;
}

/** Those that this user may speak to; of root all. */
export function findInstances(): readonly FoundInstance[] {
  return controlSockets("self").flatMap((socket) => {
    const pid = ownerOf(socket);
    return pid === null ? [] : [{ pid, socket }];
  });
}

/** The socket of that master, also of one in a container or with a /tmp of its own; null where there is none. */
export function findSocketOf(pid: number): string | null {
  const paths = controlSockets(String(pid));
  const places = isSameMount(pid) ? paths : paths.map((path) => `/proc/${pid}/root${path}`);
  // Within a container its own number is another one.
  const own = ownNumbers(pid);
  return places.find((socket) => own.includes(ownerOf(socket) ?? 0)) ?? null;
}

/** Rows of /proc/net/unix end in the path; the fourth field says that somebody listens. */
function controlSockets(process: string): readonly string[] {
  const path = new RegExp(`^/.*/tsgi-[^/]+/${CONTROL_SOCKET}(?:\\.\\d+)?$`);
  const rows = (readOrNull(`/proc/${process}/net/unix`) ?? "")
    .split("\n")
    .map((row) => row.trim().split(/\s+/));
  return rows.flatMap((fields) => {
    const found = fields.slice(7).join(" ");
    // It was bound under another name first (control-server.ts), and that one the kernel knows.
    return fields[3] === LISTENS && path.test(found) ? [found.replace(/\.\d+$/, "")] : [];
  });
}

const LISTENS = "00010000";

/** The master that made the directory; null where we may not look. */
function ownerOf(socket: string): number | null {
  const pid = Number.parseInt(readOrNull(join(dirname(socket), OWNER_FILE)) ?? "", 10);
  return Number.isSafeInteger(pid) && pid > 0 ? pid : null;
}

function isSameMount(pid: number): boolean {
  try {
    return readlinkSync(`/proc/${pid}/ns/mnt`) === readlinkSync("/proc/self/ns/mnt");
  } catch {
    return true;
  }
}

/** How it is called here, and in each namespace below. */
function ownNumbers(pid: number): readonly number[] {
  const line = /^NSpid:(.*)$/m.exec(readOrNull(`/proc/${pid}/status`) ?? "")?.[1] ?? String(pid);
  return line.trim().split(/\s+/).map(Number);
}

function readOrNull(path: string): string | null {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return null;
  }
}
