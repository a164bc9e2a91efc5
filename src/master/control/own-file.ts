import { lstatSync, unlinkSync } from "node:fs";

/** A socket or pipe that was made here, and is removed here unless another instance has put its own in the place. */
export class OwnFile {
  readonly #path: string;
  /** A number alone may be given to another file later. */
  readonly #mark: string;

  /** It is there now. */
  constructor(path: string) {
    this.#path = path;
    this.#mark = markOf(path);
  }

  remove(): void {
    if (markOf(this.#path) === this.#mark) unlinkQuietly(this.#path);
  }
}

/** Whether it is gone. */
export function unlinkQuietly(path: string): boolean {
  try {
    unlinkSync(path);
    return true;
  } catch {
    // Its directory belongs to somebody else.
    return false;
  }
}

function markOf(path: string): string {
  const found = lstatSync(path, { throwIfNoEntry: false });
  return found === undefined ? "" : `${found.ino} ${found.birthtimeMs}`;
}
