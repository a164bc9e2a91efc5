/**
 * busyness: the share of the time that workers are at work, on average over windows of `overload` rounds,
 * shall lie between two limits. Beside that, requests that wait are an emergency in any round.
 */

import type { Algorithm, Decision, Memory, Rules } from "./algorithm.ts";
import type { Load } from "./load.ts";
import { follow } from "./pace.ts";

export const busyness: Algorithm = (memory, load, rules) => {
  const seen = note(memory, load);
  const emergency = rescue(seen, load, rules);
  if (emergency !== null) return emergency;
  if (seen.window.rounds < rules.overload) return { change: 0, why: "", memory: seen };
  return judge({ ...seen, window: { rounds: 0, used: 0 } }, seen.window.used / seen.window.rounds, {
    load,
    rules,
  });
};

function note(memory: Memory, { waiting, used }: Load): Memory {
  const { window } = memory;
  return {
    ...memory,
    window: { rounds: window.rounds + 1, used: window.used + used },
    queued: waiting > 0 ? memory.queued + 1 : 0,
  };
}

/** Workers for those who wait already; they go sooner than others. */
function rescue(memory: Memory, { waiting, workers }: Load, { busyness, most }: Rules): Decision | null {
  const isAlert = waiting > busyness.backlogAlert;
  if (workers >= most || !(isAlert || memory.queued > busyness.backlogNonzero)) return null;
  const change = Math.min(isAlert ? busyness.backlogStep : 1, most - workers);
  return {
    change,
    why: isAlert ? `${waiting} requests were waiting` : `requests were waiting for ${memory.queued} s`,
    // A spike says nothing about how long a surplus should last.
    memory: { ...memory, queued: 0, patience: 0, ample: 0, emergency: memory.emergency + change },
  };
}

function judge(memory: Memory, used: number, { load, rules }: { load: Load; rules: Rules }): Decision {
  const { min, max, multiplier, penalty, backlogMultiplier } = rules.busyness;
  const share = load.workers === 0 ? 0 : used / load.workers;
  const look = {
    isTight: share > max,
    // Also where min is set close to max: without it the others must not be over the limit.
    isAmple: share < min && used / Math.max(load.workers - 1, 1) <= max,
    why: `${Math.round(share * 100)} % of their time was busy`,
  };
  const hasEmergency = memory.emergency > 0;
  const gait = {
    growAfter: 1,
    step: rules.step,
    shrinkAfter: hasEmergency ? backlogMultiplier : multiplier,
    penalty,
  };
  const paced = hasEmergency ? { ...memory, patience: 0 } : memory;
  const decision = follow(paced, look, { load, rules, gait });
  const isCalm = decision.change < 0 || (!look.isTight && !look.isAmple);
  if (!hasEmergency || !isCalm) return decision;
  return { ...decision, memory: { ...decision.memory, patience: 0, emergency: memory.emergency - 1 } };
}
