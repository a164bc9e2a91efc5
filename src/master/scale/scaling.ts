/** The number of workers: as the load asks (cheaper), and as an operator says. */

import type { Log } from "../../observe/log.ts";
import { concurrencyOf } from "../../settings/concurrency.ts";
import type { Duty } from "../duty.ts";
import type { Instance } from "../instance.ts";
import type { LoadReport, Reports } from "../processes/reports.ts";
import { type Algorithm, BLANK, type Decision, type Memory } from "./algorithm.ts";
import { algorithms } from "./algorithms.ts";
import { measureLoad } from "./load.ts";
import { rulesOf } from "./rules.ts";
import { boundsOf, clamp } from "./worker-numbers.ts";

/** How often the load is looked at. */
const ROUND = 1000;

export interface ScalingParts {
  readonly instance: Instance;
  readonly reports: Reports;
  readonly log: Log;
}

export class Scaling implements Duty {
  readonly #parts: ScalingParts;
  /** The round that was looked at last. */
  #seen: LoadReport | null = null;
  #memory: Memory = BLANK;

  constructor(parts: ScalingParts) {
    this.#parts = parts;
  }

  goOn(now: number): void {
    const { reports, instance } = this.#parts;
    if (instance.generation.settings.cheaper === 0) return;
    reports.want(ROUND);
    const before = this.#seen;
    const after = reports.latest;
    if (after === null || after === before) return;
    this.#seen = after;
    if (before !== null) this.#look({ before, after }, now);
  }

  waits(): readonly number[] {
    return [];
  }

  /** One worker more, or one less. Answers what came of it. */
  step(change: 1 | -1, cause: string): string {
    return this.resize(this.#size + change, cause);
  }

  resize(wanted: number, cause: string): string {
    const { instance, log } = this.#parts;
    const { settings } = instance.generation;
    const { least, most } = boundsOf(settings);
    const size = clamp(wanted, settings);
    if (size !== this.#size) return this.#change(size, cause, Date.now());
    const bounds = settings.cheaper === 0 ? "are possible" : "are allowed by cheaper and processes";
    const text = `the number of workers stays ${size}: ${least} to ${most} ${bounds}`;
    log.event(`${cause}: ${text}`);
    return text;
  }

  get #size(): number {
    return this.#parts.instance.crew.seats.length;
  }

  #look(reports: { before: LoadReport; after: LoadReport }, now: number): void {
    const { instance } = this.#parts;
    const { settings } = instance.generation;
    const occupants = instance.crew.seats.flatMap(({ occupant }) => occupant ?? []);
    // Those that start will change the load: wait for them. A seat that pauses after crashes changes nothing.
    if (occupants.some(({ servingSince }) => servingSince === null)) return;
    const serials = occupants.map(({ serial }) => serial);
    const load = measureLoad(reports, { serials, threads: concurrencyOf(settings).slots });
    const algorithm: Algorithm = algorithms[settings.cheaperAlgo];
    const decision = algorithm(this.#memory, load, rulesOf(settings));
    this.#memory = decision.memory;
    this.#apply(decision, now);
  }

  #apply({ change, why }: Decision, now: number): void {
    const { settings } = this.#parts.instance.generation;
    const size = clamp(this.#size + change, settings);
    if (size !== this.#size) this.#change(size, `cheaper (${settings.cheaperAlgo}): ${why}`, now);
  }

  #change(size: number, cause: string, now: number): string {
    const text = `from ${showWorkers(this.#size)} to ${size}`;
    this.#parts.log.event(`${cause}: ${text}`);
    this.#parts.instance.resize(size, now);
    return text;
  }
}

function showWorkers(count: number): string {
  return count === 1 ? "1 worker" : `${count} workers`;
}
