/** What `tsgi check` tells: a configuration and what became of it → one report. */

import type { Entry } from "../config/entry.ts";
import { findingOf, type Judgement, type Severity } from "../settings/judgement.ts";
import type { Reading } from "../settings/read-settings.ts";

export interface Report {
  readonly files: readonly string[];
  readonly entries: readonly CheckedEntry[];
  readonly warnings: readonly string[];
  readonly problems: readonly string[];
  /** What is no entry's own: it would be told at level debug. */
  readonly notes: readonly string[];
  readonly exit: 0 | 1 | 2;
}

export interface CheckedEntry {
  /** Null for the command line and the environment, as `line` is for Gunicorn's file, which is Python. */
  readonly file: string | null;
  readonly line: number | null;
  /** As it was written: an alias, "--workers", "UWSGI_HTTP". */
  readonly key: string;
  readonly value: string | null;
  /** The option's own name. */
  readonly name: string;
  readonly answer: Judgement["answer"];
  readonly severity: Severity;
  readonly text: string;
}

export function reportOf(files: readonly string[], reading: Reading): Report {
  const { judgements, warnings, notes } = reading;
  const problems = reading.kind === "problems" ? reading.problems : [];
  const own = new Set(judgements.map((judgement) => findingOf(judgement).message));
  const ofReading = problems.filter((problem) => !own.has(problem)).slice(0, MOST_PLACED);
  const shown = {
    files: [...new Set(files)],
    entries: inOrder(judgements.map((judgement) => withProblem(judgement, ofReading))).map(checkedEntry),
    warnings: [...new Set(warnings)],
    problems: [...new Set(problems)],
    notes: [...new Set(notes)].filter((note) => !own.has(note)),
  };
  return { ...shown, exit: shown.problems.length > 0 ? 2 : shown.warnings.length > 0 ? 1 : 0 };
}

/** Each is looked for among all entries. */
const MOST_PLACED = 100;

/** A line that works by itself, but whose file is missing or whose placeholder has no end. */
function withProblem(judgement: Judgement, problems: readonly string[]): Judgement {
  const begin = `${judgement.entry.origin}: `;
  const problem = problems.find((message) => message.startsWith(begin));
  if (problem === undefined || judgement.severity === "error") return judgement;
  return { ...judgement, answer: "unusable", severity: "error", text: problem.slice(begin.length) };
}

/** Line by line: an included file's lines, and those of blocks that were not taken, stand where they are written. */
function inOrder(judgements: readonly Judgement[]): readonly Judgement[] {
  const places = [...new Set(judgements.map(({ entry }) => sourceOf(entry)))];
  return judgements.toSorted(({ entry: left }, { entry: right }) => {
    const order = places.indexOf(sourceOf(left)) - places.indexOf(sourceOf(right));
    return order === 0 ? positionOf(left) - positionOf(right) : order;
  });
}

function sourceOf({ place }: Entry): string {
  return "file" in place ? place.file : place.kind;
}

function positionOf({ place }: Entry): number {
  if ("line" in place) return place.line ?? 0;
  return place.kind === "argument" ? place.number : 0;
}

function checkedEntry({ entry, answer, severity, text }: Judgement): CheckedEntry {
  const { name, value, place } = entry;
  const file = "file" in place ? place.file : null;
  const line = "line" in place ? place.line : null;
  return { file, line, key: keyOf(entry), value, name, answer, severity, text };
}

/** The origin holds what was written: "uwsgi.ini:7: workers", "--workers (argument 3)". */
function keyOf({ origin, place, name }: Entry): string {
  switch (place.kind) {
    case "file":
      return origin.startsWith(`${place.file}:${place.line}: `)
        ? origin.slice(`${place.file}:${place.line}: `.length)
        : name;
    case "argument":
      return origin.replace(/(?:, --\S+)? \(argument \d+\)$/, "");
    case "variable":
    case "setting":
      return place.name;
  }
}
