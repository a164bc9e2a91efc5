/**
 * Looks at the memory of the workers now and then. One that uses more than reload-on-rss or
 * reload-on-as is recycled; one beyond the evil limits is killed at once, whatever it is doing.
 */

import { SECOND } from "../../base/duration.ts";
import { MIB } from "../../base/size.ts";
import type { Log } from "../../observe/log.ts";
import type { Settings } from "../../settings/settings.ts";
import type { Duty } from "../duty.ts";
import type { Instance } from "../instance.ts";
import { type Memory, readMemory } from "../processes/process-table.ts";
import type { WorkerHandle } from "../processes/worker-handle.ts";

/** Whatever is given, the master has other things to do. */
const SHORTEST_INTERVAL = 0.1 * SECOND;

export interface MemoryWatchParts {
  readonly instance: Instance;
  readonly log: Log;
  readonly onTooMuch: (worker: WorkerHandle, why: string) => void;
}

export class MemoryWatch implements Duty {
  readonly #parts: MemoryWatchParts;
  #lookedAt = 0;

  constructor(parts: MemoryWatchParts) {
    this.#parts = parts;
  }

  goOn(now: number): void {
    const { instance } = this.#parts;
    const { settings } = instance.generation;
    if (!hasLimit(settings) || now - this.#lookedAt < intervalOf(settings)) return;
    this.#lookedAt = now;
    for (const worker of instance.crew.living) this.#lookAt(worker, { settings, now });
  }

  waits(now: number): readonly number[] {
    const { settings } = this.#parts.instance.generation;
    return hasLimit(settings) ? [Math.max(this.#lookedAt + intervalOf(settings) - now, 1)] : [];
  }

  #lookAt(worker: WorkerHandle, { settings, now }: { settings: Settings; now: number }): void {
    if (worker.pid === null || worker.isKilled) return;
    const memory = readMemory(worker.pid);
    if (memory === null) return;
    const evil = excess(memory, { rss: settings.evilReloadOnRss, as: settings.evilReloadOnAs });
    if (evil !== null)
      return this.#kill(worker, `${evil.found} (evil-reload-on-${evil.name} = ${evil.limit})`);
    if (now - worker.askedAt < settings.minWorkerLifetime) return;
    const high = excess(memory, { rss: settings.reloadOnRss, as: settings.reloadOnAs });
    if (high !== null)
      this.#parts.onTooMuch(worker, `${high.found} (reload-on-${high.name} = ${high.limit})`);
  }

  #kill(worker: WorkerHandle, why: string): void {
    this.#parts.log.event(`${worker.title}: ${why}: killed at once; a request that it was running is lost`);
    worker.kill();
  }
}

interface Limits {
  readonly rss: number;
  readonly as: number;
}

/** What is over its limit, in words; 0 is no limit. */
export function excess(
  { resident, addressSpace }: Memory,
  { rss, as }: Limits,
): { name: keyof Limits; found: string; limit: string } | null {
  if (rss > 0 && resident >= rss)
    return { name: "rss", found: `uses ${megabytes(resident)} of memory`, limit: megabytes(rss) };
  if (as > 0 && addressSpace >= as)
    return { name: "as", found: `has ${megabytes(addressSpace)} of address space`, limit: megabytes(as) };
  return null;
}

function megabytes(bytes: number): string {
  return `${Math.round(bytes / MIB)} MB`;
}

function hasLimit(settings: Settings): boolean {
  const { reloadOnRss, reloadOnAs, evilReloadOnRss, evilReloadOnAs } = settings;
  return reloadOnRss + reloadOnAs + evilReloadOnRss + evilReloadOnAs > 0;
}

function intervalOf({ memCollectorFreq }: Settings): number {
  return Math.max(memCollectorFreq, SHORTEST_INTERVAL);
}
