/** Processor time and memory of a process with all that it started, from /proc. Linux only. */
import { readdirSync, readFileSync } from "node:fs";

/** USER_HZ: 100 on every architecture that Linux still has a distribution for. */
const MICROSECONDS_A_TICK = 10_000;

/** A pid alone may be somebody else's by the time it is used: with its start time it is one process. */
export interface TreeMember {
  readonly pid: number;
  readonly startTime: number;
}

interface ProcessStat extends TreeMember {
  readonly state: string;
  readonly parent: number;
  readonly session: number;
  /** Of the process and of its children that have ended and were waited for. */
  readonly ticks: number;
}

/** `root`, its descendants, and whoever else is in the session that it leads. */
export function processTree(root: number): TreeMember[] {
  return members(root).filter((member) => member.state !== "Z");
}

export function stillRuns({ pid, startTime }: TreeMember): boolean {
  return readStat(String(pid)).some((stat) => stat.startTime === startTime && stat.state !== "Z");
}

/** Microseconds on a processor since the start, user and system, of the whole tree. */
export function processorTime(root: number): number {
  return members(root).reduce((sum, member) => sum + member.ticks, 0) * MICROSECONDS_A_TICK;
}

/** Proportional set size in bytes: a page that N processes share counts for 1/N in each. */
export function proportionalMemory(root: number): number {
  return processTree(root).reduce((sum, member) => sum + pss(member.pid), 0);
}

function members(root: number): ProcessStat[] {
  const all = readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => readStat(name));
  const tree = new Set([root]);
  // A parent may have a higher number than its child: go round until nobody is added.
  for (let before = 0; before !== tree.size; ) {
    before = tree.size;
    for (const one of all) if (tree.has(one.parent) || one.session === root) tree.add(one.pid);
  }
  return all.filter((one) => tree.has(one.pid));
}

/** proc(5): the name in parentheses may hold anything, so the fields are counted from the last one. */
function readStat(pid: string): ProcessStat[] {
  const text = readOrEmpty(`/proc/${pid}/stat`);
  if (text === "") return [];
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  const number = (index: number): number => Number(fields[index]);
  const ticks = number(11) + number(12) + number(13) + number(14);
  const state = fields[0] ?? "";
  return [{ pid: Number(pid), state, parent: number(1), session: number(3), ticks, startTime: number(19) }];
}

function pss(pid: number): number {
  const kilobytes = /^Pss:\s+(\d+) kB/m.exec(readOrEmpty(`/proc/${pid}/smaps_rollup`))?.[1];
  return Number(kilobytes ?? 0) * 1024;
}

/** Processes end while one looks: what is gone has no text. */
function readOrEmpty(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
