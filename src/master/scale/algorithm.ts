/**
 * By which rule the number of workers follows the load: pure functions, called once a round. All they
 * know of earlier rounds is in the memory that they hand from one to the next.
 */

import type { Load } from "./load.ts";

/** What the operator has set. A round is a second. */
export interface Rules {
  readonly least: number;
  readonly most: number;
  /** Workers that are started at a time. */
  readonly step: number;
  /** Rounds in which all are at work before there are more; for backlog, requests that may wait. */
  readonly overload: number;
  /** spare2: rounds with one too many before it goes. */
  readonly idle: number;
  readonly busyness: BusynessRules;
}

export interface BusynessRules {
  /** Shares of the time, 0 to 1. */
  readonly min: number;
  readonly max: number;
  /** Calm windows before one goes, and how many more when it was missed. */
  readonly multiplier: number;
  readonly penalty: number;
  /** Emergencies: so many requests wait, or some do for so many rounds. */
  readonly backlogAlert: number;
  readonly backlogNonzero: number;
  readonly backlogStep: number;
  readonly backlogMultiplier: number;
}

export interface Memory {
  /** Rounds in a row with too few, and with one too many. */
  readonly tight: number;
  readonly ample: number;
  /** Rounds that a surplus must last; 0 before the first one. */
  readonly patience: number;
  /** Rounds since one left; null where none has, or where it was missed already. */
  readonly sinceShrink: number | null;
  /** busyness: the window that is open. */
  readonly window: { readonly rounds: number; readonly used: number };
  /** Rounds in a row in which requests were waiting. */
  readonly queued: number;
  /** Workers that were started because requests waited. */
  readonly emergency: number;
}

export const BLANK: Memory = {
  tight: 0,
  ample: 0,
  patience: 0,
  sinceShrink: null,
  window: { rounds: 0, used: 0 },
  queued: 0,
  emergency: 0,
};

export interface Decision {
  /** So many workers more or, below zero, fewer; within the bounds. */
  readonly change: number;
  /** For the log; "" where nothing changes. */
  readonly why: string;
  readonly memory: Memory;
}

export type Algorithm = (memory: Memory, load: Load, rules: Rules) => Decision;
