/** Where a refused start says why: on the standard error, and in the log file where there is one. */

import { type Log, openLog } from "../../observe/log.ts";
import { originOf } from "../../settings/origin.ts";
import type { Settings } from "../../settings/settings.ts";
import { openLogFile } from "./open-file.ts";
import { resolveIdentity } from "./privileges.ts";
import { type Refusal, refusalOf } from "./refusal.ts";

const STDOUT = 1;

export class StartLogs {
  #file: Log | null = null;

  /** From now on there is this one. */
  use(descriptor: number | null): void {
    if (descriptor !== null && descriptor !== STDOUT) this.#file = openLog(descriptor);
  }

  tell({ all }: Refusal, settings: Settings): void {
    process.stderr.write(all.map(({ text }) => `tsgi: error: ${text}\n`).join(""));
    if (all.length > 1) process.stderr.write(`tsgi: not started: ${all.length} errors\n`);
    if (this.#file === null) this.#openAnyway(settings);
    for (const { text } of all) this.#file?.event(text);
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
