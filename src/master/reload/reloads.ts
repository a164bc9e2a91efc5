/**
 * All reloads of an instance, and how the last one went.
 *
 * At most one is being prepared (reload.ts) while the workers of the one before may still be
 * succeeded (succession.ts). Who asks while one is being prepared wants what is on the disk now:
 * it is given up, and another one begins. So nothing that hangs in the new code keeps the next one.
 */

import { SECOND } from "../../base/duration.ts";
import type { LoadFailure } from "../../base/messages.ts";
import type { Duty } from "../duty.ts";
import type { Equipment } from "../equipment.ts";
import type { Ending, ZygoteMessage } from "../events.ts";
import type { Instance } from "../instance.ts";
import { describeEnding, showSpan } from "../processes/endings.ts";
import type { WorkerHandle } from "../processes/worker-handle.ts";
import type { ZygoteHandle } from "../processes/zygote-handle.ts";
import { describeBeginning, type Manner, manners, type ReloadCommand } from "./manner.ts";
import { Reload } from "./reload.ts";
import type { Succession } from "./succession.ts";

/** How a reload goes, or went. */
export interface ReloadReport {
  readonly command: ReloadCommand;
  /** "SIGHUP" */
  readonly cause: string;
  /** Date.now() at its beginning. */
  readonly began: number;
  /** Null while it goes on. */
  readonly ended: number | null;
  /** The one that serves: a new one after a success. */
  readonly generation: number;
  readonly outcome: "running" | "done" | "failed";
  /** What was wrong, with the traceback; null where nothing was. */
  readonly error: string | null;
}

const LEAST_PATIENCE = 1 * SECOND;

interface Wish {
  readonly command: ReloadCommand;
  readonly cause: string;
}

export class Reloads implements Duty {
  readonly #instance: Instance;
  readonly #equipment: Equipment;
  /** What asked for one that has not begun. */
  #wish: Wish | null = null;
  /** Whether the log has said that the wish waits. */
  #hasSaidWhy = false;
  #reload: Reload | null = null;
  /** Twice as long each time that one is given up for the next: who asks on and on gets one in the end. */
  #patience = 0;
  /** The successors that one still brings. */
  #rest: { readonly succession: Succession; readonly report: ReloadReport } | null = null;
  #last: ReloadReport | null = null;

  constructor(instance: Instance, equipment: Equipment) {
    this.#instance = instance;
    this.#equipment = equipment;
  }

  /** The one that goes on, or the last one; a new object with each change. */
  get last(): ReloadReport | null {
    return this.#last;
  }

  /** Whether one is wanted, is being prepared, or still brings successors. */
  get isBusy(): boolean {
    return this.#wish !== null || this.#reload !== null || this.#rest !== null;
  }

  /** Begins with the next turn of the loop. Several wishes at once are one. */
  request(command: ReloadCommand, cause: string): void {
    const isLess =
      this.#wish !== null && manners[this.#wish.command].brings === "generation" && bringsWorkers(command);
    if (!isLess) this.#wish = { command, cause };
  }

