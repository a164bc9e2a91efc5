import { writeSync } from "node:fs";
import { withoutWaiting } from "./without-waiting.ts";

/** The master's own lines: few, and each one written before the next thing happens. */
export interface Log {
  /** One event, with its time and "master:" before it; further lines of it are indented. */
  event(text: string): void;
  /** Text exactly as it is: the start lines, a traceback. */
  plain(text: string): void;
}

/** One whose file can be opened anew. */
export interface MovableLog extends Log {
  /** From the next line on. */
  moveTo(descriptor: number): void;
}

export function openLog(log: number): MovableLog {
  let descriptor = withoutWaiting(log);
  return {
    event: (text) => writeFully(descriptor, `${new Date().toISOString()} master: ${indentFollowing(text)}\n`),
    plain: (text) => writeFully(descriptor, `${text}\n`),
    moveTo: (other) => {
      descriptor = withoutWaiting(other);
    },
  };
}

function indentFollowing(text: string): string {
  return text.trimEnd().replaceAll("\n", "\n  ");
}

const FULL_PIPE_PAUSE = 5;
const FULL_PIPE_ATTEMPTS = 20;

/**
 * Synchronous, so that the last words of a dying master are not lost. A log that is full
 * (a pipe nobody reads) or gone costs at most a tenth of a second, and the line.
 */
function writeFully(descriptor: number, text: string): void {
  let rest = Buffer.from(text);
  for (let attempt = 0; rest.length > 0 && attempt < FULL_PIPE_ATTEMPTS; attempt += 1) {
    const written = tryWrite(descriptor, rest);
    if (written === "gone") return;
    rest = rest.subarray(written);
    if (written === 0) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, FULL_PIPE_PAUSE);
  }
}

function tryWrite(descriptor: number, bytes: Buffer): number | "gone" {
  try {
    return writeSync(descriptor, bytes);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EAGAIN" ? 0 : "gone";
  }
}
