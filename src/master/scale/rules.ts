import { SECOND } from "../../base/duration.ts";
import type { Settings } from "../../settings/settings.ts";
import type { Rules } from "./algorithm.ts";
import { boundsOf } from "./worker-numbers.ts";

/** The options, as the algorithms want them: rounds for seconds, shares for percentages. */
export function rulesOf(settings: Settings): Rules {
  return {
    ...boundsOf(settings),
    step: settings.cheaperStep,
    overload: settings.cheaperOverload,
    idle: settings.cheaperIdle / SECOND,
    busyness: {
      min: settings.cheaperBusynessMin / 100,
      max: settings.cheaperBusynessMax / 100,
      multiplier: settings.cheaperBusynessMultiplier,
      penalty: settings.cheaperBusynessPenalty,
      backlogAlert: settings.cheaperBusynessBacklogAlert,
      backlogNonzero: settings.cheaperBusynessBacklogNonzero / SECOND,
      backlogStep: settings.cheaperBusynessBacklogStep,
      backlogMultiplier: settings.cheaperBusynessBacklogMultiplier,
    },
  };
}
