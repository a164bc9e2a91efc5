/**
 * Replaces the workers that have had their time, whatever says so: their requests, their age, their
 * memory, an exception. One after the other: the successor is forked first, and when it serves, the
 * old one finishes what it has and leaves. Only when that one is gone it is the next one's turn, so
 * there is never more than one process beyond their number, and never one less that serves.
 *
 * Whoever is replaced so may finish, within worker-reload-mercy; only the evil limits of memory kill.
 */

import { SECOND, showDuration } from "../../base/duration.ts";
import type { Log } from "../../observe/log.ts";
import type { Duty } from "../duty.ts";
import type { Instance } from "../instance.ts";
import type { WorkerHandle } from "../processes/worker-handle.ts";
import { ageLimit } from "./lifespan.ts";
import { MemoryWatch } from "./memory-watch.ts";
import { RequestLimits } from "./request-limits.ts";

/** At least, before an exception ends it: an application that always raises would do nothing but fork. */
const SHORTEST_LIFE = 1 * SECOND;

interface Wish {
  /** Of the worker: "has answered 1000 requests (max-requests)". */
  readonly why: string;
  /** Date.now(): not sooner. */
  readonly from: number;
}

export class Recycling implements Duty {
  readonly requestLimits: RequestLimits;
  readonly #instance: Instance;
  readonly #log: Log;
  readonly #memory: MemoryWatch;
  /** In the order in which they came up. */
  readonly #wishes = new Map<WorkerHandle, Wish>();

  constructor(instance: Instance, log: Log) {
    this.#instance = instance;
    this.#log = log;
    this.requestLimits = new RequestLimits(instance, (worker, limit) => {
      const from = worker.askedAt + instance.generation.settings.minWorkerLifetime;
      this.#wish(worker, { why: `has answered ${limit} requests (max-requests)`, from });
    });
    this.#memory = new MemoryWatch({
      instance,
      log,
      onTooMuch: (worker, why) => this.#wish(worker, { why, from: 0 }),
    });
  }

  /** Of reload-on-exception: "ValueError (reload-on-exception-type)". */
  noteException(worker: WorkerHandle, what: string): void {
    const why = `the application raised ${what}`;
    this.#wish(worker, { why, from: worker.askedAt + SHORTEST_LIFE });
  }

  goOn(now: number): void {
    this.#memory.goOn(now);
    this.#forgetReplaced();
    this.#wishForOld(now);
    if (this.#isAnyMoving) return;
    const due = [...this.#wishes].find(([, { from }]) => from <= now);
    if (due !== undefined) this.#replace(...due);
  }

  waits(now: number): readonly number[] {
    const dates = [...this.#wishes.values()].map(({ from }) => from);
    const ends = this.#seated.flatMap((worker) => this.#endOfLife(worker) ?? []);
    return [...[...dates, ...ends].map((date) => date - now), ...this.#memory.waits(now)];
  }

  /** The reason that counts first stands. */
  #wish(worker: WorkerHandle, wish: Wish): void {
    const known = this.#wishes.get(worker);
    if (known === undefined || wish.from < known.from) this.#wishes.set(worker, wish);
  }

  #wishForOld(now: number): void {
    for (const worker of this.#seated) {
      const end = this.#endOfLife(worker);
      if (end === null || now < end) continue;
      this.#wish(worker, {
        why: `is ${showDuration(end - worker.askedAt)} old (max-worker-lifetime)`,
        from: now,
      });
    }
  }

  #endOfLife({ number, askedAt }: WorkerHandle): number | null {
    const limit = ageLimit(this.#instance.generation.settings, number);
    return limit === null ? null : askedAt + limit;
  }

  #replace(worker: WorkerHandle, { why }: Wish): void {
    this.#wishes.delete(worker);
    this.#log.event(`${worker.title}: ${why}; a successor starts`);
    this.#instance.crew.seats.find(({ occupant }) => occupant === worker)?.release();
  }

  /** Some have died, were asked to leave or lost their seat to a reload. */
  #forgetReplaced(): void {
    for (const worker of this.#wishes.keys())
      if (!this.#instance.crew.hasSeat(worker)) this.#wishes.delete(worker);
  }

  /** A reload replaces them, or one that has a successor has not gone yet. */
  get #isAnyMoving(): boolean {
    const { crew, generation } = this.#instance;
    return crew.living.some(
      (worker) =>
        worker.zygote.generation !== generation.number ||
        (worker.number <= crew.seats.length && !crew.hasSeat(worker)),
    );
  }

  get #seated(): readonly WorkerHandle[] {
    return this.#instance.crew.seats.flatMap(({ occupant }) => occupant ?? []);
  }
}
