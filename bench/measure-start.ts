/** From the start of the command to the end of its first reply: the median of several starts. */
import { type Bench, withServer } from "./bench.ts";
import type { StartCase } from "./cases.ts";
import { type Measurement, median } from "./figures.ts";
import type { Peer } from "./peers.ts";

export async function measureStart(bench: Bench, peer: Peer, which: StartCase): Promise<Measurement> {
  const { processes, repetitions } = which;
  const times: number[] = [];
  while (times.length < repetitions) {
    times.push(await withServer(bench, peer, which, { processes, connections: 64 }, async (_, time) => time));
  }
  return { figures: { startMilliseconds: median(times) }, notes: [] };
}
