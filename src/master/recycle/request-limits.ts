/**
 * max-requests: how many requests each worker may still answer. The routers count, since only they
 * see each answer: every one of them gets a share of what is left, and says so when it has used it up.
 * With one router the count is exact. With several it is when one of them, or all alike, have the
 * worker's requests; else it may be over by what the others have not used up.
 */

import type { Instance } from "../instance.ts";
import type { RouterHandle } from "../processes/router-handle.ts";
import type { WorkerHandle } from "../processes/worker-handle.ts";
import { requestLimit } from "./lifespan.ts";

interface Count {
  readonly limit: number;
  left: number;
}

export class RequestLimits {
  readonly #instance: Instance;
  readonly #onSpent: (worker: WorkerHandle, limit: number) => void;
  /** Ends with its worker. */
  readonly #counts = new WeakMap<WorkerHandle, Count>();

  constructor(instance: Instance, onSpent: (worker: WorkerHandle, limit: number) => void) {
    this.#instance = instance;
    this.#onSpent = onSpent;
  }

  /** The router has come to know the worker: it, or the router, is new. */
  begin(router: RouterHandle, worker: WorkerHandle): void {
    const count = this.#counts.get(worker) ?? this.#open(worker);
    if (count !== null && count.left > 0) this.#share(router, { worker, left: count.left });
  }

  /** The router's share is used up: it has had so many answers since it got it. */
  take(router: RouterHandle, { serial, requests }: { serial: number; requests: number }): void {
    const worker = this.#instance.crew.find(serial);
    const count = worker === null ? undefined : this.#counts.get(worker);
    if (worker === null || count === undefined) return;
    count.left -= requests;
    if (count.left > 0) this.#share(router, { worker, left: count.left });
    else this.#onSpent(worker, count.limit);
  }

  #open(worker: WorkerHandle): Count | null {
    const { settings } = this.#instance.generation;
    const limit = requestLimit(settings, { number: worker.number, chance: Math.random() });
    if (limit === null) return null;
    const count = { limit, left: limit };
    this.#counts.set(worker, count);
    return count;
  }

  #share(router: RouterHandle, { worker, left }: { worker: WorkerHandle; left: number }): void {
    const requests = Math.ceil(left / this.#instance.routerSeats.length);
    router.send({ do: "limit", serial: worker.serial, requests });
  }
}
