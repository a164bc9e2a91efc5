/** What a connection costs that was answered once and then only stays. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { type Bench, withServer } from "./bench.ts";
import type { IdleCase } from "./cases.ts";
import { MEGABYTE, type Measurement } from "./figures.ts";
import { endWithBench } from "./leftovers.ts";
import type { Peer } from "./peers.ts";
import { proportionalMemory } from "./process-tree.ts";
import type { Server } from "./server.ts";
import { ROOT } from "./workshop.ts";
import { runWrk } from "./wrk.ts";

const SETTLE = 2000;

export function measureIdle(bench: Bench, peer: Peer, which: IdleCase): Promise<Measurement> {
  const { processes, connections } = which;
  return withServer(bench, peer, which, { processes, connections }, async (server) => {
    await runWrk({ url: server.url(), connections: 64, seconds: 1 });
    const before = proportionalMemory(server.pid);
    const { held, after } = await hold(bench, server, connections);
    return {
      figures: {
        heldConnections: held,
        memoryBeforeMegabytes: before / MEGABYTE,
        memoryAfterMegabytes: after / MEGABYTE,
        memoryGrowthMegabytes: (after - before) / MEGABYTE,
      },
      notes: held < connections ? [`held ${held} of ${connections} connections`] : [],
    };
  });
}

async function hold(
  { workshop }: Bench,
  server: Server,
  connections: number,
): Promise<{ readonly held: number; readonly after: number }> {
  const { port } = new URL(server.url());
  const parameters = [`${ROOT}/bench/clients/idle.py`, port, `${connections}`];
  const client = spawn(workshop.python, parameters, { stdio: ["pipe", "pipe", "inherit"] });
  using _ = endWithBench(() => client.kill());
  const lines = createInterface(client.stdout)[Symbol.asyncIterator]();
  try {
    await lines.next();
    await sleep(SETTLE);
    const after = proportionalMemory(server.pid);
    client.stdin.write("\n");
    const { value } = await lines.next();
    return { held: Number(value ?? 0), after };
  } finally {
    client.stdin.end();
    if (client.exitCode === null) await once(client, "exit");
  }
}
