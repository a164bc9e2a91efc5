import { HOUR } from "../base/duration.ts";

/** The one timer of the master's loop: rings once at the earliest of what is due, and is set anew after each event. */
export class Alarm {
  readonly #ring: () => void;
  #timer: NodeJS.Timeout | undefined;

  constructor(ring: () => void) {
    this.#ring = ring;
  }

  /** Milliseconds from now; what is not above zero has been seen to already. */
  set(waits: readonly number[]): void {
    clearTimeout(this.#timer);
    const ahead = waits.filter((wait) => wait > 0);
    // Node takes more than 24 days for no time at all.
    if (ahead.length > 0) this.#timer = setTimeout(this.#ring, Math.min(...ahead, HOUR));
  }
}
