/** What zygotes tell the master, and what their end means. */

import type { SignalName } from "../../base/commands.ts";
import type { Log } from "../../observe/log.ts";
import type { Ending, ZygoteMessage } from "../events.ts";
import type { Instance } from "../instance.ts";
import type { Autoreload } from "../reload/autoreload.ts";
import type { Reloads } from "../reload/reloads.ts";
import type { Refusal } from "../start/refusal.ts";
import { endsStart, type Phase, type StartUp, warnOfThreads } from "../start/start-up.ts";
import { endingOf } from "./endings.ts";
import type { WorkerHandle } from "./worker-handle.ts";
import type { ZygoteHandle } from "./zygote-handle.ts";

interface MasterParts {
  readonly instance: Instance;
  readonly reloads: Reloads;
  readonly autoreload: Autoreload;
  readonly startUp: StartUp;
  readonly phase: () => Phase;
  readonly takeSignal: (signal: SignalName) => void;
  readonly failStart: (refusal: Refusal) => void;
  readonly bury: (worker: WorkerHandle, ending: Ending) => void;
  readonly log: Log;
}

export class ZygoteEvents {
  readonly #parts: MasterParts;

  constructor(parts: MasterParts) {
    this.#parts = parts;
  }

  takeMessage(zygote: ZygoteHandle, message: ZygoteMessage): void {
    const { instance, reloads, autoreload, startUp, phase, log } = this.#parts;
    if (message.event === "loaded") autoreload.takeSources(message.sources);
    if (reloads.takeMessage(zygote, message)) return;
    switch (message.event) {
      case "started":
        zygote.hasSpoken = true;
        return startUp.noteInterpreter(message);
      case "loaded":
        zygote.readySince = Date.now();
        if (message.threads.length > 0) log.event(warnOfThreads(message.threads));
        return startUp.noteLoaded(message);
      case "failed":
      case "hookFailed":
        if (endsStart(message, phase())) return this.#parts.failStart(startUp.refuseApplication(message));
        return instance.logFailure("zygote", message);
      case "signalled":
        return phase() === "stopping" ? undefined : this.#parts.takeSignal(message.signal);
      case "forked":
        return instance.crew.noteForked(message);
      case "died": {
        const worker = instance.crew.find(message.serial);
        return worker === null ? undefined : this.#parts.bury(worker, endingOf(message));
      }
    }
  }

  takeExit(zygote: ZygoteHandle, ending: Ending): void {
    const { instance, reloads, startUp, phase } = this.#parts;
    const seat = instance.zygoteSeat;
    zygote.isGone = true;
    if (instance.outgoing.delete(zygote)) return reloads.noteLoss(zygote, ending);
    if (zygote === instance.incoming) return reloads.takeExit(ending);
    if (phase() === "stopping") return seat.release();
    if (phase() === "starting" && zygote.readySince === null) return startUp.diagnose(zygote, ending);
    instance.vacate(seat, { name: "zygote", occupant: zygote, ending, now: Date.now() });
  }
}
