/** Where a refused start says why: on the standard error, and in the log file where there is one. */

import { fstatSync } from "node:fs";
import { type Log, openLog } from "../../observe/log.ts";
import { originOf } from "../../settings/origin.ts";
import type { Settings } from "../../settings/settings.ts";
import type { EarlyEnd } from "../hooks/early-end.ts";
import { openLogFile } from "./open-file.ts";
import { resolveIdentity } from "./privileges.ts";
import { type Refusal, refusalOf } from "./refusal.ts";

const STDOUT = 1;
const STDERR = 2;

/** On the standard error, as a terminal shows it. */
export function printRefusal(texts: readonly string[]): void {
  process.stderr.write(texts.map((text) => `tsgi: error: ${text}\n`).join(""));
  if (texts.length > 1) process.stderr.write(`tsgi: not started: ${texts.length} errors\n`);
}

export class StartLogs {
  #file: Log | null = null;
  /** In the background: once is enough. */
  #isStderr = false;

  /** From now on there is this one. */
  use(descriptor: number | null): void {
    if (descriptor === null || descriptor === STDOUT) return;
    this.#file = openLog(descriptor);
    this.#isStderr = isSameFile(descriptor, STDERR);
  }

  tell({ all }: Refusal, settings: Settings): void {
    if (this.#file === null) this.#openAnyway(settings);
    if (!this.#isStderr) printRefusal(all.map(({ text }) => text));
    for (const { text } of all) this.#file?.event(text);
  }

  /** Told to end, or by a hook, before anything has served. Answers the exit code. */
  tellEnd({ message, exitCode }: EarlyEnd): number {
    (this.#file ?? openLog(STDOUT)).event(`${message}: ends before it has served`);
    return exitCode;
  }

  /** Refused before it was open; it may be what was refused, then the standard error has said so. */
  #openAnyway(settings: Settings): void {
    const path = settings.logto;
    if (path === null) return;
    refusalOf(() => {
      const identity = resolveIdentity(settings);
      this.use(openLogFile({ origin: originOf(settings, "logto"), path, identity }));
    });
  }
}

function isSameFile(descriptor: number, other: number): boolean {
  const [left, right] = [fstatSync(descriptor), fstatSync(other)];
  return left.ino === right.ino && left.dev === right.dev;
}
