/**
 * No workers at all until a request waits for one: `cheap` from the start, `idle` after a time without
 * requests, or when an operator says so. The router that has the request says so at once.
 */

import { SECOND } from "../../base/duration.ts";
import type { Equipment } from "../equipment.ts";
import type { Instance } from "../instance.ts";
import { showSpan } from "../processes/endings.ts";
import type { LoadReport, Reports } from "../processes/reports.ts";
import { awakeSize } from "./worker-numbers.ts";

const ROUND = 1 * SECOND;

export interface CheapModeParts {
  readonly instance: Instance;
  readonly reports: Reports;
  readonly equipment: Equipment;
  readonly stop: (cause: string) => void;
}

export class CheapMode {
  readonly #parts: CheapModeParts;
  #seen: LoadReport | null = null;
  /** When something was last to be done; null before the first report. */
  #activeAt: number | null = null;

  constructor(parts: CheapModeParts) {
    this.#parts = parts;
  }

  goOn(now: number): void {
    const { instance, reports } = this.#parts;
    const { idle } = instance.generation.settings;
    if (idle > 0 || this.#isOn) reports.want(ROUND);
    const before = this.#seen;
    const after = reports.latest;
    if (after === null || after === before) return;
    this.#seen = after;
    if (before === null || this.#activeAt === null || isActive(before, after)) this.#activeAt = now;
    // A router has said so already, unless that crossed with the end of the workers.
    if (this.#isOn && after.waiting > 0) return this.wake();
    if (idle > 0 && now - this.#activeAt >= idle) this.#onIdle(idle, now);
  }

  /** All workers finish what they have and leave. Answers what came of it. */
  begin(cause: string, now: number): string {
    if (this.#isOn) return "there are no workers already";
    const text = "all workers leave until the next request comes";
    this.#parts.equipment.log.event(`${cause}: ${text}`);
    this.#parts.instance.resize(0, now);
    return text;
  }

  /** A request waits and there is no worker that could take it. */
  wake(): void {
    const { instance, equipment } = this.#parts;
    if (!this.#isOn) return;
    const size = awakeSize(instance.generation.settings);
    equipment.log.event(`a request waits: ${size === 1 ? "a worker starts" : `${size} workers start`}`);
    this.#activeAt = Date.now();
    instance.resize(size, Date.now());
  }

  get #isOn(): boolean {
    return this.#parts.instance.crew.seats.length === 0;
  }

  #onIdle(idle: number, now: number): void {
    const { instance, stop } = this.#parts;
    const cause = `no request for ${showSpan(idle)}`;
    if (instance.generation.settings.dieOnIdle) stop(`${cause} (idle, die-on-idle)`);
    else if (!this.#isOn) this.begin(`${cause} (idle)`, now);
  }
}

function isActive(before: LoadReport, after: LoadReport): boolean {
  const isRunning = [...after.workers.values()].some(({ running }) => running > 0);
  return isRunning || after.waiting > 0 || after.requests !== before.requests;
}
