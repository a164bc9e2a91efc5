import type { Algorithm } from "./algorithm.ts";
import { follow } from "./pace.ts";

/** Less than so much of a worker free counts as none, on average over a round. */
const NONE_FREE = 0.25;
/** One may go where so much of another would still be free without it. */
const SPARE = 0.75;

/** All at work for `overload` rounds: `step` more. Two free for as long: one less. */
export const spare: Algorithm = (memory, load, rules) => {
  const free = load.workers - load.used;
  const isTight = load.waiting > 0 || free < NONE_FREE;
  const isAmple = load.waiting === 0 && free >= 1 + SPARE;
  const look = { isTight, isAmple, why: isTight ? "no worker was free" : "more than one worker was free" };
  const gait = { growAfter: rules.overload, step: rules.step, shrinkAfter: rules.overload };
  return follow(memory, look, { load, rules, gait });
};

/** As many as are at work, and `least` free ones: missing ones come at once, one too many goes after `idle` rounds. */
export const spare2: Algorithm = (memory, load, rules) => {
  const free = load.workers - load.used;
  const isTight = load.waiting > 0 || free < rules.least - 0.5;
  const isAmple = load.waiting === 0 && free >= rules.least + SPARE;
  const missing = Math.max(Math.round(rules.least - free), 1);
  const look = { isTight, isAmple, why: `${Math.max(free, 0).toFixed(1)} workers were free` };
  const gait = { growAfter: 1, step: Math.min(missing, rules.step), shrinkAfter: rules.idle };
  return follow(memory, look, { load, rules, gait });
};
