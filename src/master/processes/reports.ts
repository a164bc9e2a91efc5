/** What the routers say about their work: asked for as often as somebody wants to know, and at least by nobody. */

import type { RouterReport } from "../../base/messages.ts";
import type { Duty } from "../duty.ts";
import type { RouterHandle } from "./router-handle.ts";

/** One worker's work, all routers together. */
export interface WorkerLoad {
  /** Requests that it has answered. */
  readonly requests: number;
  /** Requests that are with it now. */
  readonly running: number;
  /** Milliseconds that its slots have worked, all together. */
  readonly busy: number;
}

/** What all routers have said in one round. */
export interface LoadReport {
  /** Date.now() when the last of them answered. */
  readonly time: number;
  readonly connections: number;
  /** Requests that wait for a worker. */
  readonly waiting: number;
  /** Requests ever answered by workers. */
  readonly requests: number;
  readonly workers: ReadonlyMap<number, WorkerLoad>;
  /** The single answers, by the routers' numbers. */
  readonly routers: ReadonlyMap<number, RouterReport>;
}

/** A router that has not answered by then is left out of the round. */
const PATIENCE = 1000;

export class Reports implements Duty {
  readonly #routers: () => readonly RouterHandle[];
  readonly #answers = new Map<number, RouterReport>();
  #round = 0;
  #askedAt = 0;
  #interval = Number.POSITIVE_INFINITY;
  #isOpen = false;
  #latest: LoadReport | null = null;
  #waiting: ((report: LoadReport) => void)[] = [];

  constructor(routers: () => readonly RouterHandle[]) {
    this.#routers = routers;
  }

  /** From now on at least every `interval` milliseconds. */
  want(interval: number): void {
    this.#interval = Math.min(this.#interval, interval);
  }

  /** The last full round: a new object each time. */
  get latest(): LoadReport | null {
    return this.#latest;
  }

  /** A round of its own, now. */
  ask(): Promise<LoadReport> {
    const { promise, resolve } = Promise.withResolvers<LoadReport>();
    this.#waiting.push(resolve);
    this.#begin(Date.now());
    return promise;
  }

  goOn(now: number): void {
    if (this.#isOpen && now - this.#askedAt >= PATIENCE) this.#close(now);
    if (!this.#isOpen && now - this.#askedAt >= this.#interval) this.#begin(now);
  }

  waits(now: number): readonly number[] {
    const next = this.#isOpen ? PATIENCE : this.#interval;
    return Number.isFinite(next) ? [Math.max(this.#askedAt + next - now, 1)] : [];
  }

  take(router: RouterHandle, report: RouterReport): void {
    if (!this.#isOpen || report.round !== this.#round) return;
    this.#answers.set(router.number, report);
    if (this.#routers().every(({ number }) => this.#answers.has(number))) this.#close(Date.now());
  }

  #begin(now: number): void {
    this.#answers.clear();
    this.#askedAt = now;
    this.#round += 1;
    this.#isOpen = true;
    for (const router of this.#routers()) router.send({ do: "report", round: this.#round });
    if (this.#routers().length === 0) this.#close(now);
  }

  #close(now: number): void {
    this.#isOpen = false;
    const report = sum(new Map(this.#answers), now);
    this.#latest = report;
    for (const resolve of this.#waiting.splice(0)) resolve(report);
  }
}

function sum(routers: ReadonlyMap<number, RouterReport>, time: number): LoadReport {
  const answers = [...routers.values()];
  const workers = new Map<number, WorkerLoad>();
  for (const { serial, requests, running, busy } of answers.flatMap((answer) => answer.workers)) {
    const known = workers.get(serial) ?? { requests: 0, running: 0, busy: 0 };
    workers.set(serial, {
      requests: known.requests + requests,
      running: known.running + running,
      busy: known.busy + busy,
    });
  }
  const total = (of: (answer: RouterReport) => number) => answers.reduce((all, one) => all + of(one), 0);
  return {
    time,
    connections: total((one) => one.connections),
    waiting: total((one) => one.waiting),
    requests: total((one) => one.requests),
    workers,
    routers,
  };
}
