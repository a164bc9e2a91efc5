/** Conditions and loops: what becomes of a line between if-… or for… and its end. */

import { splitOnce } from "../../base/split-once.ts";
import type { Surroundings } from "../surroundings.ts";

/** An open block. */
export interface Block {
  /** The directive that opened it: "if-env". */
  readonly name: string;
  /** Where it was opened, and as written; begins messages. */
  readonly origin: string;
  /** What %(_) stands for in each line that results; none where the line is not taken. Null keeps %(_). */
  turns(): readonly (string | null)[];
  /** Whether the lines are those behind `else`. */
  otherwise: boolean;
}

export interface Scene {
  readonly surroundings: Surroundings;
  /** With what early-envdir has brought. */
  variable(name: string): string | null;
  /** The first value of an option as written; null where it was not given. */
  option(name: string): string | null;
}

type Turns = (argument: string, scene: Scene) => readonly (string | null)[];

/** By the name of the directive. uWSGI asks anew for every line, so that a line may end its own condition. */
const turnsOf: Readonly<Record<string, Turns>> = {
  for: (words) => words.split(" ").filter((word) => word !== ""),
  "for-glob": (pattern, { surroundings }) => {
    const paths = surroundings.glob(pattern);
    return paths.length === 0 ? [pattern] : paths;
  },
  "for-times": (times) => Array.from({ length: boundedCount(times) }, (_, index) => String(index + 1)),
  "for-readline": (path, { surroundings }) => {
    const read = surroundings.readText(path);
    if (read.kind === "refused") return [];
    const lines = read.text.split("\n");
    return lines.at(-1) === "" ? lines.slice(0, -1) : lines;
  },
  "if-opt": (argument, scene) => ifSet(argument, (name) => scene.option(name)),
  "if-not-opt": (argument, scene) => unlessSet(argument, (name) => scene.option(name)),
  "if-env": (argument, scene) => ifSet(argument, (name) => scene.variable(name)),
  "if-not-env": (argument, scene) => unlessSet(argument, (name) => scene.variable(name)),
  "if-reload": (_, { surroundings }) => when(surroundings.isReload, null),
  "if-not-reload": (_, { surroundings }) => when(!surroundings.isReload, null),
  "if-hostname": (name, { surroundings }) => when(surroundings.hostname === name, name),
  "if-not-hostname": (name, { surroundings }) => when(surroundings.hostname !== name, name),
  "if-hostname-match": (pattern, { surroundings }) => when(matches(pattern, surroundings.hostname), pattern),
  "if-not-hostname-match": (pattern, { surroundings }) =>
    when(!matches(pattern, surroundings.hostname), pattern),
  "if-exists": (path, { surroundings }) => when(surroundings.isReadable(path), path),
  "if-not-exists": (path, { surroundings }) => when(!surroundings.isReadable(path), path),
  "if-file": (path, { surroundings }) => when(surroundings.kindOf(path) === "file", path),
  "if-not-file": (path, { surroundings }) => when(surroundings.kindOf(path) !== "file", path),
  "if-dir": (path, { surroundings }) => when(surroundings.kindOf(path) === "directory", path),
  "if-not-dir": (path, { surroundings }) => when(surroundings.kindOf(path) !== "directory", path),
  "if-plugin": (name) => when(PLUGINS.includes(name), name),
  "if-not-plugin": (name) => when(!PLUGINS.includes(name), name),
};

/** What of uWSGI's plugins is always there. */
const PLUGINS = ["python", "http"];

/** More turns than a configuration can use: the bound on all lines is met soon after. */
const MOST_TURNS = 100_000;

export function isOpening(name: string): boolean {
  return Object.hasOwn(turnsOf, name);
}

export function isEnding(name: string): boolean {
  return ["end", "endif", "end-if", "endfor", "end-for"].includes(name);
}

export function openBlock(
  name: string,
  argument: string,
  { origin, scene }: { origin: string; scene: Scene },
) {
  const turns = turnsOf[name] ?? (() => []);
  const block: Block = {
    name,
    origin,
    otherwise: false,
    turns() {
      const now = turns(argument, scene);
      if (!block.otherwise) return now;
      return now.length === 0 ? [null] : [];
    },
  };
  return block;
}

function when(holds: boolean, matched: string | null): readonly (string | null)[] {
  return holds ? [matched] : [];
}

/** NAME, or NAME=value. */
function ifSet(argument: string, lookUp: (name: string) => string | null): readonly string[] {
  const [name, wanted] = splitOnce(argument);
  const value = lookUp(name);
  return value !== null && (wanted === null || wanted === value) ? [value] : [];
}

function unlessSet(argument: string, lookUp: (name: string) => string | null): readonly (string | null)[] {
  return ifSet(argument, lookUp).length === 0 ? [lookUp(splitOnce(argument)[0])] : [];
}

function boundedCount(text: string): number {
  return Math.max(0, Math.min(Number.parseInt(text, 10) || 0, MOST_TURNS));
}

/** A pattern that JavaScript cannot read matches nothing. */
function matches(pattern: string, text: string): boolean {
  try {
    return new RegExp(pattern).test(text);
  } catch {
    return false;
  }
}
