/**
 * Requests that run longer than they may (harakiri). It looks at the busy slots now and then, so that a
 * request that is in time costs nothing; what is to be done about one that is not, the master decides.
 *
 * Counted is the time since the worker has begun the request, which its counter page tells, without the
 * waits for the client. What waits in the line, or behind another request, is not late.
 */

import { SECOND } from "../base/duration.ts";
import type { FromRouter, OvertimeRequest } from "../base/messages.ts";
import { escapeUnprintable } from "../observe/access-log.ts";
import { FRAME_HEADER } from "../wire/frame.ts";
import { readEnviron } from "../wire/read-environ.ts";
import type { Exchange } from "./exchange.ts";
import type { Pool } from "./pool.ts";
import type { Slot } from "./slot.ts";

/** Between two looks, milliseconds: a tenth of the limit within these bounds. */
const SHORTEST_TICK = 50;
const LONGEST_TICK = 500;
/** A router that was stopped itself does not blame the workers: no more than so many ticks count at once. */
const MOST_TICKS = 3;
/** A request that goes on is told again: the master may have had a reason to wait. */
const AGAIN = 1 * SECOND;

/** What a worker's counter page says about a slot. */
export interface Mark {
  /** Requests begun on this connection. */
  readonly begun: number;
  /** The thread, or green thread, as Python names it. */
  readonly thread: bigint;
}

/** The first request on a slot, once it has been there for a while. */
interface Watched {
  readonly exchange: Exchange;
  isRunning: boolean;
  /** Milliseconds. */
  ran: number;
  /** What `ran` was when the master was last told; null while there was nothing to tell. */
  toldAt: number | null;
  /** Its client has been answered in the application's place. */
  isGivenUp: boolean;
}

export class Overtime {
  readonly #pool: Pool;
  readonly #readMark: (slot: Slot) => Mark;
  readonly #tell: (message: FromRouter) => void;
  readonly #watched = new Map<Slot, Watched>();
  /** Serials of workers that are to be killed when nothing else runs there. */
  readonly #condemned = new Set<number>();
  #limit = 0;
  #tick = LONGEST_TICK;
  #lookedAt = performance.now();
  #timer: NodeJS.Timeout | undefined;

  constructor(parts: { pool: Pool; readMark: (slot: Slot) => Mark; tell: (message: FromRouter) => void }) {
    this.#pool = parts.pool;
    this.#readMark = parts.readMark;
    this.#tell = parts.tell;
  }

  /** Milliseconds, 0 for no limit. */
  setLimit(limit: number): void {
    clearInterval(this.#timer);
    this.#limit = limit;
    if (limit === 0) {
      this.#watched.clear();
      return;
    }
    this.#tick = Math.min(Math.max(limit / 10, SHORTEST_TICK), LONGEST_TICK);
    this.#lookedAt = performance.now();
    this.#timer = setInterval(() => this.#look(performance.now()), this.#tick);
  }

  /** Clients of requests that are late get their answer now; `condemned` follows when no other runs there. */
  condemn(serial: number): void {
    this.#condemned.add(serial);
    for (const [slot, one] of this.#watched)
      if (slot.hello.serial === serial && this.#isLate(one)) giveUp(one, this.#limit);
    this.#checkCondemned();
  }

  /** The slot is lost: whether the request that ran there was late. */
  forget(slot: Slot): boolean {
    const one = this.#watched.get(slot);
    this.#watched.delete(slot);
    return one !== undefined && this.#isLate(one);
  }

  #look(now: number): void {
    const passed = Math.min(now - this.#lookedAt, MOST_TICKS * this.#tick);
    this.#lookedAt = now;
    for (const { slots } of this.#pool.processes) {
      for (const slot of slots) {
        const exchange = slot.waiting[0];
        if (exchange !== undefined && now - slot.busySince >= this.#tick) this.#watch(slot, exchange, passed);
        else this.#watched.delete(slot);
      }
    }
    this.#checkCondemned();
  }

  #watch(slot: Slot, exchange: Exchange, passed: number): void {
    let one = this.#watched.get(slot);
    if (one?.exchange !== exchange) {
      one = { exchange, isRunning: false, ran: 0, toldAt: null, isGivenUp: false };
      this.#watched.set(slot, one);
    }
    const mark = one.isRunning ? null : this.#readMark(slot);
    if (mark !== null && mark.begun <= slot.answered) return;
    one.isRunning = true;
    if (!exchange.waitsForClient) one.ran += passed;
    if (this.#isLate(one) && (one.toldAt === null || one.ran - one.toldAt >= AGAIN)) this.#report(slot, one);
  }

  #report(slot: Slot, one: Watched): void {
    const isNew = one.toldAt === null;
    one.toldAt = one.ran;
    if (one.isGivenUp) return;
    this.#tell({ event: "overtime", request: this.#describe(slot, one, isNew) });
    if (this.#condemned.has(slot.hello.serial)) giveUp(one, this.#limit);
  }

  #describe(slot: Slot, { exchange, ran }: Watched, isNew: boolean): OvertimeRequest {
    const { bytes, start } = exchange.request;
    const environ = readEnviron(bytes, start + FRAME_HEADER + 4);
    return {
      serial: slot.hello.serial,
      isNew,
      ran,
      line: escapeUnprintable(`${environ.get("REQUEST_METHOD")} ${environ.get("REQUEST_URI")}`),
      client: environ.get("REMOTE_ADDR") ?? "",
      thread: `0x${this.#readMark(slot).thread.toString(16).padStart(16, "0")}`,
      waiting: this.#pool.waiting,
    };
  }

  #isLate({ ran }: Watched): boolean {
    return this.#limit > 0 && ran >= this.#limit;
  }

  #checkCondemned(): void {
    for (const serial of this.#condemned) {
      const process = this.#pool.processes.find((candidate) => candidate.serial === serial);
      if (process?.slots.some((slot) => this.#isWorthWaitingFor(slot))) continue;
      this.#condemned.delete(serial);
      const isStuck = process?.slots.some((slot) => this.#watched.get(slot)?.isGivenUp) ?? false;
      this.#tell({ event: "condemned", serial, isStuck });
    }
  }

  /** A request runs there whose client still waits. One that was not begun goes to another worker. */
  #isWorthWaitingFor(slot: Slot): boolean {
    const exchange = slot.waiting[0];
    if (exchange === undefined) return false;
    if (this.#watched.get(slot)?.isGivenUp) return false;
    return this.#readMark(slot).begun > slot.answered;
  }
}

function giveUp(one: Watched, limit: number): void {
  one.isGivenUp = true;
  one.exchange.fail({ status: 504, why: `it ran for longer than ${limit / SECOND} s (harakiri)` });
}
