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

import type { RouterReport } from "../base/messages.ts";
import type { Exchange, Failure } from "./exchange.ts";
import { ServiceTime } from "./service-time.ts";
import type { Slot } from "./slot.ts";
import { WaitingLine } from "./waiting-line.ts";
import { foreignIn, idleIn, newProcess, runningTime, type WorkerProcess } from "./worker-process.ts";

/** A slot whose first request runs longer than this (ms) gets no more until it is free. */
const STALLED = 3;
const MAX_DEPTH = 128;
/** Slots that a request may see die before it began on them. */
const MOST_LOSSES = 4;

export interface PoolLimits {
  readonly queueLimit: number;
  /** Milliseconds. */
  readonly queueTimeout: number;
  readonly router: number;
  readonly routers: number;
}

/** Is told of what the master wants to know. */
export interface PoolWatcher {
  /** A worker has answered as many requests as were to be told. */
  limitReached(serial: number, requests: number): void;
  /** A request waits, and there are no workers; said once until there are some. */
  deserted(): void;
}

export class Pool {
  #limits: PoolLimits;
  readonly #watcher: PoolWatcher;
  readonly #processes: WorkerProcess[] = [];
  readonly #processOf = new Map<Slot, WorkerProcess>();
  readonly #line = new WaitingLine();
  readonly #service = new ServiceTime(MAX_DEPTH);
  /** By all workers ever. */
  #answered = 0;
  #isPaused = false;
  #resumedAt = Number.NEGATIVE_INFINITY;
  #isDeserted = false;

  constructor(limits: PoolLimits, watcher: PoolWatcher) {
    this.#limits = limits;
    this.#watcher = watcher;
  }

  /** Which router this is, and how many there are, stays. */
  update(limits: PoolLimits): void {
    this.#limits = limits;
  }

  /** Requests that wait for a slot. */
  get waiting(): number {
    return this.#line.size;
  }

  get processes(): readonly WorkerProcess[] {
    return this.#processes;
  }

