/**
 * How fast the number of workers follows what one look at the load says. More come soon, fewer late:
 * a surplus must last, and when a worker was missed soon after it had gone, the next surplus must last
 * longer. So the number does not swing where the load lies between two numbers.
 */

import type { Decision, Memory, Rules } from "./algorithm.ts";
import type { Load } from "./load.ts";

/** One look at the load. */
export interface Look {
  readonly isTight: boolean;
  readonly isAmple: boolean;
  /** For the log. */
  readonly why: string;
}

export interface Gait {
  /** Rounds of too few until there are more. */
  readonly growAfter: number;
  readonly step: number;
  /** Rounds of one too many until it goes, and how many more when it was missed; without: twice as many. */
  readonly shrinkAfter: number;
  readonly penalty?: number;
}

/** A worker that is wanted again within so many rounds left too early. */
const MISSED = 120;
const LONGEST_PATIENCE = 600;

export function follow(
  memory: Memory,
  look: Look,
  { load, rules, gait }: { load: Load; rules: Rules; gait: Gait },
): Decision {
  const seen: Memory = {
    ...memory,
    tight: look.isTight ? memory.tight + 1 : 0,
    ample: look.isAmple ? memory.ample + 1 : 0,
    patience: Math.max(memory.patience, gait.shrinkAfter),
    sinceShrink: memory.sinceShrink === null ? null : memory.sinceShrink + 1,
  };
  const room = rules.most - load.workers;
  if (seen.tight >= gait.growAfter && room > 0) return grow(seen, look, Math.min(gait.step, room), gait);
  if (seen.ample >= seen.patience && load.workers > rules.least) return shrink(seen, look, gait);
  return { change: 0, why: "", memory: seen };
}

function grow(memory: Memory, { why }: Look, change: number, gait: Gait): Decision {
  const { patience, sinceShrink } = memory;
  const wasMissed = sinceShrink !== null && sinceShrink <= Math.max(MISSED, 2 * patience);
  const longer = Math.min(patience + (gait.penalty ?? patience), LONGEST_PATIENCE);
  return {
    change,
    why,
    memory: {
      ...memory,
      tight: 0,
      ample: 0,
      patience: wasMissed ? Math.max(longer, patience) : patience,
      sinceShrink: null,
    },
  };
}

/** The second in a row shows that the first was right to go. */
function shrink(memory: Memory, { why }: Look, gait: Gait): Decision {
  const { patience, sinceShrink } = memory;
  const shorter = Math.max(patience - (gait.penalty ?? Math.ceil(patience / 4)), gait.shrinkAfter);
  return {
    change: -1,
    why,
    memory: { ...memory, ample: 0, patience: sinceShrink === null ? patience : shorter, sinceShrink: 0 },
  };
}
