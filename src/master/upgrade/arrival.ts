/** How a master that somebody has started comes to serve: in the background, or in the place of its predecessor. */

import type { Equipment } from "../equipment.ts";
import type { Instance } from "../instance.ts";
import { Refusal } from "../start/refusal.ts";
import type { Starter } from "../start/starter.ts";

interface ArrivalParts {
  readonly instance: Instance;
  readonly equipment: Equipment;
  readonly refuse: (refusal: Refusal) => void;
}

export class Arrival {
  readonly #starter: Starter;
  readonly #parts: ArrivalParts;
  #hasTakenOver = false;

  constructor(starter: Starter, parts: ArrivalParts) {
    this.#starter = starter;
    this.#parts = parts;
    const { queue } = parts.equipment;
    if (!this.#succeeds) return;
    parts.instance.mayAttach = false;
    starter.follow((deed) => queue.push({ from: "predecessor", deed }));
  }

  /** While another one serves there is no hurry: it leaves to as many workers as it had. */
  get mayOpen(): boolean {
    const { seats } = this.#parts.instance.crew;
    return !this.#succeeds || seats.every(({ occupant }) => occupant?.servingSince != null);
  }

  /** Requests are served. */
  async announce(): Promise<void> {
    const paths = this.#parts.equipment.listeners.flatMap(({ path }) => path ?? []);
    await this.#starter.tell({ event: "serving", paths });
    if (!this.#succeeds) this.#starter.part();
  }

  take(deed: "leaves" | "ends"): void {
    const { from } = this.#starter.handover;
    if (deed === "leaves") return this.#takeOver(from);
    this.#starter.part();
    if (this.#hasTakenOver) {
      this.#parts.instance.mayAttach = true;
      return;
    }
    this.#parts.refuse(
      new Refusal(
        `the tsgi that was to be succeeded (pid ${from}) has ended before this one could take over`,
      ),
    );
  }

  /** It serves, whatever may not be had of the rest. */
  #takeOver(from: number): void {
    this.#hasTakenOver = true;
    const { listeners, takeOver, log } = this.#parts.equipment;
    for (const listener of listeners) listener.claim(true);
    log.event(`took over from the tsgi before (pid ${from})`);
    takeOver().catch((error: unknown) => {
      if (!(error instanceof Refusal)) throw error;
      for (const { text } of error.all) log.event(text);
    });
  }

  get #succeeds(): boolean {
    return this.#starter.handover.kind === "succession";
  }
}
