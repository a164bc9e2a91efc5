/** A part of the master's work that has a time of its own: recycling, scaling. The loop sees to it after every event while the instance serves. */
export interface Duty {
  /** Does what is due. */
  goOn(now: number): void;
  /** In how many milliseconds to look again if nothing happens; empty for not at all. */
  waits(now: number): readonly number[];
}
