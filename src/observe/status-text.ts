/** The state of an instance as a person reads it, in a terminal and in the log. */

import { printable } from "../base/quoted.ts";
import { MIB } from "../base/size.ts";
import type { ReloadStatus, RouterStatus, Status, WorkerStatus } from "../base/status.ts";

/** Lines without a final newline. */
export function statusText(status: Status): string {
  const { lastReload } = status;
  return [
    headline(status),
    `listening on ${status.listeners.join(", ")}`,
    `${count(status.connections, "connection")}; requests: ${status.waiting} waiting, ${status.requests} answered`,
    ...(lastReload === null ? [] : [describeReload(lastReload)]),
    "",
    ...table([
      ["", "PID", "STATE", "GEN", "AGE", "REQUESTS", "RUNNING", "MEMORY"],
      ...status.routers.map((router) => routerRow(router, status)),
      ...(status.zygote === null ? [] : [zygoteRow(status.zygote)]),
      ...status.workers.map(workerRow),
    ]),
  ].join("\n");
}

function headline({ version, pid, uptime, generation, phase, paused, size }: Status): string {
  const state = paused ? "paused: requests wait" : phase;
  const workers = count(size, "worker");
  return `tsgi ${version}, master ${pid}, up ${showAge(uptime)}: ${state}, generation ${generation}, ${workers}`;
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}

function describeReload({ began, ended, cause, outcome, generation, error }: ReloadStatus): string {
  const what = `last reload: ${ended ?? began} (${cause})`;
  if (outcome === "running") return `${what}, goes on`;
  if (outcome === "done") return `${what}, generation ${generation} serves`;
  return [`${what}, failed:`, ...(error ?? "").split("\n").map((line) => `  ${printable(line)}`)].join("\n");
}

function routerRow({ number, pid, connections, rss }: RouterStatus, { routers }: Status): string[] {
  const name = routers.length === 1 ? "router" : `router ${number}`;
  return [name, String(pid), `${connections} conn.`, "", "", "", "", showMemory(rss)];
}

function zygoteRow({ pid, generation, rss }: NonNullable<Status["zygote"]>): string[] {
  return ["zygote", String(pid), "", String(generation), "", "", "", showMemory(rss)];
}

function workerRow(worker: WorkerStatus): string[] {
  const { number, pid, state, generation, age, requests, running, rss } = worker;
  const counts = [String(generation), showAge(age), String(requests), String(running)];
  return [`worker ${number}`, String(pid ?? "-"), state, ...counts, showMemory(rss)];
}

/** Columns as wide as their longest cell; figures stand to the right. */
function table(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((cell, column) => pad(cell, { width: widths[column] ?? 0, toRight: column !== 0 && column !== 2 }))
      .join("  ")
      .trimEnd(),
  );
}

function pad(cell: string, { width, toRight }: { width: number; toRight: boolean }): string {
  return toRight ? cell.padStart(width) : cell.padEnd(width);
}

/** "45s", "12m", "5h", "3d". */
function showAge(seconds: number): string {
  if (seconds < 120) return `${seconds}s`;
  if (seconds < 7200) return `${Math.floor(seconds / 60)}m`;
  return seconds < 172_800 ? `${Math.floor(seconds / 3600)}h` : `${Math.floor(seconds / 86_400)}d`;
}

function showMemory(bytes: number | null): string {
  return bytes === null ? "-" : `${(bytes / MIB).toFixed(0)}M`;
}
