/**
 * How many requests may stand on one slot at a time: the dispatch's key (design: batches when the
 * application is fast, one at a time when it is slow).
 *
 * A request that waits behind another on a slot costs nothing when both are fast, and saves waking
 * a sleeping process for each; behind one that takes 100 ms it is a disaster. So the depth follows
 * not the mean but the tail: it falls to 1 at the first request that is certainly slow, and comes
 * back only after a long run of fast ones. Between the two bounds a request may be slow only
 * because the machine took the processor away for a time slice; a few of these are let pass.
 */

/**
 * Microseconds. Expected work on one slot, and what counts as suspicious or certainly slow.
 * Half the work costs Django 10 % more processor time a request (the worker runs dry before the router
 * has refilled it), twice as much gains nothing (measured with 64 connections, 2 workers).
 */
const WORK_ON_SLOT = 2000;
const SUSPICIOUS = 1500;
const CERTAINLY_SLOW = 20_000;

/** About 3 % of suspicious requests (1 in 32) keep the depth at 1. */
const SUSPICION = 32;
const SUSPECT_ABOVE = 160;
const AFTER_SLOW = 512;
const AT_START = 192;

export class ServiceTime {
  readonly #maxDepth: number;
  /** Moving average of the fast requests' time, microseconds. */
  #average = 300;
  #suspicion = AT_START;
  #isSlow = true;
  depth = 1;

  constructor(maxDepth: number) {
    this.#maxDepth = maxDepth;
  }

  /** Notes one finished request's time in the application, in microseconds. */
  observe(micros: number): void {
    if (micros < SUSPICIOUS) {
      this.#average += (micros - this.#average) * 0.03;
      if (this.#suspicion > 0) this.#suspicion--;
      if (this.#isSlow && this.#suspicion > 0) return;
      this.#isSlow = false;
      this.depth = Math.min(Math.max(Math.floor(WORK_ON_SLOT / (this.#average + 1)), 1), this.#maxDepth);
    } else if (micros >= CERTAINLY_SLOW) {
      this.#suspicion = AFTER_SLOW;
      this.#beSlow();
    } else {
      this.#suspicion = Math.min(this.#suspicion + SUSPICION, AFTER_SLOW);
      if (this.#suspicion > SUSPECT_ABOVE) this.#beSlow();
    }
  }

  #beSlow(): void {
    this.#isSlow = true;
    this.depth = 1;
  }
}
