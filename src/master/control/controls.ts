import { originOf } from "../../settings/origin.ts";
import type { Settings } from "../../settings/settings.ts";
import { MasterFifo } from "./master-fifo.ts";

/** The ways to the master besides signals, until they are disposed of. Throws a Refusal. */
export function openControls(
  settings: Settings,
  parts: Pick<ConstructorParameters<typeof MasterFifo>[0], "queue" | "log">,
): Disposable {
  return new MasterFifo({
    paths: settings.masterFifo,
    origin: originOf(settings, "master-fifo"),
    ...parts,
  });
}
