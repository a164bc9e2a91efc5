/**
 * The router's time in milliseconds. It is read at most once in a turn of the event loop: many
 * requests share one turn, and deadlines need no finer time than that.
 */
export class Clock {
  #time = performance.now();
  #isFresh = false;

  now(): number {
    if (!this.#isFresh) {
      this.#isFresh = true;
      this.#time = performance.now();
      setImmediate(this.#expire);
    }
    return this.#time;
  }

  readonly #expire = (): void => {
    this.#isFresh = false;
  };
}
