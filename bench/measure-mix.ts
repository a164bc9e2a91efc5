/** Fast requests among slow ones, arriving at a constant rate: does a slow one hold up the fast? */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { type Bench, withServer } from "./bench.ts";
import type { MixCase } from "./cases.ts";
import type { Measurement } from "./figures.ts";
import { endWithBench } from "./leftovers.ts";
import type { Peer } from "./peers.ts";
import { ROOT } from "./workshop.ts";
import { runWrk } from "./wrk.ts";

/** Enough to keep every thread of every server busy. */
const CAPACITY_CONNECTIONS = 128;

/** Milliseconds, but for `lost` and `bad`: as bench/clients/constant_rate.py prints it. */
interface Arrivals {
  readonly fastP50: number;
  readonly fastP99: number;
  readonly slowP99: number;
  readonly latenessP99: number;
  readonly lost: number;
  readonly bad: number;
}

export function measureMix(bench: Bench, peer: Peer, which: MixCase): Promise<Measurement> {
  const { processes, slowEvery, sameRate } = which;
  return withServer(bench, peer, which, { processes, connections: 1000 }, async (server) => {
    const { seconds } = bench;
    const port = new URL(server.url()).port;
    const arrive = (rate: number, every: number): Promise<Arrivals> =>
      constantRate(bench, { port, rate, every });
    const load = { url: server.url(), connections: CAPACITY_CONNECTIONS, slowEvery };
    await runWrk({ ...load, seconds: 1 });
    const { requests, microseconds } = await runWrk({ ...load, seconds });
    const capacity = requests / (microseconds / 1e6);
    const alone = await arrive(capacity / 2, 0);
    const mixed = await arrive(capacity / 2, slowEvery);
    const same = await arrive(sameRate, slowEvery);
    return {
      figures: {
        capacityPerSecond: capacity,
        ratePerSecond: capacity / 2,
        fastAloneP99Milliseconds: alone.fastP99,
        fastP99Milliseconds: mixed.fastP99,
        slowP99Milliseconds: mixed.slowP99,
        fastP99Growth: mixed.fastP99 / alone.fastP99,
        sameRateFastP99Milliseconds: same.fastP99,
        lostRequests: alone.lost + mixed.lost + same.lost,
        clientLatenessP99Milliseconds: mixed.latenessP99,
      },
      notes: faults([alone, mixed, same]),
    };
  });
}

function faults(runs: readonly Arrivals[]): string[] {
  const bad = runs.some((run) => run.bad > 0);
  const late = runs.some((run) => run.latenessP99 > run.fastP99 / 2);
  return [
    ...(bad ? ["some replies were not 200"] : []),
    ...(late
      ? ["the client itself was late: its p99 says more about the machine than about the server"]
      : []),
  ];
}

async function constantRate(
  { workshop, seconds }: Bench,
  { port, rate, every }: { readonly port: string; readonly rate: number; readonly every: number },
): Promise<Arrivals> {
  const script = [`${ROOT}/bench/clients/constant_rate.py`, "--port", port, "--rate", `${rate}`];
  const parameters = [...script, "--seconds", `${seconds}`, "--slow-every", `${every}`];
  const client = promisify(execFile)(workshop.python, parameters);
  using _ = endWithBench(() => client.child.kill());
  const { stdout } = await client;
  return JSON.parse(stdout) as Arrivals;
}
