/**
 * The master's loop: takes one event after the other, notes what it means, and then does whatever
 * is due: opens the doors, goes on with the stop, fills empty seats. Nothing happens outside of it;
 * signal handlers and children only put events into the queue. It touches no request.
 */
import { Alarm } from "./alarm.ts";
import { Commander, type CommanderParts } from "./control/commander.ts";
import { Conversations } from "./control/conversations.ts";
import type { Duty } from "./duty.ts";
import type { Equipment } from "./equipment.ts";
import type { Ending, MasterEvent } from "./events.ts";
import { runMasterStart } from "./hooks/master-start.ts";
import { Instance } from "./instance.ts";
import { UNKNOWN_ENDING } from "./processes/endings.ts";
import type { Generation } from "./processes/generation.ts";
import { Reports } from "./processes/reports.ts";
import { RouterEvents } from "./processes/router-events.ts";
import { WorkerEvents } from "./processes/worker-events.ts";
import type { WorkerHandle } from "./processes/worker-handle.ts";
import { ZygoteEvents } from "./processes/zygote-events.ts";
import { Mountpoints } from "./recycle/mountpoints.ts";
import { Overtime } from "./recycle/overtime.ts";
import { Recycling } from "./recycle/recycling.ts";
import { Autoreload } from "./reload/autoreload.ts";
import { Reloads } from "./reload/reloads.ts";
import { Watching } from "./reload/watching.ts";
import { Scaling } from "./scale/scaling.ts";
import { notify } from "./start/notify.ts";
import type { Refusal } from "./start/refusal.ts";
import { type Phase, StartUp } from "./start/start-up.ts";
import { describeKill, describeMercy, Stop } from "./stop.ts";
import { Upgrades } from "./upgrade/upgrades.ts";

export class Master {
  readonly #equipment: Equipment;
  readonly #instance: Instance;
  readonly #startUp: StartUp;
  readonly #alarm: Alarm;
  #phase: Phase = "starting";
  readonly #routerEvents: RouterEvents;
  readonly #zygoteEvents: ZygoteEvents;
  readonly #workerEvents: WorkerEvents;
  readonly #reports: Reports;
  readonly #reloads: Reloads;
  readonly #watching: Watching;
  readonly #recycling: Recycling;
  readonly #overtime: Overtime;
  readonly #autoreload: Autoreload;
  readonly #upgrades: Upgrades;
  readonly #commander: Commander;
  readonly #conversations: Conversations;
  /** In the order in which they are seen to. */
  readonly #duties: readonly Duty[];
  #stop: Stop | null = null;
  #refusal: Refusal | null = null;

  constructor(equipment: Equipment) {
    this.#equipment = equipment;
    this.#instance = new Instance(equipment);
    this.#startUp = new StartUp(equipment);
    this.#reports = new Reports(() => this.#instance.routers);
    this.#reloads = new Reloads(this.#instance, equipment);
    this.#overtime = new Overtime(this.#instance, equipment);
    this.#watching = new Watching(this.#instance, equipment);
    this.#autoreload = new Autoreload(this.#instance, { equipment, reloads: this.#reloads });
    this.#recycling = new Recycling(this.#instance, equipment.log);
    const parts = {
      instance: this.#instance,
      equipment,
      startUp: this.#startUp,
      reports: this.#reports,
      reloads: this.#reloads,
      phase: () => this.#phase,
      refuse: (refusal: Refusal) => this.#refuse(refusal),
      stop: (cause: string) => this.#beginStop(cause),
      stopAtOnce: (cause: string) => this.#stopAtOnce(cause),
    };
    const scaling = new Scaling(parts);
    this.#upgrades = new Upgrades(parts);
    const commanded: CommanderParts = { ...parts, scaling, upgrades: this.#upgrades };
    this.#commander = new Commander(commanded);
    this.#conversations = new Conversations(this.#commander, commanded);
    this.#duties = [
      this.#reports,
      this.#reloads,
      this.#recycling,
      this.#overtime,
      this.#watching,
      this.#autoreload,
      scaling,
      this.#upgrades,
      this.#conversations,
      new Mountpoints(equipment.settings.checkMountpoint, equipment.queue),
    ];
    const shared = { ...parts, log: equipment.log, recycling: this.#recycling, autoreload: this.#autoreload };
    this.#zygoteEvents = new ZygoteEvents({
      ...shared,
      takeSignal: (signal) => this.#commander.takeSignal(signal),
      failStart: (refusal) => this.#failStart(refusal),
      bury: (worker, ending) => this.#bury(worker, ending),
    });
    this.#workerEvents = new WorkerEvents(shared);
    const { requestLimits } = this.#recycling;
    const watchers = { overtime: this.#overtime, requestLimits, cheapMode: scaling.cheapMode };
    this.#routerEvents = new RouterEvents({ ...shared, ...watchers });
    this.#alarm = new Alarm(() => equipment.queue.push({ from: "timer" }));
  }

