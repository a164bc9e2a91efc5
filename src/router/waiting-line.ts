/**
 * Requests that wait for a slot, in their order. One whose client has gone is forgotten at once: it
 * neither counts against the bound nor keeps its bytes.
 */

import type { Exchange } from "./exchange.ts";

/** From this many forgotten ones on they are swept out, if they are the majority. */
const WORTH_SWEEPING = 64;

export class WaitingLine {
  #exchanges: Exchange[] = [];
  #head = 0;
  #forgotten = 0;

  /** How many wait. */
  get size(): number {
    return this.#exchanges.length - this.#head - this.#forgotten;
  }

  add(exchange: Exchange): void {
    exchange.line = this;
    this.#exchanges.push(exchange);
  }

  /** Puts requests in front of all others, in their order. */
  addFirst(exchanges: readonly Exchange[]): void {
    for (const exchange of exchanges) exchange.line = this;
    this.#exchanges.splice(0, this.#head, ...exchanges);
    this.#head = 0;
  }

  /** The one that has waited longest, or null. */
  first(): Exchange | null {
    for (; this.#head < this.#exchanges.length; this.#head++) {
      const exchange = this.#exchanges[this.#head] as Exchange; // within the array
      if (exchange.line === this) return exchange;
      this.#forgotten--;
    }
    this.#exchanges.length = 0;
    this.#head = 0;
    return null;
  }

  removeFirst(): void {
    const exchange = this.first();
    if (exchange === null) return;
    exchange.line = null;
    this.#head++;
  }

  /** Its client has gone. */
  forget(exchange: Exchange): void {
    exchange.line = null;
    this.#forgotten++;
    if (this.#forgotten < WORTH_SWEEPING || this.#forgotten < this.size) return;
    this.#exchanges = this.#exchanges.slice(this.#head).filter((one) => one.line === this);
    this.#head = 0;
    this.#forgotten = 0;
  }
}
