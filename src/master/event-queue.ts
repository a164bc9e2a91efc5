/** What the outside world reports, in the order it happened. Handlers push; the master's loop takes. */
export class EventQueue<Event> {
  readonly #waiting: Event[] = [];
  #wake: (() => void) | null = null;

  push(event: Event): void {
    this.#waiting.push(event);
    this.#wake?.();
    this.#wake = null;
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
