/** What the threads of a worker are doing: python/tsgi/stacks.py writes it when a signal asks, /proc tells the rest. */

import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { killExactly, listensTo } from "../processes/process-table.ts";
import type { WorkerHandle } from "../processes/worker-handle.ts";

/** A real-time signal, as python/tsgi/stacks.py has it. */
const SIGNAL = 62;
const OWN = fileURLToPath(new URL("../../../python/tsgi/", import.meta.url));
const MOST_TASKS = 32;

/** False where the worker has nothing to show: the signal would only end it. */
export function askForStacks({ pid, startTime }: WorkerHandle): boolean {
  if (pid === null || !listensTo(pid, SIGNAL)) return false;
  killExactly({ pid, startTime }, SIGNAL);
  return true;
}

/** What has been written so far; "" for nothing. */
export function readStacks(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}

/**
 * For people: the thread that runs the request, if it is known, comes first, tsgi's own frames are left out, and threads
 * that had nothing else are only counted.
 */
export function describeStacks(dump: string, thread: string | null): string {
  const stacks = dump.split(/^(?=(?:Current thread|Thread|Greenlet) 0x)/m).map((text) => {
    const [head = "", ...lines] = text.trim().split("\n");
    const title = head.replace(/ \(most recent call first\):$/, "");
    return { title, frames: lines.filter((line) => line !== "" && !isOwn(line)) };
  });
  const working = stacks.filter(({ frames }) => frames.length > 0);
  const isAsked = ({ title }: { title: string }) => thread !== null && title.includes(` ${thread}`);
  const inOrder = [...working.filter(isAsked), ...working.filter((stack) => !isAsked(stack))];
  const idle = stacks.length - working.length;
  return [
    ...inOrder.flatMap((stack) => [`${stack.title}${isAsked(stack) ? " runs it" : ""}:`, ...stack.frames]),
    ...(idle === 0 ? [] : [`${idle} more with nothing to do`]),
  ].join("\n");
}

function isOwn(frame: string): boolean {
  return frame.includes(`File "${OWN}`) || frame.includes('File "<frozen runpy>"');
}

/** One line for each thread as the kernel sees it: its state, the function that it waits in, the system call. */
export function describeTasks(pid: number): string {
  const tasks = listTasks(pid);
  const lines = tasks.slice(0, MOST_TASKS).map((task) => {
    const at = `/proc/${pid}/task/${task}`;
    const state = /^State:\s*(.*)$/m.exec(readOr(`${at}/status`, ""))?.[1] ?? "gone";
    const call = readOr(`${at}/syscall`, "not to be read").trim();
    return `task ${task}: ${state}, waits in ${readOr(`${at}/wchan`, "?") || "?"}, system call ${call}`;
  });
  return [...lines, ...(tasks.length > MOST_TASKS ? [`and ${tasks.length - MOST_TASKS} more`] : [])].join(
    "\n",
  );
}

function listTasks(pid: number): readonly string[] {
  try {
    return readdirSync(`/proc/${pid}/task`);
  } catch {
    return [];
  }
}

function readOr(path: string, otherwise: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return otherwise;
  }
}