  goOn(now: number): void {
    if (this.#wish !== null && this.#mayBegin(this.#wish, now)) this.#begin(this.#wish);
    // Its successors come from the zygote that has the seat: not while another one is on trial there.
    if (this.#reload?.isTrying !== true) this.#goOnWithRest(now);
    this.#reload?.goOn(now);
    this.#takeResult(now);
  }

  waits(now: number): readonly number[] {
    return this.#wish === null || this.#reload === null ? [] : [this.#patienceLeft(now)];
  }

  /** The instance ends: nothing new begins. */
  abandon(): void {
    this.#wish = null;
    this.#rest = null;
    this.#reload?.abandon();
    this.#reload = null;
  }

  /** Whether the message was a reload's own affair. */
  takeMessage(zygote: ZygoteHandle, message: ZygoteMessage): boolean {
    const isIdle = zygote.isDismissed && ["started", "loaded", "failed"].includes(message.event);
    return isIdle || (this.#reload?.takeMessage(zygote, message) ?? false);
  }

  takeWorkerFailure(worker: WorkerHandle, failure: LoadFailure): boolean {
    return this.#reload?.takeWorkerFailure(worker, failure) ?? false;
  }

  noteDeath(worker: WorkerHandle, ending: Ending): void {
    this.#reload?.noteDeath(worker, ending);
  }

  takeExit(ending: Ending): void {
    this.#instance.incoming = null;
    this.#reload?.takeExit(ending);
  }

  /** A zygote of an earlier generation has ended. Its last workers are looked after without it. */
  noteLoss(zygote: ZygoteHandle, ending: Ending): void {
    if (!zygote.isDismissed) this.#log(`the old zygote (pid ${zygote.pid}): ${describeEnding(ending)}`);
  }

  #mayBegin({ command, cause }: Wish, now: number): boolean {
    // What is being prepared brings fresh workers, too, and more than that.
    if (this.#reload !== null && (bringsWorkers(command) || this.#patienceLeft(now) > 0)) return false;
    if (manners[command].isAtOnce) return true;
    if (bringsWorkers(command)) return this.#rest === null;
    return !this.#areTooManyLeaving(cause);
  }

  /** Milliseconds that are left to the one under way before it may be given up. */
  #patienceLeft(now: number): number {
    return (this.#last?.began ?? now) + this.#patience - now;
  }

  /** Those that finish long requests for earlier reloads are kept within bounds. */
  #areTooManyLeaving(cause: string): boolean {
    const leaving = this.#instance.crew.living.filter((worker) => worker.retiring !== null);
    if (leaving.length <= this.#instance.crew.seats.length) return false;
    if (!this.#hasSaidWhy)
      this.#log(`${cause}: waits until some of the ${leaving.length} old workers that still run have left`);
    this.#hasSaidWhy = true;
    return true;
  }

  #begin({ command, cause }: Wish): void {
    this.#wish = null;
    this.#hasSaidWhy = false;
    const manner = this.#mannerOf(command);
    const isAfresh = this.#reload !== null;
    this.#reload?.giveUp();
    this.#patience = isAfresh ? Math.max(LEAST_PATIENCE, 2 * this.#patience) : 0;
    const afresh = isAfresh ? "; the reload that was under way is given up" : "";
    this.#log(`${cause}: ${describeBeginning(manner)}${afresh}`);
    const generation = this.#instance.generation.number;
    const began = Date.now();
    this.#last = { command, cause, began, ended: null, generation, outcome: "running", error: null };
    const { log, queue, reread } = this.#equipment;
    this.#reload = new Reload(this.#instance, { log, queue, reread, manner });
    this.#reload.begin();
  }

  #mannerOf(command: ReloadCommand): Manner {
    const manner = manners[command];
    const { chainReload } = this.#instance.generation.settings;
    return { ...manner, isChain: manner.isChain || (chainReload && !manner.isAtOnce) };
  }

  #takeResult(now: number): void {
    const reload = this.#reload;
    if (reload === null || !(reload.hasFailed || reload.proven !== null)) return;
    const report = this.#last;
    this.#reload = null;
    if (report === null) return;
    if (reload.proven === null) {
      this.#last = { ...report, outcome: "failed", error: reload.error, ended: now };
      return;
    }
    // It replaces whom the one before had still to replace, too.
    this.#rest = { succession: reload.proven, report };
    this.#goOnWithRest(now);
  }

  #goOnWithRest(now: number): void {
    if (this.#rest === null) return;
    const { succession, report } = this.#rest;
    succession.goOn();
    if (!succession.isComplete) return;
    this.#rest = null;
    const generation = this.#instance.generation.number;
    // Another one may be on its way, or have failed, since then.
    if (this.#last === report) this.#last = { ...report, outcome: "done", ended: now, generation };
    const span = showSpan(now - report.began);
    if (bringsWorkers(report.command)) this.#log(`replaced the workers in ${span}`);
    else this.#log(`reloaded in ${span}: generation ${generation} serves`);
  }

  #log(text: string): void {
    this.#equipment.log.event(text);
  }
}

function bringsWorkers(command: ReloadCommand): boolean {
  return manners[command].brings === "workers";
}
