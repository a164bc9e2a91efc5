import type { FromWorker, FromZygote } from "../../base/messages.ts";
import type { Lifeline } from "./lifelines.ts";
import { readStartTime } from "./process-table.ts";
import { Seat } from "./seat.ts";
import { WorkerHandle } from "./worker-handle.ts";
import type { ZygoteHandle } from "./zygote-handle.ts";

/** All workers that live, whether they hold a seat or have a successor there and only finish. */
export class Crew {
  seats: readonly Seat<WorkerHandle>[];
  readonly #living = new Map<number, WorkerHandle>();
  #lastSerial = 0;

  constructor(size: number) {
    this.seats = Array.from({ length: size }, (_, index) => new Seat<WorkerHandle>(index + 1));
  }

  get living(): readonly WorkerHandle[] {
    return [...this.#living.values()];
  }

  /** Of the worker that was forked last. */
  get lastSerial(): number {
    return this.#lastSerial;
  }

  get isEmpty(): boolean {
    return this.#living.size === 0;
  }

  /** More or fewer seats. Who held one that is gone lives on. */
  resize(size: number): void {
    const kept = this.seats.slice(0, size);
    const added = Array.from({ length: size - kept.length }, (_, index) => kept.length + index + 1);
    this.seats = [...kept, ...added.map((number) => new Seat<WorkerHandle>(number))];
  }

  find(serial: number): WorkerHandle | null {
    return this.#living.get(serial) ?? null;
  }

  fork(seat: Seat<WorkerHandle>, { zygote, now }: { zygote: ZygoteHandle; now: number }): void {
    this.#lastSerial += 1;
    const worker = new WorkerHandle({ number: seat.number, serial: this.#lastSerial, zygote, now });
    this.#living.set(worker.serial, worker);
    seat.occupant = worker;
    zygote.send({ do: "fork", worker: worker.number, serial: worker.serial });
  }

  noteForked({ serial, pid, startTime }: FromZygote & { event: "forked" }): void {
    const worker = this.find(serial);
    if (worker === null) return;
    worker.pid = pid;
    worker.startTime = startTime;
    this.#killLate(worker);
  }

  /** Ties a lifeline to its worker. One that we have given up, or never knew, has no place here. */
  noteAlive(lifeline: Lifeline, { serial, pid }: FromWorker & { event: "alive" }): void {
    const worker = this.find(serial);
    if (worker === null) {
      lifeline.cut();
      return;
    }
    worker.lifeline = lifeline;
    worker.pid ??= pid;
    worker.startTime ??= readStartTime(pid);
    this.#killLate(worker);
  }

  noteBeat(serial: number): void {
    const worker = this.find(serial);
    if (worker !== null) worker.silence = 0;
  }

  /** It was to be killed before anybody knew its pid. */
  #killLate(worker: WorkerHandle): void {
    if (worker.isKilled) worker.kill();
  }

  hasSeat(worker: WorkerHandle): boolean {
    return this.seats.some((seat) => seat.occupant === worker);
  }

  findByLifeline(lifeline: Lifeline): WorkerHandle | null {
    return this.living.find((worker) => worker.lifeline === lifeline) ?? null;
  }

  /** It has died; answers the seat that it leaves empty, if it still held one. */
  remove(worker: WorkerHandle): Seat<WorkerHandle> | null {
    this.#living.delete(worker.serial);
    return this.seats.find((seat) => seat.occupant === worker) ?? null;
  }

  /**
   * Workers that have died although nobody could say so: their zygote died before them.
   * A closed lifeline is the sign; one that was asked for and never seen was lost with its zygote.
   */
  findLost(): WorkerHandle[] {
    return this.living.filter(
      (worker) =>
        worker.zygote.isGone &&
        (worker.pid === null ||
          worker.lifelineClosed ||
          (worker.startTime !== null && readStartTime(worker.pid) !== worker.startTime)),
    );
  }

  get hasOrphans(): boolean {
    return this.living.some((worker) => worker.zygote.isGone);
  }
}
