/** One worker as a router sees it: its slots, sorted by what they can take, and what it has done. */

import type { Hello } from "../wire/frame.ts";
import type { Slot } from "./slot.ts";
import { SlotStack } from "./slot-stack.ts";

export interface WorkerProcess {
  readonly serial: number;
  readonly worker: number;
  readonly pid: number;
  readonly slots: Slot[];
  /** At home, and without a request. */
  readonly idle: SlotStack;
  /** Another router's, without a request of ours; first the one that it is least likely to take itself. */
  readonly foreign: Set<Slot>;
  /** Busy ones at home that may have room for more. */
  readonly open: SlotStack;
  /** Requests on all of its slots. */
  load: number;
  /** Requests answered. */
  answered: number;
  /** Of those, when the master wants to know, and when it was told last. */
  limit: number;
  told: number;
  /** Microseconds that its slots were taken, by answered requests. */
  busy: number;
  isRetiring: boolean;
}

export function newProcess({ serial, worker, pid }: Hello): WorkerProcess {
  return {
    serial,
    worker,
    pid,
    slots: [],
    idle: new SlotStack(),
    foreign: new Set(),
    open: new SlotStack(),
    load: 0,
    answered: 0,
    limit: Number.POSITIVE_INFINITY,
    told: 0,
    busy: 0,
    isRetiring: false,
  };
}

/** Milliseconds that the first request on the slot has run. */
export function runningTime(slot: Slot, now: number): number {
  return slot.waiting.length === 0 ? 0 : now - slot.busySince;
}

/** One that no other router holds. Those that are held come back when they are freed. */
export function idleIn({ idle }: WorkerProcess): Slot | null {
  for (let slot = idle.top(); slot !== undefined; slot = idle.top()) {
    if (!slot.isForeignBusy) return slot;
    idle.pop();
  }
  return null;
}

export function foreignIn({ foreign }: WorkerProcess): Slot | null {
  for (const slot of foreign) {
    if (!slot.isForeignBusy) return slot;
    foreign.delete(slot);
  }
  return null;
}
