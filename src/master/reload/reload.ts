/**
 * A reload up to its first new worker, step by step, each as soon as the one before is done:
 * reading: the configuration is read again;
 * importing: a new zygote imports the application, while the old generation serves on;
 * trying: one worker of the new generation takes over from its predecessor.
 * Whatever fails leaves the old generation as it was. What follows is the succession's affair.
 * Where only the workers are to be replaced it begins with trying.
 */

import type { LoadFailure } from "../../base/messages.ts";
import type { Log } from "../../observe/log.ts";
import type { Settings } from "../../settings/settings.ts";
import type { EventQueue } from "../event-queue.ts";
import type { Ending, MasterEvent, ZygoteMessage } from "../events.ts";
import type { Instance } from "../instance.ts";
import { describeEnding } from "../processes/endings.ts";
import type { Generation, Renewed } from "../processes/generation.ts";
import type { WorkerHandle } from "../processes/worker-handle.ts";
import type { ZygoteHandle } from "../processes/zygote-handle.ts";
import { sizeAfterReload } from "../scale/worker-numbers.ts";
import { bindChange, type ListenerChange } from "../start/bind-listeners.ts";
import { findInterpreter } from "../start/interpreter.ts";
import { Refusal } from "../start/refusal.ts";
import { changeListeners, NO_CHANGE } from "./changed-listeners.ts";
import { changesThatNeedRestart, keepFixed } from "./changed-settings.ts";
import type { Manner } from "./manner.ts";
import { Succession } from "./succession.ts";

type Step = "reading" | "importing" | "trying" | "proven" | "failed";

/** New workers that may die before one serves. */
const MOST_DEATHS = 3;

export interface ReloadParts {
  readonly log: Log;
  readonly queue: EventQueue<MasterEvent>;
  readonly reread: (running: Generation) => Promise<Renewed>;
  readonly manner: Manner;
}

export class Reload {
  readonly #instance: Instance;
  readonly #parts: ReloadParts;
  readonly #before: Generation;
  #step: Step = "reading";
  #next: Generation | null = null;
  /** Who had the zygote's seat before. */
  #predecessor: ZygoteHandle | null = null;
  #succession: Succession | null = null;
  /** Bound already, and listened on once the new generation has proved itself. */
  #sockets: ListenerChange = NO_CHANGE;
  #error = "";
  /** Of new workers, before one serves. */
  #deaths = 0;

  constructor(instance: Instance, parts: ReloadParts) {
    this.#instance = instance;
    this.#parts = parts;
    this.#before = instance.generation;
  }

  get hasFailed(): boolean {
    return this.#step === "failed";
  }

  /** Why, once it has failed. */
  get error(): string {
    return this.#error;
  }

  /** The workers that are forked now are its own. */
  get isTrying(): boolean {
    return this.#step === "trying";
  }

  /** What remains to be done, once one new worker serves. */
  get proven(): Succession | null {
    return this.#step === "proven" ? this.#succession : null;
  }

