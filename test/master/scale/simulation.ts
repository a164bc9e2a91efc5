/**
 * An hour of load in a moment: requests arrive as a day's curve says, workers take what they can, and an
 * algorithm sees once a round what the routers would report.
 */
import { type Algorithm, BLANK, type Rules } from "../../../src/master/scale/algorithm.ts";
import { randomFrom } from "../../support/random.ts";

export const RULES: Rules = {
  least: 2,
  most: 16,
  step: 1,
  overload: 3,
  idle: 10,
  busyness: {
    min: 0.25,
    max: 0.5,
    multiplier: 10,
    penalty: 2,
    backlogAlert: 33,
    backlogNonzero: 60,
    backlogStep: 1,
    backlogMultiplier: 3,
  },
};

export interface Step {
  readonly round: number;
  readonly workers: number;
  readonly waiting: number;
  readonly used: number;
}

/** `demand`: how many workers the requests of that round would keep at work; `noise`: how unevenly they come. */
export function simulate(
  algorithm: Algorithm,
  {
    rounds,
    demand,
    rules = RULES,
    noise = 0.3,
    seed,
  }: { rounds: number; demand: (round: number) => number; rules?: Rules; noise?: number; seed: number },
): readonly Step[] {
  const random = randomFrom(seed);
  const steps: Step[] = [];
  let memory = BLANK;
  let workers = rules.least;
  /** What is left over, in seconds of a worker. A request takes a tenth. */
  let queue = 0;
  for (let round = 0; round < rounds; round++) {
    const uneven = 1 + noise * (random() + random() + random() - 1.5);
    const work = queue + Math.max(demand(round) * uneven, 0);
    const used = Math.min(work, workers);
    queue = work - used;
    const waiting = Math.floor(queue * 10);
    const decision = algorithm(memory, { workers, used, waiting }, rules);
    memory = decision.memory;
    workers += decision.change;
    steps.push({ round, workers, waiting, used });
  }
  return steps;
}

/** Times that a worker left and was wanted again within a minute, or the other way round. */
export function swings(steps: readonly Step[]): number {
  let count = 0;
  let last: { round: number; sign: number } | null = null;
  for (const [index, { round, workers }] of steps.entries()) {
    const sign = Math.sign(workers - (steps[index - 1]?.workers ?? workers));
    if (sign === 0) continue;
    if (last !== null && last.sign !== sign && round - last.round < 60) count++;
    last = { round, sign };
  }
  return count;
}
