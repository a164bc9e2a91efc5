/** Memory of the whole tree with few and with many workers, each having served requests. */
import { type Bench, withServer } from "./bench.ts";
import type { MemoryCase } from "./cases.ts";
import { type FigureName, isFigureName, MEGABYTE, type Measurement } from "./figures.ts";
import type { Peer } from "./peers.ts";
import { proportionalMemory } from "./process-tree.ts";
import { runWrk } from "./wrk.ts";

export async function measureMemory(bench: Bench, peer: Peer, which: MemoryCase): Promise<Measurement> {
  const figures: Partial<Record<FigureName, number>> = {};
  const sizes: { workers: number; megabytes: number }[] = [];
  for (const workers of which.workers) {
    const megabytes = (await memoryWith(workers, bench, peer, which)) / MEGABYTE;
    sizes.push({ workers, megabytes });
    const name = `memory${workers}Megabytes`;
    if (isFigureName(name)) figures[name] = megabytes;
  }
  const [first, last] = [sizes[0], sizes.at(-1)];
  if (first !== undefined && last !== undefined && first !== last) {
    figures.memoryPerWorkerMegabytes = (last.megabytes - first.megabytes) / (last.workers - first.workers);
  }
  return { figures, notes: [] };
}

function memoryWith(processes: number, bench: Bench, peer: Peer, which: MemoryCase): Promise<number> {
  const { connections } = which;
  return withServer(bench, peer, which, { processes, connections }, async (server) => {
    // A worker that has served nothing still shares everything: a few requests would leave some so.
    await runWrk({ url: server.url(), connections, seconds: bench.seconds });
    return proportionalMemory(server.pid);
  });
}
