/** hook-master-start: the instance serves. */

import type { CommandName, SignalName } from "../../base/commands.ts";
import type { Settings } from "../../settings/settings.ts";
import type { Equipment } from "../equipment.ts";
import { EarlyEnd, watchForEnd } from "./early-end.ts";
import { HookRun } from "./hook-run.ts";
import { servingPlace } from "./place.ts";

/** What hook-master-start says about a signal (unix_signal:); null for nothing. */
export function hookedSignal(
  { hookMasterStart }: Settings,
  signal: SignalName,
): Exclude<CommandName, "scale"> | null {
  const deeds = hookMasterStart.flatMap(({ deed }) => (deed.do === "signal" ? [deed] : []));
  return deeds.findLast((deed) => deed.signal === signal)?.command ?? null;
}

/** Beside the master's loop, which goes on meanwhile. Failures are only logged. */
export async function runMasterStart(equipment: Equipment): Promise<void> {
  using end = watchForEnd();
  const { settings, logDescriptor: output, log } = equipment;
  const hooks = new HookRun({ settings, place: servingPlace(equipment), output, signal: end.signal });
  try {
    await hooks.runAll("master-start");
  } catch (error) {
    if (!(error instanceof EarlyEnd)) throw error;
    log.event(`master-start: ended by ${error.message}`);
  }
}