  /** The one that serves, or has served last. */
  get generation(): Generation {
    return this.#instance.generation;
  }

  /** Resolves when every process of the instance has ended. Throws the Refusal that ended the start. */
  async run(): Promise<void> {
    this.#fillSeats(Date.now());
    while (this.#phase !== "stopping" || !this.#instance.isEmpty) {
      this.#take(await this.#equipment.queue.next());
      this.#buryLost();
      // One moment for the whole turn: what is not ahead of it has been seen to.
      const now = Date.now();
      this.#goOn(now);
      this.#fillSeats(now);
      this.#alarm.set(this.#waits(now));
    }
    this.#alarm.set([]);
    this.#watching.stop();
    if (this.#refusal !== null) throw this.#refusal;
  }

  #take(event: MasterEvent): void {
    switch (event.from) {
      case "system":
        return this.#commander.takeSignal(event.signal);
      case "command":
        this.#commander.obey(event.command, event.cause);
        return;
      case "control":
        return this.#conversations.take(event.request, event.reply);
      case "router":
        return this.#routerEvents.takeMessage(event.router, event.message);
      case "routerExit":
        return this.#routerEvents.takeExit(event.router, event.ending);
      case "zygote":
        return this.#zygoteEvents.takeMessage(event.zygote, event.message);
      case "zygoteExit":
        return this.#zygoteEvents.takeExit(event.zygote, event.ending);
      case "worker":
        return this.#workerEvents.takeMessage(event.lifeline, event.message);
      case "lifelineClosed":
        return this.#workerEvents.takeClose(event.lifeline);
      case "source":
        return this.#autoreload.takeChange(event.path, Date.now());
      case "reread":
        return event.by.takeConfiguration(event.outcome, event.sockets);
      case "successor":
      case "successorExit":
      case "predecessor":
        return this.#upgrades.take(event);
      case "attachedExit":
      case "attachedTouched":
        return this.#instance.attached.take(event, Date.now());
      case "diagnosis":
        this.#instance.zygoteSeat.release();
        return this.#refuse(event.refusal);
      case "timer":
        return;
      default:
        return event satisfies never;
    }
  }

  #buryLost(): void {
    for (const worker of this.#instance.crew.findLost()) this.#bury(worker, UNKNOWN_ENDING);
    this.#instance.mournOrphans();
  }

