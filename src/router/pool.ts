/**
 * The slots of one application and the requests that wait for one: who gets the next request.
 *
 * A slow application has at most one request on a slot; the rest wait here, in order, so that the
 * first free slot takes the first request. A fast one may have several on a slot (service-time.ts),
 * and then few busy slots beat many: threads of one process only fight for its interpreter lock, so
 * a process's busy slot is filled before a second one is woken.
 *
 * With several routers each has slots of its own (a partition by number, `isHome`) and borrows
 * another router's only when its own are all busy, one request at a time. A worker tells the other
 * routers when such a request takes long (BUSY), so a loan costs at most that little.
 */

import type { Exchange, Failure } from "./exchange.ts";
import { ServiceTime } from "./service-time.ts";
import type { Slot } from "./slot.ts";

/** A slot whose first request runs longer than this (ms) gets no more until it is free. */
const STALLED = 3;
const MAX_DEPTH = 128;

/** A worker's slots, as this router sees them. */
export interface WorkerProcess {
  readonly serial: number;
  readonly worker: number;
  readonly pid: number;
  readonly slots: Slot[];
  /** Requests on all of its slots. */
  load: number;
  isRetiring: boolean;
}

export interface PoolLimits {
  readonly queueLimit: number;
  /** Milliseconds. */
  readonly queueTimeout: number;
  readonly router: number;
  readonly routers: number;
}

export class Pool {
  readonly #limits: PoolLimits;
  readonly #processes: WorkerProcess[] = [];
  readonly #processOf = new Map<Slot, WorkerProcess>();
  readonly #queue: Exchange[] = [];
  readonly #service = new ServiceTime(MAX_DEPTH);
  #queueHead = 0;
  #now = 0;

  constructor(limits: PoolLimits) {
    this.#limits = limits;
  }

  get queued(): number {
    return this.#queue.length - this.#queueHead;
  }

  get processes(): readonly WorkerProcess[] {
    return this.#processes;
  }

  /** Requests may be held in the worker for a batch. */
  get isFast(): boolean {
    return this.#service.depth > 1;
  }

  /** A slot for one more request right now, or null: then `enqueue`. */
  take(now: number): Slot | null {
    if (this.queued > 0) return null; // first come, first served
    return this.#choose(now);
  }

  place(slot: Slot, exchange: Exchange): void {
    const process = this.#processOf.get(slot);
    if (process !== undefined) process.load++;
    slot.begin(exchange, this.#service.depth > 1);
  }

  /** Makes a request wait. False: the queue is full. */
  enqueue(exchange: Exchange, now: number): boolean {
    if (this.queued >= this.#limits.queueLimit) return false;
    exchange.queuedAt = now;
    this.#queue.push(exchange);
    return true;
  }

  /** Gives waiting requests to slots while there are both. */
  dispatch(now: number): void {
    while (this.#queueHead < this.#queue.length) {
      const next = this.#queue[this.#queueHead] as Exchange; // the head is within the queue
      if (!next.isAbandoned) {
        const slot = this.#choose(now);
        if (slot === null) return;
        this.place(slot, next);
      }
      this.#queueHead++;
    }
    this.#queue.length = 0;
    this.#queueHead = 0;
  }

  /** Fails what has waited too long and forgets what nobody waits for any more. Call now and then. */
  sweep(now: number): void {
    const failure: Failure = { status: 503, why: "no worker was free in time (queue-timeout)" };
    const late = now - this.#limits.queueTimeout;
    while (this.#queueHead < this.#queue.length) {
      const next = this.#queue[this.#queueHead] as Exchange; // the head is within the queue
      if (!next.isAbandoned && next.queuedAt > late) break;
      this.#queueHead++;
      if (!next.isAbandoned) next.fail(failure);
    }
    if (this.#queueHead > 0) {
      this.#queue.splice(0, this.#queueHead);
      this.#queueHead = 0;
    }
    this.dispatch(now);
  }

  add(slot: Slot): WorkerProcess {
    const { serial, worker, pid } = slot.hello;
    let process = this.#processes.find((candidate) => candidate.serial === serial);
    if (process === undefined) {
      process = { serial, worker, pid, slots: [], load: 0, isRetiring: false };
      this.#processes.push(process);
    }
    process.slots.push(slot);
    this.#processOf.set(slot, process);
    return process;
  }

  /** Takes a closed slot out. */
  remove(slot: Slot, waiting: number): void {
    const process = this.#processOf.get(slot);
    if (process === undefined) return;
    this.#processOf.delete(slot);
    process.load -= waiting;
    process.slots.splice(process.slots.indexOf(slot), 1);
    if (process.slots.length === 0) this.#processes.splice(this.#processes.indexOf(process), 1);
  }

  /** Requests that were not begun go back to the front, in their order. */
  requeue(exchanges: readonly Exchange[], now: number): void {
    for (const exchange of exchanges) exchange.queuedAt = now;
    this.#queue.splice(0, this.#queueHead, ...exchanges);
    this.#queueHead = 0;
    this.dispatch(now);
  }

  finished(slot: Slot, micros: number, now: number): void {
    const process = this.#processOf.get(slot);
    if (process !== undefined) process.load--;
    this.#service.observe(micros);
    if (this.#queueHead < this.#queue.length) this.dispatch(now);
  }

  #choose(now: number): Slot | null {
    this.#now = now;
    return this.#service.depth > 1 ? this.#chooseFast() : this.#chooseIdle();
  }

  /** The least loaded process that can take one more; in it a busy slot with room before an idle one. */
  #chooseFast(): Slot | null {
    let best: Slot | null = null;
    let least = Number.POSITIVE_INFINITY;
    for (const process of this.#processes) {
      if (process.isRetiring || process.load >= least) continue;
      const slot = this.#roomIn(process);
      if (slot === null) continue;
      best = slot;
      least = process.load;
    }
    return best;
  }

  #roomIn(process: WorkerProcess): Slot | null {
    const { depth } = this.#service;
    let idle: Slot | null = null;
    let borrowed: Slot | null = null;
    for (const slot of process.slots) {
      const waiting = slot.waiting.length;
      if (slot.isForeignBusy || (waiting > 0 && this.#now - slot.busySince > STALLED)) continue;
      if (!this.#isHome(slot)) {
        if (waiting === 0) borrowed ??= slot;
      } else if (waiting === 0) {
        idle ??= slot;
      } else if (waiting < depth && !this.#isExclusive(slot)) {
        return slot;
      }
    }
    return idle ?? borrowed;
  }

  /** An idle slot in the process with the fewest requests; home slots first. */
  #chooseIdle(): Slot | null {
    let best: Slot | null = null;
    let least = Number.POSITIVE_INFINITY;
    let borrowed: Slot | null = null;
    for (const process of this.#processes) {
      if (process.isRetiring || (process.load >= least && borrowed !== null)) continue;
      for (const slot of process.slots) {
        if (slot.waiting.length > 0 || slot.isForeignBusy) continue;
        if (!this.#isHome(slot)) {
          borrowed ??= slot;
        } else if (process.load < least) {
          best = slot;
          least = process.load;
          break;
        }
      }
    }
    return best ?? borrowed;
  }

  /** A request whose body streams in has the connection to itself. */
  #isExclusive(slot: Slot): boolean {
    return (slot.waiting.at(-1) as Exchange).request.hasMoreBody; // only asked of busy slots
  }

  #isHome(slot: Slot): boolean {
    const { router, routers } = this.#limits;
    return routers === 1 || (slot.hello.serial + slot.hello.slot) % routers === router;
  }
}
