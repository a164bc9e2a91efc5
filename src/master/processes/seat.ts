import { SECOND } from "../../base/duration.ts";

/** One that lived shorter than this, once it was of use, died young. */
const YOUNG = 1 * SECOND;
const LONGEST_PAUSE = 32 * SECOND;

/**
 * A place in the instance where one process should always be: worker 3, router 1, the zygote.
 * It remembers who sits there, and how long to wait before a successor when they keep dying young:
 * the first is replaced at once, then after 1, 2, 4 … 32 s.
 */
export class Seat<Occupant> {
  readonly number: number;
  occupant: Occupant | null = null;
  #youngDeaths = 0;
  #dueAt = 0;

  constructor(number: number) {
    this.number = number;
  }

  /** Milliseconds until a successor is wanted; 0 now, null when the seat is taken. */
  dueIn(now: number): number | null {
    return this.occupant === null ? Math.max(0, this.#dueAt - now) : null;
  }

  /** The occupant has gone for good. Answers how many milliseconds its successor has to wait, `most` at most. */
  vacate({
    usefulFor,
    now,
    most = LONGEST_PAUSE,
  }: {
    usefulFor: number;
    now: number;
    most?: number;
  }): number {
    this.occupant = null;
    this.#youngDeaths = usefulFor < YOUNG ? this.#youngDeaths + 1 : 0;
    const pause =
      this.#youngDeaths < 2 ? 0 : Math.min(LONGEST_PAUSE, most, SECOND * 2 ** (this.#youngDeaths - 2));
    this.#dueAt = now + pause;
    return pause;
  }

  /** The occupant leaves in order: somebody may sit down at once. */
  release(): void {
    this.occupant = null;
    this.#youngDeaths = 0;
    this.#dueAt = 0;
  }
}
