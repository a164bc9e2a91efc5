import type { LoadReport } from "../processes/reports.ts";

/** What an algorithm sees of the instance, once a round. */
export interface Load {
  /** That serve. */
  readonly workers: number;
  /** How many of them were at work since the last round, on average: 2.5 of 4. */
  readonly used: number;
  /** Requests that wait for a worker. */
  readonly waiting: number;
}

/** Between two rounds of reports. `serials`: of the workers that serve; `threads`: of each. */
export function measureLoad(
  { before, after }: { before: LoadReport; after: LoadReport },
  { serials, threads }: { serials: readonly number[]; threads: number },
): Load {
  const span = Math.max(after.time - before.time, 1);
  const used = serials.reduce((all, serial) => {
    const load = after.workers.get(serial);
    if (load === undefined) return all;
    // Several requests stand on one slot of a fast application, so that its threads do not show how full it is.
    if (threads > 1 && load.running > threads) return all + 1;
    const worked = load.busy - (before.workers.get(serial)?.busy ?? 0);
    return all + Math.min(Math.max(worked / (span * threads), 0), 1);
  }, 0);
  return { workers: serials.length, used, waiting: after.waiting };
}
