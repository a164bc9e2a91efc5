/** The number of workers: as the load asks (cheaper), and as an operator says. */

import { concurrencyOf } from "../../settings/concurrency.ts";
import type { Duty } from "../duty.ts";
import { readResident } from "../processes/process-table.ts";
import type { LoadReport } from "../processes/reports.ts";
import type { WorkerHandle } from "../processes/worker-handle.ts";
import { type Algorithm, BLANK, type Decision, type Memory } from "./algorithm.ts";
import { algorithms } from "./algorithms.ts";
import { CheapMode, type CheapModeParts } from "./cheap-mode.ts";
import { type Load, measureLoad } from "./load.ts";
import { restrain } from "./memory-limits.ts";
import { rulesOf } from "./rules.ts";
import { boundsOf, clamp } from "./worker-numbers.ts";

/** How often the load is looked at. */
const ROUND = 1000;

export class Scaling implements Duty {
  readonly #parts: CheapModeParts;
  readonly cheapMode: CheapMode;
  /** The round that was looked at last. */
  #seen: LoadReport | null = null;
  #memory: Memory = BLANK;
  /** It was said that the memory does not allow more workers. */
  #isHeld = false;

  constructor(parts: CheapModeParts) {
    this.#parts = parts;
    this.cheapMode = new CheapMode(parts);
  }

  goOn(now: number): void {
    const { reports, instance } = this.#parts;
    this.cheapMode.goOn(now);
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
    // Not the least that there may be: with cheap there are none until a request comes.
    if (this.#size === 0 && change < 0) return this.#stay("there are no workers already", cause);
    return this.resize(this.#size + change, cause);
  }

  resize(wanted: number, cause: string): string {
    const { settings } = this.#parts.instance.generation;
    const { least, most } = boundsOf(settings);
    const size = clamp(wanted, settings);
    if (size !== this.#size) return this.#change(size, cause, Date.now());
    const bounds = settings.cheaper === 0 ? "are possible" : "are allowed by cheaper and processes";
    return this.#stay(`the number of workers stays ${size}: ${least} to ${most} ${bounds}`, cause);
  }

  #stay(text: string, cause: string): string {
    this.#parts.equipment.log.event(`${cause}: ${text}`);
    return text;
  }

  get #size(): number {
    return this.#parts.instance.crew.seats.length;
  }

  #look(reports: { before: LoadReport; after: LoadReport }, now: number): void {
    const { instance } = this.#parts;
    const { settings } = instance.generation;
    if (this.#size === 0) return;
    const occupants = instance.crew.seats.flatMap(({ occupant }) => occupant ?? []);
    // Those that start will change the load: wait for them. A seat that pauses after crashes changes nothing.
    if (occupants.some(({ servingSince }) => servingSince === null)) return;
    const serials = occupants.map(({ serial }) => serial);
    const load = measureLoad(reports, { serials, threads: concurrencyOf(settings).slots });
    if (settings.cheaperBusynessVerbose && settings.cheaperAlgo === "busyness") this.#tell(load);
    const algorithm: Algorithm = algorithms[settings.cheaperAlgo];
    const decision = algorithm(this.#memory, load, rulesOf(settings));
    this.#memory = decision.memory;
    this.#apply(this.#restrain(decision, occupants), now);
  }

  #tell({ workers, used, waiting }: Load): void {
    const share = Math.round((100 * used) / Math.max(workers, 1));
    const state = `${showWorkers(workers)}, ${share} % of their time busy, requests that wait: ${waiting}`;
    this.#parts.equipment.log.event(`cheaper (busyness): ${state}`);
  }

  /** Asks how much memory they use only where that matters. */
  #restrain(decision: Decision, workers: readonly WorkerHandle[]): Decision {
    const { settings } = this.#parts.instance.generation;
    const limits = { soft: settings.cheaperRssLimitSoft, hard: settings.cheaperRssLimitHard };
    if (limits.soft === 0 && limits.hard === 0) return decision;
    const resident = workers.reduce((all, { pid }) => all + ((pid && readResident(pid)) ?? 0), 0);
    const { least } = boundsOf(settings);
    return restrain(decision, limits, { resident, workers: workers.length, least });
  }

  #apply({ change, why }: Decision, now: number): void {
    const { settings } = this.#parts.instance.generation;
    const cause = `cheaper (${settings.cheaperAlgo}): ${why}`;
    const size = clamp(this.#size + change, settings);
    if (size !== this.#size) this.#change(size, cause, now);
    else if (why !== "" && !this.#isHeld) {
      this.#isHeld = true;
      this.#parts.equipment.log.event(`${cause}: no further worker starts`);
    }
  }

  #change(size: number, cause: string, now: number): string {
    const text = `from ${showWorkers(this.#size)} to ${size}`;
    this.#parts.equipment.log.event(`${cause}: ${text}`);
    const { instance } = this.#parts;
    // A reload's zygote calls it by itself.
    if (instance.hasHook("nworkers_changed"))
      instance.zygote?.send({ do: "resized", workers: size, before: this.#size });
    instance.resize(size, now);
    this.#isHeld = false;
    return text;
  }
}

function showWorkers(count: number): string {
  return count === 1 ? "1 worker" : `${count} workers`;
}
