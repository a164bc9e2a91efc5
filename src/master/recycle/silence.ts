import { showDuration } from "../../base/duration.ts";
import type { Duty } from "../duty.ts";
import type { Instance } from "../instance.ts";
import type { WorkerHandle } from "../processes/worker-handle.ts";

/** Between two looks, milliseconds: a tenth of the timeout, at most. */
const LONGEST_TICK = 1000;
/** A master that was stopped itself does not blame the workers: no more than so many ticks count at once. */
const MOST_TICKS = 3;

/** Workers that give no sign of life: nothing in them gets to run (heartbeat-timeout). */
export class Silence implements Duty {
  readonly #instance: Instance;
  /** Of the option, as the operator knows it. */
  readonly #name: string;
  readonly #onSilent: (worker: WorkerHandle, why: string) => void;
  #lookedAt = Date.now();

  constructor(
    instance: Instance,
    parts: { name: string; onSilent: (worker: WorkerHandle, why: string) => void },
  ) {
    this.#instance = instance;
    this.#name = parts.name;
    this.#onSilent = parts.onSilent;
  }

  goOn(now: number): void {
    if (this.#timeout === 0 || now - this.#lookedAt < this.#tick) return;
    const passed = Math.min(now - this.#lookedAt, MOST_TICKS * this.#tick);
    this.#lookedAt = now;
    const why = `has given no sign of life for longer than ${this.#name} (${showDuration(this.#timeout)})`;
    for (const worker of this.#instance.crew.living) {
      // One that leaves has its own deadline, and may be at its atexit functions.
      if (worker.silence === null || worker.retiring !== null) continue;
      worker.silence += passed;
      if (worker.silence > this.#timeout) this.#onSilent(worker, why);
    }
  }

  waits(now: number): readonly number[] {
    return this.#timeout === 0 ? [] : [Math.max(this.#lookedAt + this.#tick - now, 1)];
  }

  get #timeout(): number {
    return this.#instance.generation.settings.heartbeatTimeout;
  }

  get #tick(): number {
    return Math.min(this.#timeout / 10, LONGEST_TICK);
  }
}
