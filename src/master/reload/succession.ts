/**
 * Workers that take the places of all who were there when it began. A predecessor serves until its
 * successor does, so capacity never falls below what it was. First one successor is tried; the
 * others follow when it serves, all at once or in a chain.
 */

import type { Instance } from "../instance.ts";
import type { Seat } from "../processes/seat.ts";
import type { WorkerHandle } from "../processes/worker-handle.ts";
import type { Manner } from "./manner.ts";

export class Succession {
  readonly #instance: Instance;
  readonly #manner: Manner;
  /** Whoever was forked later is a successor. */
  readonly #lastOld: number;
  #hasBegun = false;

  constructor(instance: Instance, manner: Manner) {
    this.#instance = instance;
    this.#manner = manner;
    this.#lastOld = instance.crew.lastSerial;
    // Those that keep dying need not sit out their pause: what comes now may do better.
    for (const seat of instance.crew.seats) if (seat.occupant === null) seat.release();
  }

  /** One successor serves, or there is nobody to succeed. */
  get isProven(): boolean {
    const { seats } = this.#instance.crew;
    return seats.length === 0 || this.#successors.some((worker) => worker.servingSince !== null);
  }

  /** Successors hold all seats and serve. Predecessors may still finish what they have. */
  get isComplete(): boolean {
    const { seats } = this.#instance.crew;
    return seats.every(
      ({ occupant }) => occupant !== null && this.isSuccessor(occupant) && occupant.servingSince !== null,
    );
  }

  isSuccessor({ serial }: WorkerHandle): boolean {
    return serial > this.#lastOld;
  }

  /** Lets the first one be succeeded, once. */
  tryOne(): void {
    if (this.#hasBegun || !this.#isRoom) return;
    this.#hasBegun = true;
    this.#seatsToRelease[0]?.release();
  }

  goOn(): void {
    if (this.#manner.isAtOnce) this.#killSucceeded();
    if (!this.#manner.isChain) for (const seat of this.#seatsToRelease) seat.release();
    else if (this.#isRoom) this.#seatsToRelease[0]?.release();
  }

  /** The successors are of no use. Whoever sat there before and lives serves on: it was not told to leave. */
  rollBack(now: number): void {
    const { crew, generation } = this.#instance;
    const predecessors = crew.living.filter((worker) => !this.isSuccessor(worker));
    const failed = this.#successors;
    for (const seat of crew.seats) {
      if (seat.occupant !== null && !this.isSuccessor(seat.occupant)) continue;
      seat.occupant =
        predecessors.find(({ number, retiring }) => number === seat.number && !retiring) ?? null;
    }
    // One may have been given a request just now.
    for (const worker of failed) this.#instance.retire(worker, now + generation.settings.workerReloadMercy);
  }

  /** In a chain one beyond the number of seats at most. */
  get #isRoom(): boolean {
    const { seats, living } = this.#instance.crew;
    if (!this.#manner.isChain) return true;
    return living.length <= seats.length && this.#successors.every((one) => one.servingSince !== null);
  }

  get #successors(): readonly WorkerHandle[] {
    return this.#instance.crew.seats.flatMap(({ occupant }) =>
      occupant !== null && this.isSuccessor(occupant) ? [occupant] : [],
    );
  }

  get #seatsToRelease(): readonly Seat<WorkerHandle>[] {
    return this.#instance.crew.seats.filter(
      ({ occupant }) => occupant !== null && !this.isSuccessor(occupant),
    );
  }

  /** Those whose successor serves were told to leave just then. */
  #killSucceeded(): void {
    for (const worker of this.#instance.crew.living) {
      if (worker.retiring !== null && !worker.isKilled && !this.isSuccessor(worker)) worker.kill();
    }
  }
}
