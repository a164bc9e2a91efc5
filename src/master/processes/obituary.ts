/** What the log says of processes that have ended. */

import type { Ending } from "../events.ts";
import { describeEnding, showSpan } from "./endings.ts";
import type { WorkerHandle } from "./worker-handle.ts";

export interface Death {
  readonly ending: Ending;
  /** Milliseconds that its successor waits; null where there is none. */
  readonly pause: number | null;
  readonly now: number;
  readonly isStopping: boolean;
}

/** Null for one that is not worth a line: in a stop, where it leaves as it should or never was of use. */
export function obituary(worker: WorkerHandle, { ending, pause, now, isStopping }: Death): string | null {
  if (isStopping && (worker.servingSince === null || (!worker.isKilled && worker.retiring !== null)))
    return null;
  const left = worker.retiring !== null && ending.exitCode === 0;
  const ended = isStopping && worker.isKilled ? "killed by this stop" : describeEnding(ending);
  const successor = pause === null || isStopping ? "" : `; ${successorComes(pause)}`;
  return `${worker.title}: ${left ? "has left" : ended} after ${showSpan(now - worker.askedAt)}${successor}`;
}

export function successorComes(pause: number): string {
  return pause === 0
    ? "a successor starts"
    : `it keeps dying young, a successor starts in ${showSpan(pause)}`;
}
