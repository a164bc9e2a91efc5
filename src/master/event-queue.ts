/** Within this many milliseconds all processes of a group have heard a signal, and told us. */
const SAME_MOMENT = 50;

/** What the outside world reports, in the order it happened. Handlers push; the master's loop takes. */
export class EventQueue<Event> {
  readonly #waiting: Event[] = [];
  #wake: (() => void) | null = null;

  push(event: Event): void {
    this.#waiting.push(event);
    this.#wake?.();
    this.#wake = null;
  }

  /**
   * For what a signal to the whole process group may have caused: the master's own copy of the
   * signal, which says what was meant, is on its way and goes first.
   */
  pushBehindSignals(event: Event): void {
    setTimeout(() => this.push(event), SAME_MOMENT);
  }

  async next(): Promise<Event> {
    for (;;) {
      const event = this.#waiting.shift();
      if (event !== undefined) return event;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}
