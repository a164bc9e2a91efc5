/**
 * Lines that leave by asynchronous writes, one at a time, so that neither a slow disk nor a full pipe
 * ever makes a request wait. What gathers has a bound: past it lines are dropped, counted, and the
 * count is written once there is room.
 */

import { write } from "node:fs";
import { replaceDescriptor } from "./replace-descriptor.ts";
import { isPipe, withoutWaiting } from "./without-waiting.ts";

/** Bytes that may wait; a server at 20,000 requests a second fills this in four seconds. */
const MOST_WAITING = 8 * 1024 * 1024;
/** Milliseconds in which lines gather for one write. */
const FLUSH_AFTER = 20;
/** Milliseconds without a write that ends: a log that nobody reads must not keep a process from ending. */
const FLUSH_PATIENCE = 3000;
/** Writes to a pipe up to this size are not mixed with those of other processes (POSIX PIPE_BUF). */
const PIPE_BUF = 4096;

export class LineWriter {
  #fd: number;
  readonly #most: number;
  #lines: string[] = [];
  #waiting = 0;
  #dropped = 0;
  #isWriting = false;
  /** Writes that ended. */
  #writes = 0;
  #timer: NodeJS.Timeout | null = null;
  /** What is done as soon as no write is under way. */
  #betweenWrites: (() => void) | null = null;

  constructor(fd: number) {
    // A write that waits for a reader would hold one of the few threads that Node has for files.
    this.#fd = withoutWaiting(fd);
    this.#most = isPipe(fd) ? PIPE_BUF : 1024 * 1024;
  }

  /** `line` ends in a newline. */
  add(line: string): void {
    if (this.#waiting + line.length > MOST_WAITING) {
      this.#dropped++;
      return;
    }
    this.#lines.push(line);
    this.#waiting += line.length;
    if (this.#timer === null && !this.#isWriting)
      this.#timer = setTimeout(() => this.#writeSome(), FLUSH_AFTER);
  }

  /** From the next write on into the file that has that path now. Rejects where it cannot be opened: nothing changes. */
  reopen(path: string): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#betweenWrites = () => {
      try {
        this.#fd = replaceDescriptor(this.#fd, path);
        resolve();
      } catch (error) {
        reject(error);
      }
    };
    if (!this.#isWriting) this.#doBetweenWrites();
    return promise;
  }

  #doBetweenWrites(): void {
    this.#betweenWrites?.();
    this.#betweenWrites = null;
  }

  /** Writes what waits; resolves when nothing does any more, or nobody has read for three seconds. */
  async flush(): Promise<void> {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    let patience = performance.now() + FLUSH_PATIENCE;
    let before = this.#writes;
    while ((this.#waiting > 0 || this.#isWriting) && performance.now() < patience) {
      if (!this.#isWriting) this.#writeSome();
      if (this.#writes !== before) patience = performance.now() + FLUSH_PATIENCE;
      before = this.#writes;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  #writeSome(): void {
    this.#timer = null;
    if (this.#isWriting || this.#waiting === 0) return;
    this.#isWriting = true;
    const bytes = Buffer.from(this.#takeLines());
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
      text += `${new Date().toISOString()} ${this.#dropped} log lines dropped, the log is too slow\n`;
      this.#dropped = 0;
    }
    return text;
  }

  #write(bytes: Buffer, from: number): void {
    write(this.#fd, bytes, from, bytes.length - from, null, (error, written) => {
      if (error !== null && error.code === "EAGAIN") {
        setTimeout(() => this.#write(bytes, from), FLUSH_AFTER);
        return;
      }
      this.#writes++;
      if (error === null && from + written < bytes.length) {
        this.#write(bytes, from + written);
      } else {
        // A log that cannot be written (disk full, reader gone) must not stop the service.
        this.#isWriting = false;
        this.#doBetweenWrites();
        this.#writeSome();
      }
    });
  }
}
