/** What a case came to: bench/results/<case>.json, and the ratios in it. No host names, no paths. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import type { Case } from "./cases.ts";
import { type FigureName, isFigureName, type Measurement } from "./figures.ts";
import type { Peer } from "./peers.ts";
import { describeMachine, type Machine, ROOT } from "./workshop.ts";

const HEADLINES: Readonly<Record<Case["kind"], FigureName>> = {
  load: "requestsPerSecond",
  mix: "sameRateFastP99Milliseconds",
  idle: "memoryGrowthMegabytes",
  start: "startMilliseconds",
  memory: "memory8Megabytes",
};
const FOLDER = `${ROOT}/bench/results`;

export interface Row extends Measurement {
  readonly peer: string;
  readonly family: string;
}

export interface Result {
  readonly case: string;
  readonly about: string;
  readonly processes: number;
  readonly threads: number;
  readonly measured: string;
  readonly rounds: number;
  readonly seconds: number;
  readonly machine: Machine;
  readonly versions: Readonly<Record<string, string>>;
  readonly rows: readonly Row[];
  readonly leftOut: readonly LeftOut[];
  /** The figure that the case is about. */
  readonly headline: FigureName;
  /** tsgi's figure divided by the peer's. */
  readonly ratios: Readonly<Record<string, Readonly<Partial<Record<FigureName, number>>>>>;
}

/** A server that was not measured in a case, or failed in it, and why. */
export interface LeftOut {
  readonly peer: string;
  readonly why: string;
}

export interface Finished {
  readonly which: Case;
  readonly rows: readonly Row[];
  readonly leftOut: readonly LeftOut[];
  readonly rounds: number;
  readonly seconds: number;
  readonly versions: Readonly<Record<string, string>>;
}

export function toResult({ which, rows, ...rest }: Finished): Result {
  return {
    case: which.name,
    about: which.about,
    processes: which.processes,
    threads: which.threads,
    measured: new Date().toISOString().slice(0, 10),
    machine: describeMachine(),
    ...rest,
    headline: HEADLINES[which.kind],
    rows,
    ratios: ratios(rows),
  };
}

export function toRow({ name, family }: Peer, { figures, notes }: Measurement): Row {
  return { peer: name, family, figures: rounded(figures), notes };
}

export function writeResult(result: Result): void {
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(`${FOLDER}/${result.case}.json`, `${JSON.stringify(result, null, 2)}\n`);
}

/** Every result that there is, in the order of the cases. */
export function readResults(cases: readonly Case[]): Result[] {
  const there = new Set(readdirSync(FOLDER));
  const names = cases.map((each) => `${each.name}.json`).filter((name) => there.has(name));
  return names.map((name) => JSON.parse(readFileSync(`${FOLDER}/${name}`, "utf8")) as Result);
}

function ratios(rows: readonly Row[]): Result["ratios"] {
  const ours = rows.find((row) => row.family === "tsgi");
  if (ours === undefined) return {};
  const others = rows.filter((row) => row !== ours);
  return Object.fromEntries(others.map((row) => [row.peer, divided(ours.figures, row.figures)]));
}

function divided(ours: Row["figures"], theirs: Row["figures"]): Row["figures"] {
  const names = Object.keys(ours).filter(isFigureName);
  const pairs = names.map((name) => [name, (ours[name] ?? 0) / (theirs[name] ?? 0)] as const);
  return rounded(Object.fromEntries(pairs.filter(([, ratio]) => Number.isFinite(ratio))));
}

/** Five digits that mean something: the rest is noise in the diff. */
function rounded(figures: Row["figures"]): Row["figures"] {
  return Object.fromEntries(
    Object.entries(figures).map(([name, value]) => [name, Number(value.toPrecision(5))]),
  );
}