  /** How it goes, for the master. */
  report(now: number): Pick<RouterReport, "waiting" | "requests" | "workers"> {
    const workers = this.#processes.map((process) => ({
      serial: process.serial,
      requests: process.answered,
      running: process.load,
      busy: process.busy / 1000 + process.slots.reduce((all, slot) => all + runningTime(slot, now), 0),
    }));
    return { waiting: this.#line.size, requests: this.#answered, workers };
  }

  /** A slot for one more request right now, or null: then `enqueue`. */
  take(now: number): Slot | null {
    if (this.#line.size > 0 || this.#isPaused) return null; // first come, first served
    return this.#choose(now);
  }

  place(slot: Slot, exchange: Exchange): void {
    const process = this.#processOf.get(slot);
    slot.begin(exchange, this.#service.depth > 1);
    if (process === undefined) return;
    process.load++;
    if (slot.waiting.length > 1) return;
    process.idle.remove(slot);
    process.foreign.delete(slot);
    if (this.#isHome(slot)) process.open.push(slot);
  }

  /** Requests that come, and those that wait, are begun only after the pause. */
  pause(isPaused: boolean, now: number): void {
    if (this.#isPaused && !isPaused) this.#resumedAt = now;
    this.#isPaused = isPaused;
    this.dispatch(now);
  }

  /** Makes a request wait. False: too many do. */
  enqueue(exchange: Exchange): boolean {
    if (this.#line.size >= this.#limits.queueLimit) return false;
    this.#line.add(exchange);
    this.#lookForWorkers();
    return true;
  }

  #lookForWorkers(): void {
    if (this.#isDeserted || this.#line.size === 0) return;
    for (const { isRetiring } of this.#processes) if (!isRetiring) return;
    this.#isDeserted = true;
    this.#watcher.deserted();
  }

  /** The worker gets no more requests. */
  retire(process: WorkerProcess): void {
    process.isRetiring = true;
    this.#lookForWorkers();
  }

  /** Gives waiting requests to slots while there are both. */
  dispatch(now: number): void {
    if (this.#isPaused) return;
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
    // A pause does not count.
    if (this.#isPaused || this.#resumedAt > late) return this.dispatch(now);
    for (let next = this.#line.first(); next !== null; next = this.#line.first()) {
      if (next.readySince > late) break;
      this.#line.removeFirst();
      next.fail(failure);
    }
    this.dispatch(now);
  }

  add(slot: Slot): WorkerProcess {
    let process = this.#processes.find(({ serial }) => serial === slot.hello.serial);
    if (process === undefined) {
      process = newProcess(slot.hello);
      this.#processes.push(process);
    }
    process.slots.push(slot);
    this.#isDeserted = false;
    this.#processOf.set(slot, process);
    this.#shelve(process, slot);
    return process;
  }

  /** Takes a closed slot out. */
  remove(slot: Slot, waiting: number): void {
    const process = this.#processOf.get(slot);
    if (process === undefined) return;
    this.#processOf.delete(slot);
    process.load -= waiting;
    process.idle.remove(slot);
    process.foreign.delete(slot);
    process.open.remove(slot);
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
    this.#lookForWorkers();
  }

  /** The master wants to know when this worker has answered so many more. */
  limit(serial: number, requests: number): void {
    const process = this.#processes.find((candidate) => candidate.serial === serial);
    if (process !== undefined) process.limit = process.told + requests;
  }

  /** `micros` is 0 where a slow client may have had its part in the time: that says nothing about the application. */
  finished(slot: Slot, micros: number, now: number): void {
    const process = this.#processOf.get(slot);
    if (process !== undefined) {
      process.load--;
      process.answered++;
      if (micros > 0) process.busy += micros;
      else if (slot.waiting.length === 0) process.busy += (now - slot.busySince) * 1000;
      if (process.answered >= process.limit) this.#tellLimit(process);
      this.#shelve(process, slot);
    }
    this.#answered++;
    if (micros > 0) this.#service.observe(micros);
    if (this.#line.size > 0) this.dispatch(now);
  }

  #tellLimit(process: WorkerProcess): void {
    process.limit = Number.POSITIVE_INFINITY;
    this.#watcher.limitReached(process.serial, process.answered - process.told);
    process.told = process.answered;
  }

  /** Another router's request no longer holds the slot. */
  freed(slot: Slot): void {
    const process = this.#processOf.get(slot);
    if (process !== undefined && slot.position < 0) this.#shelve(process, slot);
  }

  /** Puts a slot where its like are found, after one of its requests has ended. */
  #shelve(process: WorkerProcess, slot: Slot): void {
    if (slot.waiting.length === 0) {
      process.open.remove(slot);
      if (this.#isHome(slot)) process.idle.push(slot);
      else process.foreign.add(slot);
    } else if (slot.position < 0 && this.#isHome(slot)) {
      process.open.push(slot);
    }
  }

  #choose(now: number): Slot | null {
    return this.#service.depth > 1 ? this.#chooseFast(now) : this.#chooseIdle();
  }

  /** The least loaded process that can take one more; in it a busy slot with room before an idle one. */
  #chooseFast(now: number): Slot | null {
    let best: Slot | null = null;
    let least = Number.POSITIVE_INFINITY;
    for (const process of this.#processes) {
      if (process.isRetiring || process.load >= least) continue;
      const slot = this.#openIn(process, now) ?? idleIn(process) ?? foreignIn(process);
      if (slot === null) continue;
      best = slot;
      least = process.load;
    }
    return best;
  }

  /** A busy slot with room. Those without leave the stack until one of their requests has ended. */
  #openIn(process: WorkerProcess, now: number): Slot | null {
    const { depth } = this.#service;
    for (let slot = process.open.top(); slot !== undefined; slot = process.open.top()) {
      const isStalled = slot.isForeignBusy || now - slot.busySince > STALLED;
      if (!isStalled && slot.waiting.length < depth && !this.#isExclusive(slot)) return slot;
      process.open.pop();
    }
    return null;
  }

  /** An idle slot in the process with the fewest requests; home slots first. */
  #chooseIdle(): Slot | null {
    return this.#leastLoaded(idleIn) ?? this.#leastLoaded(foreignIn);
  }

  #leastLoaded(slotIn: (process: WorkerProcess) => Slot | null): Slot | null {
    let best: Slot | null = null;
    let least = Number.POSITIVE_INFINITY;
    for (const process of this.#processes) {
      if (process.isRetiring || process.load >= least) continue;
      const slot = slotIn(process);
      if (slot === null) continue;
      best = slot;
      least = process.load;
    }
    return best;
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
