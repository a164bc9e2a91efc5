import { closeSync, fstatSync, openSync, readSync, statSync } from "node:fs";
import { print } from "./print.ts";

const LAST_LINES = 20;
/** Bytes at the end that are looked through for them. */
const LAST_PART = 64 * 1024;
const POLL = 200;

/** The last lines of each file; with `follows` what is added too, also to a file that takes its place. */
export async function followLogs(paths: readonly string[], { follows }: { follows: boolean }): Promise<void> {
  const files = paths.map((path) => new FollowedFile(path));
  for (const file of files) {
    if (files.length > 1) await print(`==> ${file.path} <==\n`);
    await print(file.lastLines());
  }
  while (follows) {
    for (const file of files) await print(file.added());
    await new Promise((resolve) => setTimeout(resolve, POLL));
  }
}

class FollowedFile {
  readonly path: string;
  #descriptor: number | null = null;
  #position = 0;

  constructor(path: string) {
    this.path = path;
  }

  lastLines(): string {
    this.#open();
    if (this.#descriptor === null) return "";
    this.#position = Math.max(fstatSync(this.#descriptor).size - LAST_PART, 0);
    const lines = this.#read().split("\n");
    return lines.slice(-LAST_LINES - 1).join("\n");
  }

  added(): string {
    const text = this.#read();
    const isReplaced = this.#descriptor === null || inodeOf(this.path) !== fstatSync(this.#descriptor).ino;
    if (text !== "" || !isReplaced || inodeOf(this.path) === null) return text;
    this.#open();
    return this.#read();
  }

  #open(): void {
    if (this.#descriptor !== null) closeSync(this.#descriptor);
    try {
      this.#descriptor = openSync(this.path, "r");
    } catch {
      // Not there yet, or not ours to read: it may come.
      this.#descriptor = null;
    }
    this.#position = 0;
  }

  #read(): string {
    if (this.#descriptor === null) return "";
    const { size } = fstatSync(this.#descriptor);
    // Somebody has emptied it.
    if (size < this.#position) this.#position = 0;
    const bytes = Buffer.alloc(Math.min(size - this.#position, 1024 * 1024));
    const read = readSync(this.#descriptor, bytes, 0, bytes.length, this.#position);
    this.#position += read;
    return bytes.toString("utf8", 0, read);
  }
}

function inodeOf(path: string): number | null {
  return statSync(path, { throwIfNoEntry: false })?.ino ?? null;
}
