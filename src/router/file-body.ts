/**
 * A response body that is a file of the application's (`wsgi.file_wrapper`). Node receives no
 * descriptors, so the router opens the worker's one again through /proc, which gives it an offset of
 * its own and works for unlinked files too; then the worker is free and the file goes out as the
 * client takes it.
 */

import { closeSync, constants, fstatSync, openSync, read } from "node:fs";
import type { WorkerFile } from "./exchange.ts";

const READ_SIZE = 65_536;
/** Unsent bytes above which the file is not read on. */
const AHEAD = 262_144;

/** Where the bytes go: a client's socket, or what stands for it. */
export interface FileSink {
  readonly writableLength: number;
  write(piece: Buffer): boolean;
}

export interface FileBody {
  /** Sends the file; `done` is called once, with false where it turned out shorter than promised. */
  send(done: (isWhole: boolean) => void): void;
  resume(): void;
  stop(): void;
}

/** Opens the file, or returns null where that is not possible (no regular file, no permission, no /proc). */
export function openWorkerFile(file: WorkerFile, sink: FileSink): FileBody | null {
  let fd: number;
  try {
    fd = openSync(`/proc/${file.pid}/fd/${file.descriptor}`, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch {
    return null;
  }
  if (!fstatSync(fd).isFile()) {
    closeSync(fd);
    return null;
  }
  return new OpenFile(fd, file, sink);
}

class OpenFile implements FileBody {
  readonly #fd: number;
  readonly #sink: FileSink;
  #position: number;
  #left: number;
  #isReading = false;
  #isClosed = false;
  #done: (isWhole: boolean) => void = () => {};

  constructor(fd: number, file: WorkerFile, sink: FileSink) {
    this.#fd = fd;
    this.#sink = sink;
    this.#position = file.offset;
    this.#left = file.length;
  }

  send(done: (isWhole: boolean) => void): void {
    this.#done = done;
    // Not within the call that opened it: the worker's frames come first.
    setImmediate(() => this.resume());
  }

  resume(): void {
    if (this.#isReading || this.#isClosed) return;
    if (this.#left === 0) {
      this.#end(true);
      return;
    }
    if (this.#sink.writableLength >= AHEAD) return; // its "drain" calls again
    this.#isReading = true;
    const buffer = Buffer.allocUnsafeSlow(Math.min(READ_SIZE, this.#left));
    read(this.#fd, buffer, 0, buffer.length, this.#position, (error, size) => {
      this.#isReading = false;
      if (this.#isClosed) closeSync(this.#fd);
      else if (error !== null || size === 0) this.#end(false);
      else this.#write(buffer.subarray(0, size));
    });
  }

  #write(piece: Buffer): void {
    this.#position += piece.length;
    this.#left -= piece.length;
    this.#sink.write(piece);
    this.resume();
  }

  #end(isWhole: boolean): void {
    this.stop();
    this.#done(isWhole);
  }

  stop(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    if (!this.#isReading) closeSync(this.#fd);
  }
}
