import { SECOND } from "../base/duration.ts";
import type { Log } from "../observe/log.ts";
import type { Instance } from "./instance.ts";
import { showSpan } from "./processes/endings.ts";
import type { WorkerHandle } from "./processes/worker-handle.ts";

/** A router or zygote that has nothing left to do may take this long to end. */
const LAST_STEP = 2 * SECOND;

/**
 * The end of an instance, step by step, each as soon as the one before is done:
 * draining: nobody is let in any more, routers finish what they have;
 * leaving: workers are told to go and end by themselves, so that atexit handlers run;
 * closing: the zygote, the routers and attached programs end.
 * What has not ended at the deadline is killed.
 */
export class Stop {
  readonly #instance: Instance;
  readonly #log: Log;
  #step: "draining" | "leaving" | "closing" | "killed" = "draining";
  #deadline: number;

  constructor(instance: Instance, { log, now, mercy }: { log: Log; now: number; mercy: number }) {
    this.#instance = instance;
    this.#log = log;
    this.#deadline = now + mercy;
  }

  /** In how many milliseconds to look again if nothing happens. */
  waits(now: number): readonly number[] {
    return this.#step === "killed" ? [] : [this.#deadline - now];
  }

  get isDraining(): boolean {
    return this.#step === "draining";
  }

  /** `patience`: with connections that are idle, in milliseconds. */
  begin(patience: number): void {
    this.#instance.tellRouters({ do: "drain", patience });
    // While one process holds a listener open, the kernel goes on taking connections for it.
    this.#instance.closeListeners();
  }

  goOn(now: number): void {
    if (this.#step === "draining" && this.#instance.routers.every((router) => router.isDrained))
      this.#leave();
    if (this.#step === "leaving" && this.#instance.routers.length === 0) this.kill();
    if (this.#step === "leaving" && this.#instance.crew.isEmpty) this.#close(now);
    if (this.#step !== "killed" && now >= this.#deadline) this.#giveUp();
  }

  kill(): void {
    this.#step = "killed";
    this.#instance.killAll();
  }

  #leave(): void {
    this.#step = "leaving";
    for (const worker of this.#instance.crew.living) this.#instance.retire(worker, this.#deadline);
  }

  #close(now: number): void {
    this.#step = "closing";
    const lastStep = now + LAST_STEP;
    const { attached } = this.#instance;
    // Gunicorn's on_exit and attached programs may use up what the workers have left of the time.
    const isLong = this.#instance.hasHook("on_exit") || !attached.isEmpty;
    this.#deadline = isLong ? Math.max(this.#deadline, lastStep) : lastStep;
    // Not before: what still ran may have needed them.
    this.#deadline = attached.leave(now, this.#deadline);
    const { zygotes, zygote: current } = this.#instance;
    // Only the one whose generation serves calls Gunicorn's on_exit.
    for (const zygote of zygotes) zygote.send({ do: zygote === current ? "stop" : "dismiss" });
    // Not by its channel: without a master it would remove the Unix sockets, and those may be a successor's by now.
    for (const router of this.#instance.routers) router.kill();
  }

  #giveUp(): void {
    this.#log.event(`time is up (reload-mercy): ${describeKill(this.#instance.crew.living)}`);
    this.kill();
  }
}

/** What it costs to kill these: the master does not know which of them have work. */
export function describeKill(workers: readonly WorkerHandle[]): string {
  const serving = workers.filter((worker) => worker.servingSince !== null);
  if (serving.length === 0) return "killing every process";
  const titles = serving.map((worker) => worker.title).join(", ");
  const they = serving.length === 1 ? "it was" : "they were";
  return `killing ${titles}: requests that ${they} running are lost`;
}

export function describeMercy(mercy: number): string {
  return `no new connections; what runs may finish within ${showSpan(mercy)} (reload-mercy)`;
}
