/** What workers tell the master on their lifelines, and what the end of one means. */

import type { FromWorker, LoadFailure } from "../../base/messages.ts";
import type { Log } from "../../observe/log.ts";
import type { Instance } from "../instance.ts";
import type { Recycling } from "../recycle/recycling.ts";
import type { Autoreload } from "../reload/autoreload.ts";
import type { Reloads } from "../reload/reloads.ts";
import type { Phase, StartUp } from "../start/start-up.ts";
import type { Lifeline } from "./lifelines.ts";
import type { WorkerHandle } from "./worker-handle.ts";

interface MasterParts {
  readonly instance: Instance;
  readonly reloads: Reloads;
  readonly recycling: Recycling;
  readonly autoreload: Autoreload;
  readonly startUp: StartUp;
  readonly phase: () => Phase;
  readonly log: Log;
}

export class WorkerEvents {
  readonly #parts: MasterParts;

  constructor(parts: MasterParts) {
    this.#parts = parts;
  }

  takeMessage(lifeline: Lifeline, message: FromWorker): void {
    const { crew } = this.#parts.instance;
    switch (message.event) {
      case "alive":
        return crew.noteAlive(lifeline, message);
      case "loaded":
        this.#parts.autoreload.takeSources(message.sources);
        return this.#parts.startUp.noteLoaded(message);
      case "failed":
        return this.#onLoadFailure(crew.find(message.serial), message);
      case "leaving":
        return this.#letLeave(crew.find(message.serial), message.why);
      case "beat":
        return crew.noteBeat(message.serial);
      case "raised":
        return this.#onException(crew.find(message.serial), message.what);
    }
  }

  takeClose(lifeline: Lifeline): void {
    const worker = this.#parts.instance.crew.findByLifeline(lifeline);
    if (worker !== null) worker.lifelineClosed = true;
  }

  /** lazy-apps. During the start it waits: whether all fail alike decides what is said. */
  #onLoadFailure(worker: WorkerHandle | null, failure: LoadFailure): void {
    const { instance, reloads, startUp, phase } = this.#parts;
    if (worker === null || reloads.takeWorkerFailure(worker, failure)) return;
    if (phase() === "starting") startUp.noteFailure(worker.number, failure);
    else instance.logFailure(worker.title, failure);
  }

  #onException(worker: WorkerHandle | null, what: string): void {
    if (worker !== null) this.#parts.recycling.noteException(worker, what);
  }

  /** It serves on until its successor does. */
  #letLeave(worker: WorkerHandle | null, why: string): void {
    const { instance, phase, log } = this.#parts;
    const seat = instance.crew.seats.find((one) => one.occupant === worker);
    if (worker === null || seat === undefined || phase() === "stopping") return;
    log.event(`${worker.title}: asked to leave (${why}); a successor starts`);
    seat.release();
  }
}
