/** Memory of the whole tree with few and with many workers, each having served something. */
import { type Bench, withServer } from "./bench.ts";
import type { MemoryCase } from "./cases.ts";
import { type FigureName, isFigureName, MEGABYTE, type Measurement } from "./figures.ts";
import type { Peer } from "./peers.ts";
import { proportionalMemory } from "./process-tree.ts";
import { request } from "./request.ts";

const AT_ONCE = 20;

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
  return withServer(bench, peer, which, { processes, connections: AT_ONCE }, async (server) => {
    for (let sent = 0; sent < which.requests; sent += AT_ONCE) {
      const batch = Array.from({ length: AT_ONCE }, () => request({ url: server.url() }));
      await Promise.all(batch);
    }
    return proportionalMemory(server.pid);
  });
}