  #bury(worker: WorkerHandle, ending: Ending): void {
    this.#instance.bury(worker, { ending, now: Date.now(), isStopping: this.#stop !== null });
    this.#reloads.noteDeath(worker, ending);
  }

  #fillSeats(now: number): void {
    const isStopping = this.#phase === "stopping";
    // Requests that have come may still wait for a worker.
    if (isStopping && this.#stop?.isDraining !== true) return;
    const { routerSeats, zygoteSeat, zygote, crew } = this.#instance;
    if (!isStopping) {
      for (const seat of routerSeats) if (seat.dueIn(now) === 0) this.#instance.startRouter(seat);
      if (zygoteSeat.dueIn(now) === 0 && !this.#autoreload.isStranded) this.#instance.startZygote();
    }
    if (!zygote?.readySince || !this.#instance.routersAreReady) return;
    for (const seat of crew.seats) {
      const isHopeless = this.#phase === "starting" && this.#startUp.hasFailed(seat.number);
      if (seat.dueIn(now) === 0 && !isHopeless) crew.fork(seat, { zygote, now });
    }
  }

  /** Whatever the events so far allow next. */
  #goOn(now: number): void {
    if (this.#phase !== "stopping") this.#instance.attend(!this.#reloads.isBusy, now);
    switch (this.#phase) {
      case "starting":
        this.#autoreload.tryAgain(now);
        return this.#openWhenReady();
      case "opening":
        return this.#announceWhenOpen(now);
      case "serving":
        this.#instance.killOverdue(now);
        this.#instance.dismissZygotes();
        for (const duty of this.#duties) duty.goOn(now);
        return;
      case "stopping":
        this.#stop?.goOn(now);
        if (this.#stop?.isDraining !== true) return;
        // What still runs has no more time than at any other moment.
        this.#instance.killOverdue(now);
        return this.#overtime.goOn(now);
    }
  }

  #openWhenReady(): void {
    const refusal = this.#startUp.refuseIfAllFailed();
    if (refusal !== null) return this.#failStart(refusal);
    if (!this.#instance.canOpen || !this.#upgrades.mayOpen) return;
    this.#phase = "opening";
    this.#instance.tellRouters({ do: "accept" });
  }

  #announceWhenOpen(now: number): void {
    if (!this.#instance.routers.every((router) => router.isAccepting)) return;
    const refusal = this.#startUp.refuseRivals();
    if (refusal !== null) return this.#refuse(refusal);
    this.#phase = "serving";
    this.#equipment.log.plain(this.#startUp.report().join("\n"));
    for (const [worker, failure] of this.#startUp.failures)
      this.#instance.logFailure(`worker ${worker}`, failure);
    this.#instance.runHook("when_ready");
    void runMasterStart(this.#equipment);
    void notify("READY=1", this.#equipment).then(() => this.#upgrades.announce());
    // Duties begin now, whether anything happens or not.
    this.#goOn(now);
  }

  #beginStop(cause: string): void {
    if (this.#stop !== null && this.#upgrades.isLeavingAnyway(cause)) return;
    if (this.#stop !== null || this.#phase === "starting") return this.#stopAtOnce(cause);
    this.#abandonPlans();
    // What waits in a pause may still be answered.
    if (this.#instance.isPaused) this.#instance.pause(false);
    const mercy = this.#instance.generation.settings.reloadMercy;
    this.#equipment.log.event(`${cause}: ${describeMercy(mercy)}`);
    this.#phase = "stopping";
    this.#stop = new Stop(this.#instance, { log: this.#equipment.log, now: Date.now(), mercy });
    this.#stop.begin(this.#upgrades.patience(mercy));
    // systemd watches the successor by now.
    if (!this.#upgrades.isSucceeded) void notify("STOPPING=1", this.#equipment);
  }

  #stopAtOnce(cause: string): void {
    this.#equipment.log.event(`${cause}: stopping at once: ${describeKill(this.#instance.crew.living)}`);
    this.#killAll();
  }

  /** The application cannot be loaded. With py-autoreload the next change is the next try. */
  #failStart(refusal: Refusal): void {
    // Whoever waits to hear how the start went gets to hear it.
    if (!this.#autoreload.isOn || this.#equipment.starter !== null) return this.#refuse(refusal);
    this.#startUp.forgetFailures();
    this.#autoreload.strand(refusal);
  }

  /** The instance cannot start. Whatever has started already ends with it. */
  #refuse(refusal: Refusal): void {
    this.#refusal ??= refusal;
    this.#killAll();
  }

  /** Nothing new begins. */
  #abandonPlans(): void {
    this.#reloads.abandon();
    this.#autoreload.stop();
    this.#upgrades.abandon();
    this.#conversations.end();
    this.#instance.attached.startNoMore();
  }

  #killAll(): void {
    this.#abandonPlans();
    this.#phase = "stopping";
    this.#stop ??= new Stop(this.#instance, { log: this.#equipment.log, now: Date.now(), mercy: 0 });
    this.#stop.kill();
  }

  get #dutiesNow(): readonly Duty[] {
    if (this.#phase === "serving") return this.#duties;
    return this.#stop?.isDraining === true ? [this.#overtime] : [this.#autoreload];
  }

  #waits(now: number): readonly number[] {
    const waits = this.#dutiesNow.flatMap((duty) => duty.waits(now));
    return [...this.#instance.waits(now), ...waits, ...(this.#stop?.waits(now) ?? [])];
  }
}
