/** wrk, as Debian has it: many connections, each asking again as soon as it was answered. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { endWithBench } from "./leftovers.ts";
import { ROOT } from "./workshop.ts";

export interface Load {
  readonly requests: number;
  readonly microseconds: number;
  /** Microseconds. */
  readonly p50: number;
  readonly p99: number;
  readonly socketErrors: number;
  readonly badStatus: number;
  readonly timeouts: number;
}

export interface LoadOptions {
  readonly url: string;
  readonly connections: number;
  readonly seconds: number;
  readonly postBytes?: number;
  readonly slowEvery?: number;
}

export async function runWrk({ url, connections, seconds, ...script }: LoadOptions): Promise<Load> {
  const parameters = [
    "-t1",
    `-c${connections}`,
    `-d${seconds}s`,
    "--timeout",
    "5s",
    "-s",
    `${ROOT}/bench/wrk.lua`,
    url,
  ];
  const env = {
    ...process.env,
    BENCH_POST_BYTES: `${script.postBytes ?? 0}`,
    BENCH_SLOW_EVERY: `${script.slowEvery ?? 0}`,
  };
  const child = spawn("wrk", parameters, { env, stdio: ["ignore", "pipe", "inherit"] });
  using _ = endWithBench(() => child.kill());
  const [printed] = await Promise.all([text(child.stdout), once(child, "close")]);
  const line = /^JSON (.*)$/m.exec(printed)?.[1];
  if (line === undefined) throw new Error(`wrk says:\n${printed}`);
  return JSON.parse(line) as Load;
}
