import type { Algorithm } from "./algorithm.ts";
import { follow } from "./pace.ts";

/** Rounds without a request that waits until one goes. */
const CALM = 10;
/** What the rest must have free then. */
const RESERVE = 0.25;

/** More than `overload` requests wait: `step` more. None waits, and the others can do the work: one less. */
export const backlog: Algorithm = (memory, load, rules) => {
  const isTight = load.waiting > rules.overload;
  const isAmple = load.waiting === 0 && load.used <= load.workers - 1 - RESERVE;
  const why = isTight ? `${load.waiting} requests were waiting` : "no request was waiting";
  const gait = { growAfter: 1, step: rules.step, shrinkAfter: CALM };
  return follow(memory, { isTight, isAmple, why }, { load, rules, gait });
};