  begin(): void {
    const { queue, reread, manner } = this.#parts;
    if (manner.brings === "workers") return this.#try();
    reread(this.#before)
      .catch((error: unknown): Renewed => {
        return { kind: "problems", problems: [error instanceof Error ? error.message : String(error)] };
      })
      .then(async (outcome) => {
        const sockets = await this.#bindNew(outcome);
        queue.push({ from: "reread", by: this, outcome, sockets });
      })
      .catch(() => undefined);
  }

  /** Before the import: what cannot be bound is known then, and what was bound for nothing is closed again. */
  async #bindNew(outcome: Renewed): Promise<ListenerChange | Refusal> {
    if (outcome.kind === "problems") return NO_CHANGE;
    try {
      return await bindChange(this.#instance.listeners, keepFixed(this.#before.settings, outcome.settings));
    } catch (error) {
      return error instanceof Refusal ? error : new Refusal(String(error));
    }
  }

  takeConfiguration(outcome: Renewed, sockets: ListenerChange | Refusal): void {
    if (!(sockets instanceof Refusal)) this.#sockets = sockets;
    if (this.#step !== "reading") return this.#discard(outcome);
    if (outcome.kind === "problems") return this.#fail(outcome.problems);
    const { gunicorn, place, warnings } = outcome;
    for (const warning of warnings) this.#parts.log.event(warning);
    if (sockets instanceof Refusal) this.#parts.log.event(`the listeners stay as they are: ${sockets.text}`);
    const { listeners } = sockets instanceof Refusal ? this.#before.settings : outcome.settings;
    const settings = { ...outcome.settings, listeners };
    const changed = changesThatNeedRestart(this.#before.settings, settings);
    if (changed.length > 0)
      this.#parts.log.event(`changed, but needs a restart to take effect: ${changed.join(", ")}`);
    const python = gunicorn?.zygote.python ?? this.#findInterpreter(settings);
    if (python === null) return;
    const number = this.#before.number + 1;
    this.#step = "importing";
    this.#next = { number, settings: keepFixed(this.#before.settings, settings), python, gunicorn, place };
    this.#instance.incoming = this.#instance.openZygote(this.#next);
  }

  /** Whether the message was this reload's own affair. */
  takeMessage(zygote: ZygoteHandle, message: ZygoteMessage): boolean {
    if (message.event === "failed" && this.#isTried(zygote)) {
      this.#failLoading(message);
      return true;
    }
    if (zygote !== this.#instance.incoming) return false;
    switch (message.event) {
      case "started":
        zygote.hasSpoken = true;
        return true;
      case "loaded":
        zygote.readySince = Date.now();
        this.#enthrone(zygote);
        return true;
      case "failed":
      case "hookFailed":
        this.#failLoading(message);
        return true;
      default:
        return false;
    }
  }

  /** The new zygote has ended before it had loaded. */
  takeExit(ending: Ending): void {
    this.#fail([`Python ended while importing: ${describeEnding(ending)}`]);
  }

  /** lazy-apps, or a hook: the first new worker cannot serve. */
  takeWorkerFailure(worker: WorkerHandle, failure: LoadFailure): boolean {
    if (this.#step !== "trying" || this.#succession?.isSuccessor(worker) !== true) return false;
    this.#failLoading(failure);
    return true;
  }

  /** Something in the new code kills its workers before they serve. */
  noteDeath(worker: WorkerHandle, ending: Ending): void {
    if (this.#step !== "trying" || this.#succession?.isSuccessor(worker) !== true) return;
    if (worker.retiring !== null || ++this.#deaths < MOST_DEATHS) return;
    this.#rollBack(Date.now());
    this.#fail([`${MOST_DEATHS} new workers have died before one could serve: ${describeEnding(ending)}`]);
  }

  goOn(now: number): void {
    if (this.#step !== "trying" || this.#succession === null) return;
    if (!this.#succession.isProven) return this.#succession.tryOne();
    this.#step = "proven";
    if (this.#next !== null) this.#settle(now);
  }

  /** Another one begins afresh. What it has started goes. */
  giveUp(): void {
    if (this.#step === "trying") this.#rollBack(Date.now());
    this.#end();
  }

  #discard(outcome: Renewed): void {
    this.#closeNew();
    if (outcome.kind === "settings") outcome.gunicorn?.zygote.stop();
  }

  #closeNew(): void {
    for (const listener of this.#sockets.added) listener.close();
    this.#sockets = NO_CHANGE;
  }

  /** The instance ends. */
  abandon(): void {
    this.#end();
  }

  #end(): void {
    this.#step = "failed";
    this.#closeNew();
    const { incoming, outgoing } = this.#instance;
    if (incoming === null) return;
    // Whatever it still says, and its end, are nobody's affair.
    incoming.isDismissed = true;
    incoming.kill();
    outgoing.add(incoming);
    this.#instance.incoming = null;
  }

  /** The seat's own was killed in between, and its successor cannot load what the first one could. */
  #isTried(zygote: ZygoteHandle): boolean {
    return this.#step === "trying" && this.#next !== null && zygote === this.#instance.zygote;
  }

  /** The new zygote takes the seat, from which its workers are forked. */
  #enthrone(zygote: ZygoteHandle): void {
    const instance = this.#instance;
    if (this.#next === null) return;
    this.#predecessor = instance.zygote;
    if (instance.zygote !== null) instance.outgoing.add(instance.zygote);
    instance.incoming = null;
    // It need not answer for how its predecessors died.
    instance.zygoteSeat.release();
    instance.zygoteSeat.occupant = zygote;
    instance.generation = this.#next;
    this.#try();
  }

  #try(): void {
    this.#step = "trying";
    this.#succession = new Succession(this.#instance, this.#parts.manner);
  }

  /** The new generation has proved itself: what holds for all takes effect. */
  #settle(now: number): void {
    const { crew, generation } = this.#instance;
    const numbers = { before: this.#before.settings, after: generation.settings };
    changeListeners(this.#instance, this.#parts.log, this.#sockets);
    this.#instance.updateRouters();
    this.#instance.changeLogs(this.#before.settings);
    this.#instance.resize(sizeAfterReload(crew.seats.length, numbers), now);
  }

  #rollBack(now: number): void {
    this.#succession?.rollBack(now);
    if (this.#next !== null) this.#dethrone();
  }

  #dethrone(): void {
    const instance = this.#instance;
    const before = this.#predecessor;
    // Without workers it may have been dismissed: then another one imports.
    const isOfUse = before !== null && !before.isGone && !before.isDismissed;
    if (isOfUse) instance.outgoing.delete(before);
    if (instance.zygote !== null) instance.outgoing.add(instance.zygote);
    instance.zygoteSeat.occupant = isOfUse ? before : null;
    instance.generation = this.#before;
  }

  #failLoading({ message, details, traceback }: LoadFailure): void {
    if (this.#step === "trying") this.#rollBack(Date.now());
    this.#fail([message, ...details, ...(traceback === null ? [] : [traceback])]);
  }

  #fail(lines: readonly string[]): void {
    this.#end();
    this.#error = lines.join("\n");
    const { brings } = this.#parts.manner;
    const who = brings === "generation" ? "the running generation serves" : "the running workers serve";
    this.#parts.log.event(`the reload has failed, ${who} on:\n${this.#error}`);
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
