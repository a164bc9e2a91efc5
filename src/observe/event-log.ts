/** What happened in a process, for the person on call: one event a line, with its time and who says it. */

import type { LineWriter } from "./line-writer.ts";

export class EventLog {
  readonly #lines: LineWriter;
  readonly #who: string;

  /** `who`: "router 2". */
  constructor(lines: LineWriter, who: string) {
    this.#lines = lines;
    this.#who = who;
  }

  /** Further lines of `text`, for example of a stack, are indented. */
  event(text: string): void {
    this.#lines.add(`${new Date().toISOString()} ${this.#who}: ${text.trimEnd().replaceAll("\n", "\n  ")}\n`);
  }

  /** An error that should not have happened, with its stack: a bug of ours. */
  bug(where: string, error: unknown): void {
    const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
    this.event(`a bug in tsgi, please report it (${where}): ${stack}`);
  }
}
