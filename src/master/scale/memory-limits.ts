import { MIB } from "../../base/size.ts";
import type { Decision } from "./algorithm.ts";

/** Bytes; 0 for no limit. */
export interface MemoryLimits {
  readonly soft: number;
  readonly hard: number;
}

/**
 * What an algorithm has decided, within what the memory allows. Over the soft limit nobody is added, nor
 * where one more of their like would be over the hard one; over the hard limit one leaves.
 */
export function restrain(
  decision: Decision,
  { soft, hard }: MemoryLimits,
  { resident, workers, least }: { resident: number; workers: number; least: number },
): Decision {
  const use = `the workers use ${Math.round(resident / MIB)} MiB of memory`;
  if (hard > 0 && resident > hard && workers > least)
    return { ...decision, change: -1, why: `${use} (cheaper-rss-limit-hard)` };
  if (decision.change <= 0) return decision;
  if (soft > 0 && resident > soft) return held(decision, `${use} (cheaper-rss-limit-soft)`);
  const each = resident / Math.max(workers, 1);
  const room = hard > 0 ? Math.max(Math.floor((hard - resident) / Math.max(each, 1)), 0) : decision.change;
  if (room === 0) return held(decision, `${use} (cheaper-rss-limit-hard)`);
  return { ...decision, change: Math.min(decision.change, room) };
}

function held(decision: Decision, why: string): Decision {
  return { ...decision, change: 0, why };
}
