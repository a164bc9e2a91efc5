/** Commands of hooks: the shell runs them, the log has what they print. */

import { spawn } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { SECOND } from "../../base/duration.ts";
import { describeEnding } from "../processes/endings.ts";
import type { Place } from "./place.ts";

/** After SIGTERM, how long a command that nobody waits for any more may take to end. */
const LAST_WORDS = 3 * SECOND;

const FALLBACK = "/bin/sh";

export interface CommandStart {
  readonly place: Place;
  readonly shells: readonly string[];
  /** Descriptor of the log. */
  readonly output: number;
  readonly signal: AbortSignal;
}

/** The first that may be executed, as uWSGI's binsh. */
export function findShell(shells: readonly string[]): string {
  return shells.find(isExecutable) ?? FALLBACK;
}

/** Answers null after exit code 0, else how it ended: "ended with exit code 1". Throws what `signal` aborts with. */
export async function runCommand(
  command: string,
  { place, shells, output, signal }: CommandStart,
): Promise<string | null> {
  signal.throwIfAborted();
  const child = spawn(findShell(shells), ["-c", command], {
    cwd: place.directory,
    env: place.environment,
    stdio: ["ignore", output, output],
    // A group of its own, so that all it has started can be ended.
    detached: true,
  });
  const { promise, resolve } = Promise.withResolvers<string | null>();
  child.once("error", (error) => resolve(describeEnding({ exitCode: null, signal: null, error })));
  child.once("exit", (exitCode, killedBy) =>
    resolve(exitCode === 0 ? null : `ended with ${describeEnding({ exitCode, signal: killedBy })}`),
  );
  let lastWords: NodeJS.Timeout | undefined;
  const abort = () => {
    killGroup(child.pid, "SIGTERM");
    lastWords = setTimeout(() => killGroup(child.pid, "SIGKILL"), LAST_WORDS);
  };
  signal.addEventListener("abort", abort, { once: true });
  try {
    const ending = await promise;
    signal.throwIfAborted();
    return ending;
  } finally {
    clearTimeout(lastWords);
    signal.removeEventListener("abort", abort);
  }
}

/** All of a process group; nothing where it has ended. */
export function killGroup(leader: number | undefined, signal: NodeJS.Signals | number): void {
  if (leader === undefined) return;
  try {
    process.kill(-leader, signal);
  } catch {
    // It has ended.
  }
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
