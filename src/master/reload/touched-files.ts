/**
 * Tells when files are touched, replaced or made. It asks for their state once a second, as uWSGI does, and
 * is not told by the kernel: only so a file is seen that does not exist yet, behind a symbolic link that is
 * swapped (as Kubernetes does it), or on a network's file system. A file that goes is not touched.
 */

import { type Stats, unwatchFile, watchFile } from "node:fs";
import { SECOND } from "../../base/duration.ts";

const INTERVAL = 1 * SECOND;

type Look = (current: Stats, previous: Stats) => void;

export interface TouchedFilesParts {
  readonly onTouch: (path: string) => void;
  /** It is not there, or no longer. Touched it is when it comes. */
  readonly onMissing: (path: string) => void;
}

export class TouchedFiles {
  readonly #parts: TouchedFilesParts;
  readonly #looks = new Map<string, Look>();

  constructor(parts: TouchedFilesParts) {
    this.#parts = parts;
  }

  /** From now on these and no others. Those that were watched already are not looked at anew. */
  watch(paths: ReadonlySet<string>): void {
    for (const path of this.#looks.keys()) if (!paths.has(path)) this.#forget(path);
    for (const path of paths) if (!this.#looks.has(path)) this.#add(path);
  }

  stop(): void {
    this.watch(new Set());
  }

  #add(path: string): void {
    const look: Look = (current, previous) => {
      if (!exists(current)) this.#parts.onMissing(path);
      else if (isOther(current, previous)) this.#parts.onTouch(path);
    };
    this.#looks.set(path, look);
    watchFile(path, { interval: INTERVAL, persistent: false }, look);
  }

  #forget(path: string): void {
    const look = this.#looks.get(path);
    if (look !== undefined) unwatchFile(path, look);
    this.#looks.delete(path);
  }
}

/** Node describes a file that is not there by zeros, and says so once at the beginning. */
function exists({ ino }: Stats): boolean {
  return ino !== 0;
}

function isOther(left: Stats, right: Stats): boolean {
  return left.mtimeMs !== right.mtimeMs || left.ino !== right.ino || left.size !== right.size;
}
