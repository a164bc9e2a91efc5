import { closeSync } from "node:fs";
import { resolve } from "node:path";
import type { Handover } from "./handover.ts";
import { refusalOf } from "./refusal.ts";

/**
 * Files that a predecessor has handed over as they are open, by their paths: it may have opened them as root,
 * which it no longer was when it started us.
 */
export class InheritedFiles {
  readonly #descriptors: Map<string, number>;

  constructor(handover: Handover | null) {
    this.#descriptors = new Map(handover?.files.map(({ path, fd }) => [path, fd]));
  }

  has(path: string): boolean {
    return this.#descriptors.has(resolve(path));
  }

  /** Opens it, or takes the one that is open already where that is refused. */
  open(path: string, openAnew: () => number): number {
    const inherited = this.#descriptors.get(resolve(path));
    let opened: number | undefined;
    const refusal = refusalOf(() => {
      opened = openAnew();
    });
    if (opened === undefined && inherited === undefined) throw refusal;
    if (opened !== undefined && inherited !== undefined) this.#close(path, inherited);
    return opened ?? (inherited as number); // one of them is there
  }

  /** It would keep a log that is rotated away on the disk. */
  #close(path: string, inherited: number): void {
    this.#descriptors.delete(resolve(path));
    closeSync(inherited);
  }
}
