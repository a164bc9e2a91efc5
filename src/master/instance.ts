/**
 * The processes of a running instance, and what can be done with them: start, tell, retire, bury.
 * It decides nothing on its own; the master's loop (master.ts) does.
 */

import { SECOND } from "../base/duration.ts";
import type { LoadFailure, RouterSettings, ToRouter } from "../base/messages.ts";
import type { Settings } from "../settings/settings.ts";
import { AttachedPrograms } from "./attached/attached-programs.ts";
import type { Equipment } from "./equipment.ts";
import type { Ending } from "./events.ts";
import { Crew } from "./processes/crew.ts";
import { briefEnding, describeEnding } from "./processes/endings.ts";
import type { Generation } from "./processes/generation.ts";
import { shareOf } from "./processes/listener-share.ts";
import { obituary, successorComes } from "./processes/obituary.ts";
import { openZygote } from "./processes/open-zygote.ts";
import { killExactly } from "./processes/process-table.ts";
import { RouterHandle } from "./processes/router-handle.ts";
import { routerSettings } from "./processes/router-settings.ts";
import { Seat } from "./processes/seat.ts";
import type { WorkerHandle } from "./processes/worker-handle.ts";
import type { ZygoteHandle } from "./processes/zygote-handle.ts";
import { startSize } from "./scale/worker-numbers.ts";
import type { Listener } from "./start/listener.ts";
import { type LogFiles, logFilesOf } from "./start/log-files.ts";

/** A real-time signal, as python/tsgi/streams.py has it. */
const REOPEN_LOGS = 61;
/** How often workers whose zygote has died are looked at. */
const ORPHAN_CHECK = 1 * SECOND;

export class Instance {
  readonly #equipment: Equipment;
  readonly crew: Crew;
  readonly attached: AttachedPrograms;
  /** Not while those of a predecessor still run. */
  mayAttach = true;
  readonly routerSeats: readonly Seat<RouterHandle>[];
  readonly zygoteSeat = new Seat<ZygoteHandle>(0);
  #isPaused = false;
  #isHeld = false;
  /** What successors are made from. */
  generation: Generation;
  /** A reload's zygote until it has imported the new code. */
  incoming: ZygoteHandle | null = null;
  /** Those of earlier generations, until their last worker has left. */
  readonly outgoing = new Set<ZygoteHandle>();
  /** Workers whose death their zygote did not live to see, for Gunicorn's child_exit. */
  readonly #orphansGone: { readonly pid: number; readonly serial: number }[] = [];

  constructor(equipment: Equipment) {
    this.#equipment = equipment;
    const { settings, python, gunicorn, place } = equipment;
    this.generation = { number: 1, settings, python, gunicorn, place };
    this.attached = new AttachedPrograms(this.generation, equipment);
    this.crew = new Crew(startSize(equipment.settings));
    this.routerSeats = Array.from(
      { length: equipment.settings.httpProcesses },
      (_, index) => new Seat(index),
    );
  }

  /** A reload adds and removes some (reload/changed-listeners.ts). */
  get listeners(): Listener[] {
    return this.#equipment.listeners;
  }

  get routers(): readonly RouterHandle[] {
    return this.routerSeats.flatMap((seat) => seat.occupant ?? []);
  }

  get zygote(): ZygoteHandle | null {
    return this.zygoteSeat.occupant;
  }

  /** Workers find every router there. */
  get routersAreReady(): boolean {
    return this.routerSeats.every((seat) => seat.occupant !== null && seat.occupant.readySince !== null);
  }

  /** Requests that come will be served: by a worker, or with `cheap` by one that starts then. */
  get canOpen(): boolean {
    if (this.crew.seats.length === 0) return this.routersAreReady && this.zygote?.readySince != null;
    return this.crew.living.some((worker) => worker.servingSince !== null);
  }

  get isEmpty(): boolean {
    return (
      this.crew.isEmpty && this.routers.length === 0 && this.zygotes.length === 0 && this.attached.isEmpty
    );
  }

  get zygotes(): readonly ZygoteHandle[] {
    return [this.zygote, this.incoming, ...this.outgoing].filter((zygote) => zygote !== null);
  }

