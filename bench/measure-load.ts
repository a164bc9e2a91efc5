/** A closed loop with wrk: requests a second, latency, processor time a request. */
import { setTimeout as sleep } from "node:timers/promises";
import { type Bench, withServer } from "./bench.ts";
import type { LoadCase } from "./cases.ts";
import { MEGABYTE, type Measurement, STARVES } from "./figures.ts";
import type { Peer } from "./peers.ts";
import { processorTime, proportionalMemory } from "./process-tree.ts";
import { request } from "./request.ts";
import type { Server } from "./server.ts";
import { type Load, runWrk } from "./wrk.ts";

const WARM_UP_SECONDS = 1;

export function measureLoad(bench: Bench, peer: Peer, which: LoadCase): Promise<Measurement> {
  const { processes, connections, post } = which;
  return withServer(bench, peer, which, { processes, connections }, async (server) => {
    const options = { url: server.url(), connections, postBytes: post?.length ?? 0 };
    await checkReply(server, which);
    await runWrk({ ...options, seconds: WARM_UP_SECONDS });
    const before = processorTime(server.pid);
    const [load, welcome] = await Promise.all([
      runWrk({ ...options, seconds: bench.seconds }),
      newcomer(server, bench.seconds),
    ]);
    const processor = processorTime(server.pid) - before;
    const memory = proportionalMemory(server.pid);
    await checkReply(server, which);
    return {
      figures: {
        requestsPerSecond: load.requests / (load.microseconds / 1e6),
        p50Milliseconds: load.p50 / 1000,
        p99Milliseconds: load.p99 / 1000,
        processorMicroseconds: processor / load.requests,
        memoryMegabytes: memory / MEGABYTE,
      },
      notes: [...faults(load), ...welcome],
    };
  });
}

async function checkReply(server: Server, { expect, post }: LoadCase): Promise<void> {
  const reply = await request({ url: server.url(), ...(post === undefined ? {} : { post }) });
  if (reply.status === 200 && reply.body.equals(expect)) return;
  throw new Error(`answers ${reply.status} with ${reply.body.length} bytes, not 200 with ${expect.length}`);
}

function faults({ socketErrors, badStatus, timeouts }: Load): string[] {
  if (badStatus > 0) throw new Error(`${badStatus} replies were not 2xx`);
  const faulty = socketErrors + timeouts > 0;
  return faulty ? ["some connections were cut or had no reply within 5 s"] : [];
}

/**
 * A server that serves few connections and lets the others wait looks fast to wrk, which counts only
 * replies. So somebody new knocks early in the load, and waits for most of what is left of it.
 */
async function newcomer(server: Server, seconds: number): Promise<string[]> {
  await sleep(seconds * 200);
  try {
    await request({ url: server.url(), patience: seconds * 700 });
    return [];
  } catch {
    return [STARVES];
  }
}
