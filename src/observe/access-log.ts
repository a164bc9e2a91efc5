/**
 * One line a request. Lines gather in memory and leave by asynchronous writes, one at a time, so
 * that neither a slow disk nor a full pipe ever makes a request wait. What gathers has a bound:
 * past it lines are dropped, counted, and the count is logged.
 */

import { fstatSync, write } from "node:fs";

/** Bytes that may wait; a server at 20,000 requests a second fills this in four seconds. */
const MOST_WAITING = 8 * 1024 * 1024;
const FLUSH_AFTER = 20;
/** Writes to a pipe up to this size are not mixed with those of other processes (POSIX PIPE_BUF). */
const PIPE_BUF = 4096;

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
}

export class AccessLog {
  readonly #fd: number;
  readonly #most: number;
  #lines: string[] = [];
  #waiting = 0;
  #dropped = 0;
  #isWriting = false;
  #timer: NodeJS.Timeout | null = null;

  constructor(fd: number) {
    this.#fd = fd;
    this.#most = isPipe(fd) ? PIPE_BUF : 1024 * 1024;
  }

  add(entry: AccessEntry): void {
    const line = formatEntry(entry);
    if (this.#waiting + line.length > MOST_WAITING) {
      this.#dropped++;
      return;
    }
    this.#lines.push(line);
    this.#waiting += line.length;
    if (this.#timer === null && !this.#isWriting) this.#timer = setTimeout(() => this.#flush(), FLUSH_AFTER);
  }

  /** Writes what is left; resolves when it is done. */
  async close(): Promise<void> {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    while (this.#waiting > 0 || this.#isWriting) {
      if (!this.#isWriting) this.#flush();
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  #flush(): void {
    this.#timer = null;
    if (this.#isWriting || this.#waiting === 0) return;
    this.#isWriting = true;
    const bytes = Buffer.from(this.#takeLines(), "latin1");
    this.#write(bytes, 0);
  }

  /** As many whole lines as one write may carry, at least one. */
  #takeLines(): string {
    let size = 0;
    let count = 0;
    for (const line of this.#lines) {
      if (count > 0 && size + line.length > this.#most) break;
      size += line.length;
      count++;
    }
    this.#waiting -= size;
    let text = this.#lines.splice(0, count).join("");
    if (this.#dropped > 0 && this.#lines.length === 0) {
      text += `${new Date().toISOString()} access log: ${this.#dropped} lines dropped, the log is too slow\n`;
      this.#dropped = 0;
    }
    return text;
  }

  #write(bytes: Buffer, from: number): void {
    write(this.#fd, bytes, from, bytes.length - from, null, (error, written) => {
      if (error !== null && error.code === "EAGAIN") {
        setTimeout(() => this.#write(bytes, from), FLUSH_AFTER);
      } else if (error === null && from + written < bytes.length) {
        this.#write(bytes, from + written);
      } else {
        // A log that cannot be written (disk full, reader gone) must not stop the service.
        this.#isWriting = false;
        this.#flush();
      }
    });
  }
}

export function formatEntry(entry: AccessEntry): string {
  const who = entry.worker === 0 ? "router" : `worker ${entry.worker}`;
  const time = new Date(entry.time).toISOString();
  const address = entry.address === "" ? "unix" : entry.address;
  const request = escapeControls(entry.requestLine);
  return `${time} ${who} ${address} "${request}" ${entry.status} ${entry.bytes} ${entry.milliseconds.toFixed(1)}ms\n`;
}

/** Nothing that a client sends may move a terminal's cursor or forge a line (CVE-2020-7694). */
function escapeControls(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it is about
  return text.replace(/[\x00-\x1f"\\\x7f-\x9f]/g, (character) => {
    return `\\x${character.charCodeAt(0).toString(16).padStart(2, "0")}`;
  });
}

function isPipe(fd: number): boolean {
  try {
    return fstatSync(fd).isFIFO();
  } catch {
    return false;
  }
}
