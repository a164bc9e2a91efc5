import { constants } from "node:os";
import { SECOND } from "../../base/duration.ts";
import type { Ending } from "../events.ts";

/** How a process ended, in the words of the log: "killed by signal 9 (SIGKILL)", "exit code 1". */
export function describeEnding({ exitCode, signal, error }: Ending): string {
  if (error !== undefined) return `could not be started: ${error.message}`;
  if (signal !== null) return `killed by signal ${signalNumber(signal)} (${signal})`;
  return exitCode === null ? "ended, nobody knows how" : `exit code ${exitCode}`;
}

/** The same, as routers put it into their own log lines. */
export function briefEnding({ exitCode, signal }: Ending): string {
  if (signal !== null) return `signal ${signalNumber(signal)}`;
  return exitCode === null ? "unknown" : `exit code ${exitCode}`;
}

/** What the zygote reports of a worker: signals come as numbers. */
export function endingOf({ exitCode, signal }: { exitCode: number | null; signal: number | null }): Ending {
  if (signal === null) return { exitCode, signal: null };
  const named = Object.entries(constants.signals).find(([, number]) => number === signal);
  return { exitCode: null, signal: named?.[0] ?? String(signal) };
}

export const UNKNOWN_ENDING: Ending = { exitCode: null, signal: null };

function signalNumber(name: string): string {
  const named = Object.entries(constants.signals).find(([key]) => key === name);
  return String(named?.[1] ?? name);
}

/** "0.4 s", "12 s", "5 min", "3 h", "2 d": how long something lived or waits. */
export function showSpan(milliseconds: number): string {
  const seconds = milliseconds / SECOND;
  if (seconds < 10) return `${Number(seconds.toFixed(1))} s`;
  if (seconds < 120) return `${Math.round(seconds)} s`;
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`;
  return seconds < 172_800 ? `${Math.round(seconds / 3600)} h` : `${Math.round(seconds / 86_400)} d`;
}
