import { resolve } from "node:path";
import type { Handover } from "./handover.ts";
import { refusalOf } from "./refusal.ts";

/**
 * Files that a predecessor has handed over as they are open, by their paths: it may have opened them as root,
 * which it no longer was when it started us.
 */
export class InheritedFiles {
  readonly #descriptors: ReadonlyMap<string, number>;

  constructor(handover: Handover | null) {
    this.#descriptors = new Map(handover?.files.map(({ path, fd }) => [path, fd]));
  }

  has(path: string): boolean {
    return this.#descriptors.has(resolve(path));
  }

  /** Opens it, or takes the one that is open already where that is refused. */
  open(path: string, openAnew: () => number): number {
    let descriptor = this.#descriptors.get(resolve(path));
    const refusal = refusalOf(() => {
      descriptor = openAnew();
    });
    if (descriptor === undefined) throw refusal;
    return descriptor;
  }
}
