/**
 * A reload, step by step, each as soon as the one before is done:
 * reading: the configuration is read again;
 * importing: a new zygote imports the application, while the old generation serves on;
 * trying: one worker of the new generation takes over from its predecessor;
 * replacing: so do the others, and what is left of the old generation leaves.
 * Whatever fails before the first new worker serves leaves the old generation as it was.
 *
 * A predecessor serves until its successor does, so capacity never falls below what it was.
 */

import type { LoadFailure } from "../../base/messages.ts";
import type { Log } from "../../observe/log.ts";
import type { Settings } from "../../settings/settings.ts";
import type { EventQueue } from "../event-queue.ts";
import type { Ending, MasterEvent, ZygoteMessage } from "../events.ts";
import type { Instance } from "../instance.ts";
import { describeEnding, showSpan } from "../processes/endings.ts";
import type { Generation, Reread } from "../processes/generation.ts";
import type { WorkerHandle } from "../processes/worker-handle.ts";
import type { ZygoteHandle } from "../processes/zygote-handle.ts";
import { findInterpreter } from "../start/interpreter.ts";
import { Refusal } from "../start/refusal.ts";
import { changesThatNeedRestart, keepFixed } from "./changed-settings.ts";

type Step = "reading" | "importing" | "trying" | "replacing" | "over";

export interface ReloadParts {
  readonly log: Log;
  readonly queue: EventQueue<MasterEvent>;
  readonly reread: () => Promise<Reread>;
  /** "SIGHUP" */
  readonly cause: string;
}

export class Reload {
  readonly #instance: Instance;
  readonly #parts: ReloadParts;
  readonly #began = Date.now();
  readonly #before: Generation;
  #step: Step = "reading";
  #next: Generation | null = null;

  constructor(instance: Instance, parts: ReloadParts) {
    this.#instance = instance;
    this.#parts = parts;
    this.#before = instance.generation;
  }

  get isOver(): boolean {
    return this.#step === "over";
  }

  begin(): void {
    const { log, queue, reread, cause } = this.#parts;
    log.event(`${cause}: reloading; the running workers serve on`);
    reread()
      .catch((error: unknown): Reread => {
        return { kind: "problems", problems: [error instanceof Error ? error.message : String(error)] };
      })
      .then((outcome) => queue.push({ from: "reread", outcome }))
      .catch(() => undefined);
  }

