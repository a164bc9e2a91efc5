/** One line a request: when, who answered, for whom, what, with which result, in what time. */

import type { LineWriter } from "./line-writer.ts";

export interface AccessEntry {
  /** Milliseconds since 1970. */
  readonly time: number;
  /** The number of the worker that answered, 0 for the router itself. */
  readonly worker: number;
  readonly address: string;
  readonly requestLine: string;
  readonly status: number;
  /** Bytes of the response's body. */
  readonly bytes: number;
  readonly milliseconds: number;
  /** Why tsgi itself answered, or cut the connection; "" for the application's answers. */
  readonly note: string;
}

export class AccessLog {
  readonly #lines: LineWriter;
  readonly #classes: readonly number[] | null;

  /** `classes`: only responses of these classes are written: 4 for 400 to 499. Null for all. */
  constructor(lines: LineWriter, classes: readonly number[] | null) {
    this.#lines = lines;
    this.#classes = classes;
  }

  add(entry: AccessEntry): void {
    if (this.#classes !== null && !this.#classes.includes(Math.trunc(entry.status / 100))) return;
    this.#lines.add(formatEntry(entry));
  }
}

export function formatEntry(entry: AccessEntry): string {
  const who = entry.worker === 0 ? "router" : `worker ${entry.worker}`;
  const time = new Date(entry.time).toISOString();
  const address = entry.address === "" ? "unix" : entry.address;
  const note = entry.note === "" ? "" : ` ${entry.note}`;
  const request = escapeUnprintable(entry.requestLine);
  return `${time} ${who} ${address} "${request}" ${entry.status} ${entry.bytes} ${entry.milliseconds.toFixed(1)}ms${note}\n`;
}

/**
 * Nothing that a client sends may move a terminal's cursor or forge a line (CVE-2020-7694), or make the
 * log a file that is no UTF-8: all but printable ASCII is escaped.
 */
export function escapeUnprintable(text: string): string {
  return text.replace(/[^\x20-\x7e]|["\\]/g, (character) => {
    return `\\x${character.charCodeAt(0).toString(16).padStart(2, "0")}`;
  });
}
