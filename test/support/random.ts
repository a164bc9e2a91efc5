/** Choices that a seed repeats. Tests that choose print it: TSGI_SEED=7 npm test … */
export const SEED = Number(process.env["TSGI_SEED"] ?? Math.floor(Math.random() * 1e6));

/** From 0 up to, and without, 1. */
export type Random = () => number;

/** Mulberry32: a few lines, and random enough to choose what to kill. */
export function randomFrom(seed: number): Random {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export function chooseFrom<T>(random: Random, choices: readonly T[]): T | undefined {
  return choices[Math.floor(random() * choices.length)];
}
