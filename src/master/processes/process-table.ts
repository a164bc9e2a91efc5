import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { KIB } from "../../base/size.ts";

/** What /proc tells about other processes. Everything here may be refused or gone: null then. */

/** Clock ticks since boot: field 22 of /proc/PID/stat. With the pid it names a process for good. */
export function readStartTime(pid: number): number | null {
  const stat = readOrNull(`/proc/${pid}/stat`);
  // The second field is the name, in parentheses, and may hold spaces and parentheses itself.
  const fields = stat?.slice(stat.lastIndexOf(")") + 2).split(" ");
  const startTime = Number(fields?.[19]);
  return Number.isSafeInteger(startTime) ? startTime : null;
}

/** Bytes that a process has, those that it shares with others included. */
export interface Memory {
  /** In the machine's memory. */
  readonly resident: number;
  readonly addressSpace: number;
}

export function readMemory(pid: number): Memory | null {
  const status = readOrNull(`/proc/${pid}/status`) ?? "";
  const [resident, addressSpace] = [kilobytesOf("VmRSS", status), kilobytesOf("VmSize", status)];
  return resident === null || addressSpace === null ? null : { resident, addressSpace };
}

export function readResident(pid: number): number | null {
  return readMemory(pid)?.resident ?? null;
}

function kilobytesOf(field: string, status: string): number | null {
  const kilobytes = new RegExp(`^${field}:\\s+(\\d+) kB$`, "m").exec(status)?.[1];
  return kilobytes === undefined ? null : Number(kilobytes) * KIB;
}

/** The command line of a process, for people. */
export function readCommand(pid: number): string | null {
  const command = readOrNull(`/proc/${pid}/cmdline`)?.replaceAll("\0", " ").trim();
  return command === undefined || command === "" ? null : command.slice(0, 120);
}

/** Whether the process that was started then has ended. Where /proc hides it, its pid alone has to do. */
export function isGone({ pid, startTime }: { pid: number; startTime: number }): boolean {
  const found = readStartTime(pid);
  return found === null ? !isTaken(pid) : found !== startTime;
}

/** By any process, also one that /proc hides. */
export function isTaken(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== "ESRCH";
  }
}

/** Whether the process has a handler for that signal. */
export function listensTo(pid: number, signal: number): boolean {
  const caught = /^SigCgt:\s*([0-9a-f]+)$/m.exec(readOrNull(`/proc/${pid}/status`) ?? "")?.[1];
  return caught !== undefined && ((BigInt(`0x${caught}`) >> BigInt(signal - 1)) & 1n) === 1n;
}

/** Sends the signal, by its name or number, only while the pid still names the process that was started then. */
export function killExactly(
  target: { pid: number; startTime: number | null },
  signal: NodeJS.Signals | number,
): void {
  if (target.startTime !== null && readStartTime(target.pid) !== target.startTime) return;
  try {
    process.kill(target.pid, signal);
  } catch {
    // It has gone in between, which is what was wanted.
  }
}

/** The process that listens on a TCP port, where we may look into it. */
export function findPortOwner(port: number): number | null {
  const inodes = readListenTables().flatMap((table) => listeningInodes(table, port));
  return inodes.length === 0
    ? null
    : findDescriptorOwner(new Set(inodes.map((inode) => `socket:[${inode}]`)));
}

export function readListenTables(): readonly string[] {
  return ["/proc/net/tcp", "/proc/net/tcp6"].map((path) => readOrNull(path) ?? "");
}

const LISTEN_STATE = "0A";

/** Rows of /proc/net/tcp: number, local address and port in hex, remote, state, five more, inode. */
export function listeningInodes(table: string, port: number): string[] {
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, "0")}`;
  return table
    .split("\n")
    .map((row) => row.trim().split(/\s+/))
    .filter((fields) => fields[1]?.endsWith(suffix) && fields[3] === LISTEN_STATE)
    .flatMap((fields) => fields[9] ?? []);
}

/** Whether a socket other than these listens on the same address as one of them. */
export function hasRival(table: string, inodes: readonly string[]): boolean {
  const rows = table
    .split("\n")
    .map((row) => row.trim().split(/\s+/))
    .filter((fields) => fields[3] === LISTEN_STATE);
  const isOurs = (fields: readonly string[]) => inodes.includes(fields[9] ?? "");
  const addresses = new Set(rows.filter(isOurs).map((fields) => fields[1]));
  return rows.some((fields) => !isOurs(fields) && addresses.has(fields[1]));
}

/** Of a descriptor of this process; null where it is no socket. */
export function socketInode(fd: number): string | null {
  return /^socket:\[(\d+)\]$/.exec(readLinkOrEmpty(`/proc/self/fd/${fd}`))?.[1] ?? null;
}

/** The listening or bound Unix socket of this inode: rows end with the inode and the path. */
export function findUnixPath(inode: string): string | null {
  const rows = (readOrNull("/proc/net/unix") ?? "").split("\n").map((row) => row.trim().split(/\s+/));
  return rows.find((fields) => fields[6] === inode)?.[7] ?? null;
}

function findDescriptorOwner(links: ReadonlySet<string>): number | null {
  const pids = listOrNothing("/proc").filter((name) => /^\d+$/.test(name));
  const owner = pids.find((pid) =>
    listOrNothing(`/proc/${pid}/fd`).some((fd) => links.has(readLinkOrEmpty(`/proc/${pid}/fd/${fd}`))),
  );
  return owner === undefined ? null : Number(owner);
}

function readOrNull(path: string): string | null {
  try {
    return readFileSync(path, "latin1");
  } catch {
    return null;
  }
}

function listOrNothing(path: string): string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}

function readLinkOrEmpty(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return "";
  }
}
