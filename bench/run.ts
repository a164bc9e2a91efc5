/**
 * npm run bench -- [case …] [--seconds N] [--rounds N] [--peers a,b] [--dry]
 *
 * Measures tsgi beside its peers: in each round every server in turn, each started for it and stopped
 * after it, so that a slow minute of the machine hits all of them. Figures are medians over the rounds.
 * Without --dry the results are kept in bench/results and docs/benchmarks.md.
 */
import { spawnSync } from "node:child_process";
import { parseArgs } from "node:util";
import type { Bench } from "./bench.ts";
import { type Case, cases } from "./cases.ts";
import { type Measurement, summarize } from "./figures.ts";
import { measureIdle } from "./measure-idle.ts";
import { measureLoad } from "./measure-load.ts";
import { measureMemory } from "./measure-memory.ts";
import { measureMix } from "./measure-mix.ts";
import { measureStart } from "./measure-start.ts";
import { choosePeers, type Peer } from "./peers.ts";
import { reachLines } from "./reach.ts";
import { type LeftOut, type Result, readResults, toResult, toRow, writeResult } from "./result.ts";
import { terminalTable, updatePage } from "./tables.ts";
import { openWorkshop, ROOT } from "./workshop.ts";

interface Plan extends Bench {
  readonly rounds: number;
  readonly peers: readonly Peer[];
}

try {
  await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      seconds: { type: "string", default: "4" },
      rounds: { type: "string", default: "3" },
      peers: { type: "string", default: "" },
      dry: { type: "boolean", default: false },
    },
  });
  const workshop = openWorkshop();
  const peers = choosePeers(values.peers.split(",").filter(Boolean), workshop);
  const plan = { workshop, peers, seconds: Number(values.seconds), rounds: Number(values.rounds) };
  console.log(
    Object.entries(workshop.versions)
      .map((pair) => pair.join(" "))
      .join(", "),
  );
  if (peers.some((peer) => peer.family === "tsgi")) build();
  const results: Result[] = [];
  for (const which of chooseCases(positionals)) {
    const result = await runCase(plan, which);
    results.push(result);
    console.log(`\n${terminalTable(result)}`);
    if (!values.dry) writeResult(result);
  }
  if (!values.dry) updatePage(readResults(cases));
  console.log(`\n${reachLines(results).join("\n")}`);
}

function chooseCases(names: readonly string[]): readonly Case[] {
  const unknown = names.filter((name) => !cases.some((each) => each.name === name));
  if (unknown.length > 0) {
    const known = cases.map((each) => each.name).join(", ");
    throw new Error(`There is no case named ${unknown.join(", ")}; the cases are ${known}.`);
  }
  return names.length === 0 ? cases : cases.filter((each) => names.includes(each.name));
}

/** What users get is measured: the built JavaScript. */
function build(): void {
  const { status } = spawnSync("npm", ["run", "--silent", "build"], { cwd: ROOT, stdio: "inherit" });
  if (status !== 0)
    console.error("npm run build failed: what is measured of tsgi may be older than its source.");
}

async function runCase({ peers, rounds, ...bench }: Plan, which: Case): Promise<Result> {
  const measured = new Map<Peer, Measurement[]>();
  const leftOut: LeftOut[] = [];
  for (const peer of peers) {
    const why = peer.notFor?.(which) ?? null;
    if (why === null) measured.set(peer, []);
    else leftOut.push({ peer: peer.name, why });
  }
  for (let round = 1; round <= roundsOf(which, rounds); round++) {
    for (const [peer, list] of measured) {
      try {
        list.push(await measure(bench, peer, which));
      } catch (error) {
        measured.delete(peer);
        const why = error instanceof Error ? error.message : String(error);
        console.error(`${which.name}: ${peer.name} ${why}`);
        leftOut.push({ peer: peer.name, why: why.split("\n")[0] ?? why });
      }
    }
  }
  const rows = [...measured].map(([peer, list]) => toRow(peer, summarize(list)));
  const { seconds, workshop } = bench;
  return toResult({
    which,
    rows,
    leftOut,
    rounds: roundsOf(which, rounds),
    seconds,
    versions: workshop.versions,
  });
}

/** Memory hardly varies, and a start is repeated within its case. */
function roundsOf(which: Case, rounds: number): number {
  return which.kind === "load" || which.kind === "mix" ? rounds : 1;
}

function measure(bench: Bench, peer: Peer, which: Case): Promise<Measurement> {
  switch (which.kind) {
    case "load":
      return measureLoad(bench, peer, which);
    case "mix":
      return measureMix(bench, peer, which);
    case "idle":
      return measureIdle(bench, peer, which);
    case "start":
      return measureStart(bench, peer, which);
    case "memory":
      return measureMemory(bench, peer, which);
  }
}
