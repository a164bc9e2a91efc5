/**
 * Harakiri: what becomes of a worker whose request runs longer than it may, or that gives no sign of life.
 * Routers notice such requests (router/overtime.ts), silence.ts the silence; from then on, step by step:
 * showing: a successor starts, no router gives the worker anything new, and its stacks go to the log;
 * warned: it has got harakiri-graceful-signal and may still finish;
 * finishing: clients of late requests have got 504; the other requests may end before it is killed.
 */

import { showDuration } from "../../base/duration.ts";
import type { OvertimeRequest } from "../../base/messages.ts";
import type { Settings } from "../../settings/settings.ts";
import type { Duty } from "../duty.ts";
import type { Equipment } from "../equipment.ts";
import type { Instance } from "../instance.ts";
import { showSpan } from "../processes/endings.ts";
import { killExactly } from "../processes/process-table.ts";
import type { RouterHandle } from "../processes/router-handle.ts";
import type { WorkerHandle } from "../processes/worker-handle.ts";
import { Silence } from "./silence.ts";
import { askForStacks, describeStacks, describeTasks, readStacks } from "./stacks.ts";

/** The stacks are complete when nothing was added for so long, and given up after LONGEST_SHOW. Milliseconds. */
const QUIET = 100;
const LONGEST_SHOW = 1000;
const LOOK = 20;
/** Behind the time that its other requests may take. */
const LAST_RESORT = 5000;

interface Doomed {
  readonly worker: WorkerHandle;
  /** What runs the late request, in the notation of Python's stack dumps. */
  readonly thread: string | null;
  step: "showing" | "warned" | "finishing";
  /** When the step is over at the latest. */
  deadline: number;
  /** What has been seen of the stacks, and when it was last new. */
  stacks: string;
  grownAt: number;
  /** Routers that have not said yet that nobody waits for it any more. */
  readonly awaited: Set<number>;
  /** It will not end by itself: a late request still runs there. */
  isStuck: boolean;
}

export class Overtime implements Duty {
  readonly #instance: Instance;
  readonly #equipment: Equipment;
  readonly #silence: Silence;
  readonly #doomed = new Map<number, Doomed>();

