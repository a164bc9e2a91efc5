/** check-mountpoint: an instance whose file system has gone, as a FUSE or NFS server's can, is to end. */

import { statfs } from "node:fs/promises";
import { SECOND } from "../../base/duration.ts";
import type { Duty } from "../duty.ts";
import type { EventQueue } from "../event-queue.ts";
import type { MasterEvent } from "../events.ts";

const INTERVAL = 1 * SECOND;
/** A file system that answers no sooner hangs. */
const PATIENCE = 5 * SECOND;

export class Mountpoints implements Duty {
  readonly #paths: readonly string[];
  readonly #queue: EventQueue<MasterEvent>;
  #isLooking = false;
  #lookedAt = 0;

  constructor(paths: readonly string[], queue: EventQueue<MasterEvent>) {
    this.#paths = paths;
    this.#queue = queue;
  }

  goOn(now: number): void {
    if (this.#paths.length === 0 || this.#isLooking || now - this.#lookedAt < INTERVAL) return;
    this.#lookedAt = now;
    this.#isLooking = true;
    void Promise.all(this.#paths.map((path) => this.#look(path))).then(() => {
      this.#isLooking = false;
    });
  }

  waits(now: number): readonly number[] {
    return this.#paths.length === 0 ? [] : [Math.max(this.#lookedAt + INTERVAL - now, 1)];
  }

  async #look(path: string): Promise<void> {
    const problem = await Promise.race([problemOf(path), silence()]);
    if (problem === null) return;
    const cause = `check-mountpoint: ${path} cannot be reached (${problem})`;
    this.#queue.push({ from: "command", command: { name: "stop-at-once" }, cause });
  }
}

async function problemOf(path: string): Promise<string | null> {
  try {
    await statfs(path);
    return null;
  } catch (error) {
    return (error as Error).message;
  }
}

function silence(): Promise<string> {
  return new Promise((resolve) => {
    setTimeout(() => resolve(`no answer within ${PATIENCE / SECOND} s`), PATIENCE).unref();
  });
}
