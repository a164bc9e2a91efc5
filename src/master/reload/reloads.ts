/** All reloads of an instance: one at a time, and how the last one went. */

import type { LoadFailure } from "../../base/messages.ts";
import type { Duty } from "../duty.ts";
import type { Equipment } from "../equipment.ts";
import type { Ending, ZygoteMessage } from "../events.ts";
import type { Instance } from "../instance.ts";
import type { Reread } from "../processes/generation.ts";
import type { WorkerHandle } from "../processes/worker-handle.ts";
import type { ZygoteHandle } from "../processes/zygote-handle.ts";
import { Reload } from "./reload.ts";

export class Reloads implements Duty {
  readonly #instance: Instance;
  readonly #equipment: Equipment;
  #current: Reload | null = null;
  /** What asked for one when none could begin. */
  #wish: string | null = null;

  constructor(instance: Instance, equipment: Equipment) {
    this.#instance = instance;
    this.#equipment = equipment;
  }

  /** Begins with the next turn of the loop; what is asked for during another is done behind it, once. */
  request(cause: string): void {
    this.#wish = cause;
  }

  goOn(now: number): void {
    this.#current?.goOn(now);
    if (this.#wish === null || this.#current?.isOver === false) return;
    const cause = this.#wish;
    this.#wish = null;
    const { log, queue, reread } = this.#equipment;
    this.#current = new Reload(this.#instance, { log, queue, reread, cause });
    this.#current.begin();
  }

  waits(): readonly number[] {
    return [];
  }

  /** The instance ends: nothing new begins. */
  abandon(): void {
    this.#wish = null;
    this.#current?.abandon();
  }

  takeConfiguration(outcome: Reread): void {
    if (this.#current?.isOver === false) return this.#current.takeConfiguration(outcome);
    // A stop came in between.
    if (outcome.kind === "settings") outcome.gunicorn?.zygote.stop();
  }

  /** Whether the message was a reload's own affair. */
  takeMessage(zygote: ZygoteHandle, message: ZygoteMessage): boolean {
    return this.#current?.takeMessage(zygote, message) ?? false;
  }

  takeWorkerFailure(worker: WorkerHandle, failure: LoadFailure): boolean {
    return this.#current?.takeWorkerFailure(worker, failure) ?? false;
  }

  takeExit(ending: Ending): void {
    this.#current?.takeExit(ending);
  }

  noteLoss(zygote: ZygoteHandle, ending: Ending): void {
    this.#current?.noteLoss(zygote, ending);
  }
}
