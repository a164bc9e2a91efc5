/** What routers tell the master, and what their end means. */

import type { FromRouter } from "../../base/messages.ts";
import type { Log } from "../../observe/log.ts";
import type { Ending } from "../events.ts";
import type { Instance } from "../instance.ts";
import type { Overtime } from "../recycle/overtime.ts";
import type { RequestLimits } from "../recycle/request-limits.ts";
import type { CheapMode } from "../scale/cheap-mode.ts";
import type { Refusal } from "../start/refusal.ts";
import { type Phase, refuseRouter, type StartUp } from "../start/start-up.ts";
import type { Reports } from "./reports.ts";
import type { RouterHandle } from "./router-handle.ts";

interface MasterParts {
  readonly instance: Instance;
  readonly reports: Reports;
  readonly overtime: Overtime;
  readonly requestLimits: RequestLimits;
  readonly cheapMode: CheapMode;
  readonly startUp: StartUp;
  readonly phase: () => Phase;
  readonly refuse: (refusal: Refusal) => void;
  readonly log: Log;
}

export class RouterEvents {
  readonly #parts: MasterParts;

  constructor(parts: MasterParts) {
    this.#parts = parts;
  }

  takeMessage(router: RouterHandle, message: FromRouter): void {
    switch (message.event) {
      case "ready":
        router.readySince = Date.now();
        if (["opening", "serving"].includes(this.#parts.phase())) router.send({ do: "accept" });
        return;
      case "accepting":
        router.isAccepting = true;
        return;
      case "listenFailed":
        return this.#onListenFailed(message);
      case "workerConnected":
        return this.#onWorkerConnected(router, message.serial);
      case "workerRetired":
        return this.#onWorkerRetired(router, message.serial);
      case "workersWanted":
        return this.#parts.cheapMode.wake();
      case "limitReached":
        return this.#parts.requestLimits.take(router, message);
      case "report":
        return this.#parts.reports.take(router, message);
      case "overtime":
        return this.#parts.overtime.take(message.request, Date.now());
      case "condemned":
        return this.#parts.overtime.takeCondemned(router, message);
      case "drained":
        router.isDrained = true;
        return;
    }
  }

  takeExit(router: RouterHandle, ending: Ending): void {
    const { instance, phase, refuse } = this.#parts;
    const seat = instance.routerSeats[router.number];
    if (seat === undefined) return;
    for (const worker of instance.crew.living) {
      worker.connected.delete(router.number);
      worker.releasedBy.delete(router.number);
    }
    if (phase() === "stopping") return seat.release();
    if (phase() === "starting" && router.readySince === null) {
      seat.release();
      return refuse(refuseRouter(ending));
    }
    const name = `router ${router.number + 1}`;
    instance.vacate(seat, { name, occupant: router, ending, now: Date.now() });
  }

  /** libuv and the kernel may find out only now that another process has the port. */
  #onListenFailed({ url, code }: FromRouter & { event: "listenFailed" }): void {
    const { startUp, phase, refuse, log } = this.#parts;
    if (phase() === "serving") return log.event(`a router cannot listen on ${url}: ${code}`);
    refuse(startUp.refuseListen(url, code));
  }

  #onWorkerConnected(router: RouterHandle, serial: number): void {
    const { instance } = this.#parts;
    const worker = instance.crew.find(serial);
    if (worker === null) return;
    worker.connected.add(router.number);
    this.#parts.requestLimits.begin(router, worker);
    if (worker.retiring !== null) router.send({ do: "retire", serial });
    if (worker.servingSince !== null || !instance.isServing(worker)) return;
    worker.servingSince = Date.now();
    instance.retirePredecessors(worker, Date.now());
  }

  #onWorkerRetired(router: RouterHandle, serial: number): void {
    const { instance } = this.#parts;
    const worker = instance.crew.find(serial);
    if (worker === null) return;
    worker.releasedBy.add(router.number);
    instance.killIfUnknown(worker);
  }
}
