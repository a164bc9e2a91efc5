/** What is reported: one row a figure. Times and sizes carry their unit in the name. */

export interface Figure {
  readonly title: string;
  readonly digits: number;
  /** Which way is good; "" where a figure only explains the others. */
  readonly better: "more" | "less" | "";
}

export const figures = {
  requestsPerSecond: { title: "requests/s", digits: 0, better: "more" },
  p50Milliseconds: { title: "p50 ms", digits: 2, better: "less" },
  p99Milliseconds: { title: "p99 ms", digits: 2, better: "less" },
  processorMicroseconds: { title: "cpu µs/request", digits: 1, better: "less" },
  memoryMegabytes: { title: "PSS MB", digits: 1, better: "less" },
  capacityPerSecond: { title: "capacity/s", digits: 0, better: "more" },
  ratePerSecond: { title: "rate/s", digits: 0, better: "" },
  fastAloneP99Milliseconds: { title: "fast p99 ms, no slow ones", digits: 2, better: "less" },
  fastP99Milliseconds: { title: "fast p99 ms", digits: 2, better: "less" },
  slowP99Milliseconds: { title: "slow p99 ms", digits: 1, better: "less" },
  fastP99Growth: { title: "growth", digits: 2, better: "less" },
  sameRateFastP99Milliseconds: { title: "fast p99 ms at the same rate", digits: 2, better: "less" },
  lostRequests: { title: "lost", digits: 0, better: "less" },
  clientLatenessP99Milliseconds: { title: "client late p99 ms", digits: 2, better: "" },
  heldConnections: { title: "held", digits: 0, better: "more" },
  memoryBeforeMegabytes: { title: "PSS MB before", digits: 1, better: "less" },
  memoryAfterMegabytes: { title: "PSS MB after", digits: 1, better: "less" },
  memoryGrowthMegabytes: { title: "growth MB", digits: 1, better: "less" },
  startMilliseconds: { title: "start to first reply ms", digits: 0, better: "less" },
  memory1Megabytes: { title: "PSS MB, 1 worker", digits: 1, better: "less" },
  memory4Megabytes: { title: "PSS MB, 4 workers", digits: 1, better: "less" },
  memory8Megabytes: { title: "PSS MB, 8 workers", digits: 1, better: "less" },
  memoryPerWorkerMegabytes: { title: "each further worker MB", digits: 1, better: "less" },
} as const satisfies Record<string, Figure>;

export type FigureName = keyof typeof figures;
export type Measured = Readonly<Partial<Record<FigureName, number>>>;

/** One measurement of one server. Notes say what the figures do not. */
export interface Measurement {
  readonly figures: Measured;
  readonly notes: readonly string[];
}

/** The note of a server that looks fast because it serves some connections and lets the others wait. */
export const STARVES = "keeps new connections waiting: its workers stay with the connections they have";

export const MEGABYTE = 2 ** 20;

export function isFigureName(name: string): name is FigureName {
  return name in figures;
}

/** Each figure's median on its own, over the rounds; every note once. */
export function summarize(rounds: readonly Measurement[]): Measurement {
  const names = [...new Set(rounds.flatMap((round) => Object.keys(round.figures)))].filter(isFigureName);
  const pairs = names.map((name) => [name, median(rounds.flatMap((round) => round.figures[name] ?? []))]);
  return { figures: Object.fromEntries(pairs), notes: [...new Set(rounds.flatMap((round) => round.notes))] };
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? upper) + upper) / 2;
}