  startRouter(seat: Seat<RouterHandle>): void {
    const { logDescriptor, accessLog, queue } = this.#equipment;
    const { number } = seat;
    const listeners = this.#listenersOf(number);
    const settings = this.#routerSettings(number);
    seat.occupant = new RouterHandle({ number, listeners, settings, log: logDescriptor, accessLog, queue });
    if (this.#isPaused || this.#isHeld) seat.occupant.send({ do: "pause", isPaused: true });
  }

  #listenersOf(router: number): readonly Listener[] {
    return shareOf(this.#equipment.listeners, { router, routers: this.routerSeats.length });
  }

  #routerSettings(number: number): RouterSettings {
    const { runtimeDirectory, accessLog } = this.#equipment;
    const listeners = this.#listenersOf(number);
    const parts = { number, runtimeDirectory: runtimeDirectory.path, listeners };
    return routerSettings(this.generation.settings, { ...parts, hasAccessLog: accessLog !== null });
  }

  /** After a reload: limits and time-outs hold from the next request on. */
  updateRouters(): void {
    for (const router of this.routers)
      router.send({ do: "update", settings: this.#routerSettings(router.number) });
  }

  /** Whether requests that come have to wait; routers that start are told too. */
  get isPaused(): boolean {
    return this.#isPaused;
  }

  pause(isPaused: boolean): void {
    this.#isPaused = isPaused;
    this.tellRouters({ do: "pause", isPaused: isPaused || this.#isHeld });
  }

  /** As a pause, besides one that an operator wants: requests wait for new code that is on its way. */
  hold(isHeld: boolean): void {
    this.#isHeld = isHeld;
    this.tellRouters({ do: "pause", isPaused: isHeld || this.#isPaused });
  }

  /** After a reload: to the files that the configuration names now. */
  changeLogs(before: Settings): void {
    const { logs, log } = this.#equipment;
    const [old, wanted] = [logFilesOf(before), logFilesOf(this.generation.settings)];
    if (old.log === wanted.log && old.requests === wanted.requests) return;
    if (old.log !== wanted.log) log.event(`the log goes on in ${wanted.log}`);
    for (const refused of logs.change(wanted)) log.event(refused);
    this.reopenLogs(logs.files);
  }

  /** All processes but the master, which has done so. Those that start from now on have the new ones. */
  reopenLogs(files: LogFiles): void {
    this.tellRouters({ do: "reopenLogs", ...files });
    if (files.log === null) return;
    for (const zygote of this.zygotes) zygote.reopenLogs();
    // Their zygote can tell them no more.
    for (const { pid, startTime, zygote } of this.crew.living)
      if (zygote.isGone && pid !== null) killExactly({ pid, startTime }, REOPEN_LOGS);
  }

  startZygote(): void {
    this.zygoteSeat.occupant = this.openZygote(this.generation);
  }

  openZygote(generation: Generation): ZygoteHandle {
    return openZygote(generation, this.#equipment);
  }

  /** Attached programs begin when the application is imported, and follow the generation that serves. */
  attend(isSettled: boolean, now: number): void {
    if (isSettled) this.attached.follow(this.generation, now);
    if (this.mayAttach && (this.attached.hasBegun || this.zygote?.readySince)) this.attached.goOn(now);
  }

  /** Gunicorn's hooks that the master calls; the zygote does it. */
  runHook(name: "when_ready" | "pre_exec"): void {
    if (this.hasHook(name)) this.zygote?.send({ do: "hook", name });
  }

  /** The zygote that can calls child_exit for those of its predecessor. */
  mournOrphans(): void {
    if (!this.zygote?.readySince) return;
    for (const orphan of this.#orphansGone.splice(0)) this.zygote.send({ do: "buried", ...orphan });
  }

  hasHook(name: string): boolean {
    return this.generation.gunicorn?.configuration.hooks.includes(name) ?? false;
  }

  tellRouters(message: ToRouter): void {
    for (const router of this.routers) router.send(message);
  }

  /** Whether every living router knows the worker: it gets its share of requests. */
  isServing(worker: WorkerHandle): boolean {
    return this.routers.length > 0 && this.routers.every((router) => worker.connected.has(router.number));
  }

  /** No router gives it anything new; it ends by itself when it has finished, or is killed at the deadline. */
  retire(worker: WorkerHandle, deadline: number): void {
    if (worker.retiring !== null) return;
    worker.retiring = { deadline };
    if (this.routers.length === 0) worker.kill();
    else this.tellRouters({ do: "retire", serial: worker.serial });
  }

  /**
   * One that never came so far has nobody who tells it to leave, and nothing to finish. It is known
   * from every router: a request may have been given to it that we have not heard of.
   */
  killIfUnknown(worker: WorkerHandle): void {
    const isReleased = this.routers.every(({ number }) => worker.releasedBy.has(number));
    if (worker.retiring !== null && worker.connected.size === 0 && isReleased) worker.kill();
  }

  /** Those with its number that were asked to leave and waited for it. */
  retirePredecessors(successor: WorkerHandle, now: number): void {
    const deadline = now + this.generation.settings.workerReloadMercy;
    for (const worker of this.crew.living) {
      if (worker.number === successor.number && !this.crew.hasSeat(worker)) this.retire(worker, deadline);
    }
  }

  /** From now on as many workers; those that are too many finish what they have and leave. */
  resize(size: number, now: number): void {
    const deadline = now + this.generation.settings.workerReloadMercy;
    this.crew.resize(size);
    // Also those that only wait for a successor which is not to come.
    for (const worker of this.crew.living) if (worker.number > size) this.retire(worker, deadline);
  }

  killOverdue(now: number): void {
    for (const worker of this.crew.living) {
      if (worker.retiring === null || now < worker.retiring.deadline || worker.isKilled) continue;
      this.#equipment.log.event(`${worker.title}: has not left in time (worker-reload-mercy) and is killed`);
      worker.kill();
    }
  }

  /** Milliseconds until something may be due that no event announces. */
  waits(now: number): number[] {
    return [
      ...[...this.crew.seats, ...this.routerSeats, this.zygoteSeat].map((seat) => seat.dueIn(now) ?? 0),
      ...this.crew.living.map((worker) => (worker.retiring?.deadline ?? now) - now),
      ...this.attached.waits(now),
      this.crew.hasOrphans ? ORPHAN_CHECK : 0,
    ];
  }

  /** A worker has died. Logged once, here; routers learn what it means for the requests it had. */
  bury(
    worker: WorkerHandle,
    { ending, now, isStopping }: { ending: Ending; now: number; isStopping: boolean },
  ): void {
    const seat = this.crew.remove(worker);
    this.tellRouters({ do: "buried", serial: worker.serial, how: briefEnding(ending) });
    worker.lifeline?.cut();
    this.#equipment.runtimeDirectory.forget(worker.serial);
    if (worker.zygote.isGone && worker.pid !== null && this.hasHook("child_exit"))
      this.#orphansGone.push({ pid: worker.pid, serial: worker.serial });
    const pause =
      seat?.vacate({ usefulFor: worker.servingSince === null ? 0 : now - worker.servingSince, now }) ?? null;
    const line = obituary(worker, { ending, pause, now, isStopping });
    if (line !== null) this.#equipment.log.event(line);
  }

  /** A router or the zygote has ended: empties its seat and says so. */
  vacate<Occupant extends { readonly pid: number; readonly readySince: number | null }>(
    seat: Seat<Occupant>,
    { name, occupant, ending, now }: { name: string; occupant: Occupant; ending: Ending; now: number },
  ): void {
    const usefulFor = occupant.readySince === null ? 0 : now - occupant.readySince;
    const pause = seat.vacate({ usefulFor, now });
    this.#equipment.log.event(
      `${name} (pid ${occupant.pid}): ${describeEnding(ending)}; ${successorComes(pause)}`,
    );
  }

  logFailure(who: string, { message, details, traceback }: LoadFailure): void {
    this.#equipment.log.event(
      [`${who}: ${message}`, ...details, ...(traceback === null ? [] : [traceback])].join("\n"),
    );
  }

  /** Zygotes of earlier generations go with their last worker: until then they tell how it ended. */
  dismissZygotes(): void {
    for (const zygote of this.outgoing) {
      if (zygote.isDismissed || this.crew.living.some((worker) => worker.zygote === zygote)) continue;
      zygote.isDismissed = true;
      zygote.send({ do: "dismiss" });
    }
  }

  /** Nobody is let in any more once the routers have closed theirs too. */
  closeListeners(): void {
    for (const listener of this.#equipment.listeners) listener.close();
  }

  /** At once, whatever they are doing. */
  killAll(): void {
    for (const worker of this.crew.living) worker.kill();
    for (const router of this.routers) router.kill();
    for (const zygote of this.zygotes) zygote.kill();
    this.attached.kill();
  }
}
