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
 * routers when a request takes longer than 2 ms (BUSY); what another router gave it just before waits for it.
 */

import type { Exchange, Failure } from "./exchange.ts";
import { ServiceTime } from "./service-time.ts";
import type { Slot } from "./slot.ts";
import { WaitingLine } from "./waiting-line.ts";

/** A slot whose first request runs longer than this (ms) gets no more until it is free. */
const STALLED = 3;
const MAX_DEPTH = 128;
/** Slots that a request may see die before it began on them. */
const MOST_LOSSES = 4;

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
  readonly #line = new WaitingLine();
  readonly #service = new ServiceTime(MAX_DEPTH);
  #now = 0;

  constructor(limits: PoolLimits) {
    this.#limits = limits;
  }

  get processes(): readonly WorkerProcess[] {
    return this.#processes;
  }

  /** A slot for one more request right now, or null: then `enqueue`. */
  take(now: number): Slot | null {
    if (this.#line.size > 0) return null; // first come, first served
    return this.#choose(now);
  }

  place(slot: Slot, exchange: Exchange): void {
    const process = this.#processOf.get(slot);
    if (process !== undefined) process.load++;
    slot.begin(exchange, this.#service.depth > 1);
  }

  /** Makes a request wait. False: too many do. */
  enqueue(exchange: Exchange): boolean {
    if (this.#line.size >= this.#limits.queueLimit) return false;
    this.#line.add(exchange);
    return true;
  }

  /** Gives waiting requests to slots while there are both. */
  dispatch(now: number): void {
    for (let next = this.#line.first(); next !== null; next = this.#line.first()) {
      const slot = this.#choose(now);
      if (slot === null) return;
      this.#line.removeFirst();
      this.place(slot, next);
    }
  }

  /** Fails what has waited too long. Call now and then. */
  sweep(now: number): void {
    const failure: Failure = { status: 503, why: "no worker was free in time (queue-timeout)" };
    const late = now - this.#limits.queueTimeout;
    for (let next = this.#line.first(); next !== null; next = this.#line.first()) {
      if (next.readySince > late) break;
      this.#line.removeFirst();
      next.fail(failure);
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

  /** Requests that were not begun go back to the front, in their order; one that loses every slot does not. */
  requeue(exchanges: readonly Exchange[], now: number): void {
    const hopeful = exchanges.filter((exchange) => !exchange.isAbandoned && ++exchange.losses < MOST_LOSSES);
    this.#line.addFirst(hopeful);
    const failure: Failure = { status: 502, why: `${MOST_LOSSES} slots were lost before they began it` };
    for (const exchange of exchanges) if (exchange.losses >= MOST_LOSSES) exchange.fail(failure);
    this.dispatch(now);
  }

  /** `micros` is 0 where a slow client may have had its part in the time: that says nothing about the application. */
  finished(slot: Slot, micros: number, now: number): void {
    const process = this.#processOf.get(slot);
    if (process !== undefined) process.load--;
    if (micros > 0) this.#service.observe(micros);
    if (this.#line.size > 0) this.dispatch(now);
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