  takeConfiguration(outcome: Reread): void {
    if (outcome.kind === "problems") return this.#fail(outcome.problems);
    const { settings, gunicorn, warnings } = outcome;
    for (const warning of warnings) this.#parts.log.event(warning);
    const changed = changesThatNeedRestart(this.#before.settings, settings);
    if (changed.length > 0)
      this.#parts.log.event(`changed, but needs a restart to take effect: ${changed.join(", ")}`);
    const python = gunicorn?.zygote.python ?? this.#findInterpreter(settings);
    if (python === null) return;
    const number = this.#before.number + 1;
    this.#step = "importing";
    this.#next = { number, settings: keepFixed(this.#before.settings, settings), python, gunicorn };
    this.#instance.incoming = this.#instance.openZygote(this.#next);
  }

  /** Whether the message was this reload's own affair. */
  takeMessage(zygote: ZygoteHandle, message: ZygoteMessage): boolean {
    if (zygote !== this.#instance.incoming) return false;
    switch (message.event) {
      case "started":
        zygote.hasSpoken = true;
        return true;
      case "loaded":
        zygote.readySince = Date.now();
        this.#tryOne(zygote);
        return true;
      case "failed":
      case "hookFailed":
        this.#failLoading(message);
        return true;
      default:
        return false;
    }
  }

  /** The instance ends: nothing new begins. */
  abandon(): void {
    this.#step = "over";
    this.#instance.incoming?.kill();
  }

  /** A zygote of an earlier generation has ended. Its last workers are looked after without it. */
  noteLoss(zygote: ZygoteHandle, ending: Ending): void {
    if (zygote.isDismissed || this.isOver) return;
    this.#parts.log.event(`the old zygote (pid ${zygote.pid}): ${describeEnding(ending)}`);
  }

  /** The new zygote has ended: before it had loaded, that is the end of this reload. */
  takeExit(ending: Ending): void {
    this.#instance.incoming = null;
    if (this.#step === "importing") this.#fail([`Python ended while importing: ${describeEnding(ending)}`]);
  }

  /** lazy-apps, or a hook: the first worker of the new generation cannot serve. */
  takeWorkerFailure(worker: WorkerHandle, failure: LoadFailure): boolean {
    if (this.#step !== "trying" || !this.#isNew(worker)) return false;
    this.#rollBack();
    this.#failLoading(failure);
    return true;
  }

  goOn(now: number): void {
    if (this.#step === "trying" && this.#successors.some((worker) => worker.servingSince !== null)) {
      this.#step = "replacing";
      this.#settle(now);
    }
    if (this.#step !== "replacing") return;
    while (this.#releaseOne());
    if (this.#successors.length < this.#instance.crew.seats.length || this.#predecessors.length > 0) return;
    if (this.#successors.some((worker) => worker.servingSince === null)) return;
    this.#step = "over";
    this.#parts.log.event(
      `reloaded in ${showSpan(now - this.#began)}: generation ${this.#instance.generation.number} serves`,
    );
  }

  /** Those that hold a seat and belong to the new generation. */
  get #successors(): readonly WorkerHandle[] {
    return this.#instance.crew.seats.flatMap(({ occupant }) =>
      occupant !== null && this.#isNew(occupant) ? [occupant] : [],
    );
  }

  #isNew({ zygote }: WorkerHandle): boolean {
    return zygote.generation > this.#before.number;
  }

  get #predecessors(): readonly WorkerHandle[] {
    return this.#instance.crew.living.filter((worker) => !this.#isNew(worker));
  }

  #tryOne(zygote: ZygoteHandle): void {
    const instance = this.#instance;
    if (this.#next === null) return;
    this.#step = "trying";
    if (instance.zygote !== null) instance.outgoing.add(instance.zygote);
    instance.incoming = null;
    instance.zygoteSeat.occupant = zygote;
    instance.generation = this.#next;
    this.#releaseOne();
  }

  /** The new generation has proved itself: what holds for all takes effect. */
  #settle(now: number): void {
    this.#instance.updateRouters();
    this.#instance.resize(this.#instance.generation.settings.processes, now);
  }

  /** Its occupant serves on until the successor does. */
  #releaseOne(): boolean {
    const { seats } = this.#instance.crew;
    const seat = seats.find(({ occupant }) => occupant !== null && !this.#isNew(occupant));
    seat?.release();
    return seat !== undefined;
  }

  /** Whoever sat there is alive: it has not been told to leave. */
  #rollBack(): void {
    const instance = this.#instance;
    const failed = instance.zygote;
    for (const worker of this.#successors) worker.kill();
    for (const seat of instance.crew.seats) {
      if (seat.occupant !== null && !this.#isNew(seat.occupant)) continue;
      seat.occupant = this.#predecessors.find((worker) => worker.number === seat.number) ?? null;
    }
    const before = [...instance.outgoing].find(({ generation }) => generation === this.#before.number);
    if (before !== undefined) instance.outgoing.delete(before);
    if (failed !== null) instance.outgoing.add(failed);
    instance.zygoteSeat.occupant = before ?? null;
    instance.generation = this.#before;
  }

  #failLoading({ message, details, traceback }: LoadFailure): void {
    this.#fail([message, ...details, ...(traceback === null ? [] : [traceback])]);
  }

  #fail(lines: readonly string[]): void {
    this.#step = "over";
    this.#instance.incoming?.kill();
    this.#parts.log.event(["the reload has failed, the running generation serves on:", ...lines].join("\n"));
  }

  #findInterpreter(settings: Settings): string | null {
    try {
      return findInterpreter(settings, process.env);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      this.#fail([error.text]);
      return null;
    }
  }
}