  constructor(instance: Instance, equipment: Equipment) {
    this.#instance = instance;
    this.#equipment = equipment;
    this.#silence = new Silence(instance, {
      name: equipment.gunicorn === null ? "heartbeat-timeout" : "timeout",
      onSilent: (worker, why) => this.#takeSilent(worker, why),
    });
  }

  /** A router says that a request is late, and again each second. */
  take(request: OvertimeRequest, now: number): void {
    const worker = this.#instance.crew.find(request.serial);
    if (worker === null || worker.isKilled) return;
    const { harakiriQueueThreshold } = this.#settings;
    if (this.#doomed.has(worker.serial)) {
      if (request.isNew) this.#log(worker, `${this.#describe(request)} too`);
    } else if (request.waiting >= harakiriQueueThreshold) {
      this.#doom(worker, { why: this.#describe(request), thread: request.thread }, now);
    } else if (request.isNew) {
      const reason = `${request.waiting} requests wait, and harakiri-queue-threshold is ${harakiriQueueThreshold}`;
      this.#log(worker, `${this.#describe(request)}; it may go on: ${reason}`);
    }
  }

  /** A router says that no request runs in that worker any more whose client waits. */
  takeCondemned(router: RouterHandle, { serial, isStuck }: { serial: number; isStuck: boolean }): void {
    const one = this.#doomed.get(serial);
    one?.awaited.delete(router.number);
    if (one !== undefined) one.isStuck ||= isStuck;
  }

  goOn(now: number): void {
    this.#silence.goOn(now);
    for (const one of this.#doomed.values()) this.#see(one, now);
  }

  waits(now: number): readonly number[] {
    const steps = [...this.#doomed.values()].map(({ step, deadline }) =>
      step === "showing" ? LOOK : deadline - now,
    );
    return [...steps, ...this.#silence.waits(now)];
  }

  get #settings(): Settings {
    return this.#instance.generation.settings;
  }

  /** None of its threads, or green threads, gets to run: none of its requests will end. */
  #takeSilent(worker: WorkerHandle, why: string): void {
    if (!worker.isKilled && !this.#doomed.has(worker.serial))
      this.#doom(worker, { why, thread: null }, Date.now());
  }

  #doom(worker: WorkerHandle, { why, thread }: { why: string; thread: string | null }, now: number): void {
    const { harakiri, harakiriGracefulTimeout, harakiriVerbose } = this.#settings;
    const seat = this.#instance.crew.seats.find(({ occupant }) => occupant === worker);
    seat?.release();
    const fate = seat === undefined ? "it leaves already, and is killed" : "it is killed, a successor starts";
    this.#log(worker, `${why}; ${fate}`);
    this.#instance.retire(worker, now + LONGEST_SHOW + harakiriGracefulTimeout + harakiri + LAST_RESORT);
    if (harakiriVerbose && worker.pid !== null)
      this.#log(worker, `what the kernel says of its threads:\n${describeTasks(worker.pid)}`);
    const deadline = askForStacks(worker) ? now + LONGEST_SHOW : now;
    const seen = { stacks: "", grownAt: now, awaited: new Set<number>(), isStuck: thread === null };
    this.#doomed.set(worker.serial, { worker, thread, step: "showing", deadline, ...seen });
  }

  #see(one: Doomed, now: number): void {
    const { worker } = one;
    if (worker.isKilled || this.#instance.crew.find(worker.serial) !== worker) {
      this.#doomed.delete(worker.serial);
      return;
    }
    if (one.step === "showing" && this.#hasShown(one, now)) this.#warn(one, now);
    if (one.step === "warned" && now >= one.deadline) this.#condemn(one, now);
    if (one.step === "finishing") this.#killWhenFree(one, now);
  }

  #hasShown(one: Doomed, now: number): boolean {
    const stacks = readStacks(this.#equipment.runtimeDirectory.stacks(one.worker.serial));
    if (stacks.length > one.stacks.length) {
      one.stacks = stacks;
      one.grownAt = now;
    }
    return now >= one.deadline || (stacks !== "" && now - one.grownAt >= QUIET);
  }

  #warn(one: Doomed, now: number): void {
    const { worker, stacks, thread } = one;
    const { harakiriGracefulTimeout: grace, harakiriGracefulSignal: signal } = this.#settings;
    if (stacks === "") this.#log(worker, "its stacks could not be had: Python did not answer");
    else this.#log(worker, `what it is doing, the latest call first:\n${describeStacks(stacks, thread)}`);
    one.step = "warned";
    one.deadline = now + grace;
    if (grace === 0 || worker.pid === null) return;
    this.#log(
      worker,
      `gets signal ${signal}, and ${showDuration(grace)} to finish (harakiri-graceful-timeout)`,
    );
    killExactly({ pid: worker.pid, startTime: worker.startTime }, signal);
  }

  #condemn(one: Doomed, now: number): void {
    one.step = "finishing";
    // The others have no longer than this one had.
    one.deadline = now + this.#settings.harakiri;
    if (one.thread === null) return;
    for (const router of this.#instance.routers) one.awaited.add(router.number);
    this.#instance.tellRouters({ do: "condemn", serial: one.worker.serial });
  }

  #killWhenFree(one: Doomed, now: number): void {
    const isAwaited = this.#instance.routers.some(({ number }) => one.awaited.has(number));
    if (isAwaited && now < one.deadline) return;
    this.#doomed.delete(one.worker.serial);
    // Else the request has ended in the meantime, and the worker leaves by itself.
    if (one.isStuck || isAwaited) one.worker.kill();
  }

  #describe({ line, client, ran }: OvertimeRequest): string {
    const from = client === "" ? "" : ` from ${client}`;
    const name = this.#equipment.gunicorn === null ? "harakiri" : "timeout";
    return `${line}${from} has run for ${showSpan(ran)}, longer than ${name} (${showDuration(this.#settings.harakiri)})`;
  }

  #log(worker: WorkerHandle, text: string): void {
    this.#equipment.log.event(`${worker.title}: ${text}`);
  }
}
