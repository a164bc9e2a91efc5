import type { Log } from "../../observe/log.ts";
import { originOf } from "../../settings/origin.ts";
import type { Settings } from "../../settings/settings.ts";
import type { EventQueue } from "../event-queue.ts";
import type { MasterEvent } from "../events.ts";
import type { RuntimeDirectory } from "../start/runtime-directory.ts";
import { openControlServer } from "./control-server.ts";
import { MasterFifo } from "./master-fifo.ts";

interface ControlParts {
  readonly runtimeDirectory: RuntimeDirectory;
  readonly queue: EventQueue<MasterEvent>;
  readonly log: Log;
}

/** The ways to the master besides signals, until they are disposed of. Throws a Refusal. */
export async function openControls(
  settings: Settings,
  { runtimeDirectory, queue, log }: ControlParts,
): Promise<Disposable> {
  using opened = new DisposableStack();
  const own = { path: runtimeDirectory.control, origin: "the control socket" };
  const named =
    settings.controlSocket === null
      ? []
      : [{ path: settings.controlSocket, origin: originOf(settings, "control-socket") }];
  for (const socket of [own, ...named]) opened.use(await openControlServer({ ...socket, queue }));
  const origin = originOf(settings, "master-fifo");
  opened.use(new MasterFifo({ paths: settings.masterFifo, origin, queue, log }));
  return opened.move();
}
