/** One measurement: a fresh server for a case, checked, measured, stopped. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import type { Case } from "./cases.ts";
import { endWithBench } from "./leftovers.ts";
import type { Peer } from "./peers.ts";
import { freePort, Server } from "./server.ts";
import type { Workshop } from "./workshop.ts";

export interface Bench {
  readonly workshop: Workshop;
  /** Of each measured stretch. */
  readonly seconds: number;
}

export interface Sizes {
  readonly processes: number;
  readonly connections: number;
}

/** Starts `peer`, hands it to `measure` once it has answered, and leaves nothing behind. */
export async function withServer<T>(
  bench: Bench,
  peer: Peer,
  which: Case,
  sizes: Sizes,
  measure: (server: Server, milliseconds: number) => Promise<T>,
): Promise<T> {
  const scratch = mkdtempSync(`${tmpdir()}/tsgi-bench-`);
  const remove = (): void => rmSync(scratch, { recursive: true, force: true });
  using _ = endWithBench(remove);
  try {
    const port = await freePort();
    const { python, environment } = bench.workshop;
    const { app, threads } = which;
    const command = peer.command({ port, app, threads, scratch, python, ...sizes });
    await using server = new Server({ command, environment, port, log: `${scratch}/log` });
    const milliseconds = await server.ready();
    return await measure(server, milliseconds);
  } finally {
    remove();
  }
}
