/** The passes over all that was collected: first $(NAME), then @(file), then %(name). */

import { nearestName } from "../../base/nearest-name.ts";
import type { Surroundings } from "../surroundings.ts";
import { evaluate, LONGEST_VALUE, namesIn, replacePlaceholders } from "./placeholders.ts";
import { readSource, remoteRefusal, schemeOf } from "./sources.ts";

/** In characters: a line that is inserted everywhere must not fill the memory. */
const MOST_EXPANDED = 16 * LONGEST_VALUE;

const FROM_ENVIRONMENT = "a command from the environment is not run; write it into a file";

/** One option as uWSGI collects it. */
export interface Collected {
  /** As written. */
  readonly key: string;
  value: string | null;
  readonly origin: string;
  /** Directives are carried out before the passes, and what set-placeholder makes is final. */
  readonly isFinal: boolean;
  /** Whether @(exec://…) in it may run: not where it came through a variable of the environment. */
  isTrusted: boolean;
  /** Something in it was refused: there is no value to speak of. */
  isRefused: boolean;
}

export interface Expansion {
  readonly surroundings: Surroundings;
  readonly collected: readonly Collected[];
  /** The first of a name counts. */
  first(key: string): Collected | undefined;
  /** Whether the option, if it is one, can use this value. */
  accepts(key: string, value: string): boolean;
  variable(name: string): string | null;
  /** Whether a line `env` sets this variable. */
  assigns(name: string): boolean;
  readonly referred: Set<string>;
  warn(message: string): void;
  refuse(message: string): void;
}

export function expandAll(items: readonly Collected[], expansion: Expansion): void {
  const open = items.filter(({ value, isFinal }) => value !== null && !isFinal);
  let total = 0;
  for (const symbol of ["$", "@", "%"] as const) {
    for (const item of open) {
      total += expandOne(item, symbol, expansion);
      if (total <= MOST_EXPANDED) continue;
      return expansion.refuse(
        `${item.origin}: with this the values of the configuration have grown past 16 MiB`,
      );
    }
  }
}

/** All three at once, for a directive that needs its value now. */
export function expandNow(item: Collected, expansion: Expansion): string {
  for (const symbol of ["$", "@", "%"] as const) expandOne(item, symbol, expansion);
  return item.value ?? "";
}

/** How many characters had to be handled. */
function expandOne(item: Collected, symbol: "$" | "@" | "%", expansion: Expansion): number {
  if (!item.value?.includes(`${symbol}(`)) return 0;
  const replaced = replacePlaceholders(item.value, symbol, lookUpOf(item, symbol, expansion));
  if (replaced.kind === "endless") {
    const why = symbol === "@" ? "is longer than 1 MiB" : "refers to itself, so its value has no end";
    expansion.refuse(`${item.origin}: ${symbol}(${replaced.name}) ${why}`);
    return LONGEST_VALUE;
  }
  item.value = replaced.value;
  for (const name of replaced.undefined) warnOfUndefined(name, item, { symbol, expansion });
  if (symbol === "%") warnOfLeft(item, replaced.undefined, expansion);
  return replaced.value.length;
}

function lookUpOf(item: Collected, symbol: "$" | "@" | "%", expansion: Expansion) {
  switch (symbol) {
    case "$":
      return (name: string) => {
        const value = expansion.variable(name);
        if (value?.includes("@(")) item.isTrusted = false;
        return value;
      };
    case "@":
      return (reference: string) => included(reference, item, expansion);
    case "%":
      return (expression: string) => {
        for (const name of namesIn(expression)) expansion.referred.add(name);
        const value = evaluate(expression, (name) => firstValue(name, item, expansion));
        if (expression.includes(" ")) warnOfCalculation(expression, { item, value, expansion });
        return value;
      };
  }
}

/** A value that came from the environment stays distrusted wherever it is inserted. */
function firstValue(name: string, item: Collected, expansion: Expansion): string | null {
  const found = expansion.first(name);
  if (found === undefined) return null;
  if (!found.isTrusted) item.isTrusted = false;
  return found.value ?? "";
}

/** What @(…) stands for, without one newline at its end. */
function included(reference: string, item: Collected, expansion: Expansion): string {
  const inserted = `${item.origin}: @(${reference})`;
  const isCommand = schemeOf(reference) === "exec";
  const refusal = remoteRefusal(reference) ?? (isCommand && !item.isTrusted ? FROM_ENVIRONMENT : null);
  if (refusal !== null) return refuseIncluded(item, `${inserted}: ${refusal}`, expansion);
  if (isCommand) {
    const { output, problem } = expansion.surroundings.run(reference.slice("exec://".length));
    if (problem !== null)
      expansion.warn(`${inserted}: the command ${problem}; what it printed is taken all the same`);
    return withoutNewline(output);
  }
  const read = readSource(reference, expansion.surroundings);
  if (read.kind === "text") return withoutNewline(read.text);
  return refuseIncluded(item, `${inserted}: the file ${read.reason}`, expansion);
}

function refuseIncluded(item: Collected, message: string, expansion: Expansion): string {
  item.isRefused = true;
  expansion.refuse(message);
  return "";
}

function withoutNewline(text: string): string {
  return text.endsWith("\n") ? text.slice(0, -1) : text;
}

function warnOfUndefined(
  name: string,
  { key, value, origin }: Collected,
  { symbol, expansion }: { symbol: string; expansion: Expansion },
): void {
  if (symbol === "$") {
    const isAssigned = expansion.assigns(name);
    // The option itself says so, where it says that it cannot use the value.
    if (!isAssigned && !expansion.accepts(key, value ?? "")) return;
    const why = isAssigned ? `; "env = ${name}=…" sets it for the application only` : "";
    expansion.warn(`${origin}: $(${name}) is not in the environment and stays as it is written${why}`);
  } else if (symbol === "%" && !hasVariablesOfItsOwn(key)) {
    expansion.warn(
      `${origin}: %(${name}) stays as it is written: nothing sets "${name}"${hint(name, expansion)}`,
    );
  }
}

const MOST_COMPARED = 300;

function hint(name: string, { collected }: Expansion): string {
  if (/^\w+[+*/]\w+$/.test(name)) return `; a calculation needs blanks: %(${name.replace(/[+*/]/, " $& ")})`;
  // To compare all with all is for configurations of a usual size.
  if (collected.length > MOST_COMPARED) return "";
  const meant = nearestName(
    name,
    collected.filter(({ isFinal }) => !isFinal).map(({ key }) => key),
  );
  return meant === null ? "" : ` (did you mean ${meant}?)`;
}

/** Names without a value count as nothing, and parentheses belong to the names. */
function warnOfCalculation(
  expression: string,
  { item, value, expansion }: { item: Collected; value: string | null; expansion: Expansion },
): void {
  const calculation = `${item.origin}: %(${expression}) comes to ${value ?? "nothing"}, as in uWSGI`;
  if (/[()]/.test(expression))
    return expansion.warn(`${calculation}: it calculates from left to right and knows no parentheses`);
  const missing = namesIn(expression).find((name) => expansion.first(name) === undefined);
  if (missing !== undefined) expansion.warn(`${calculation}: nothing sets "${missing}"`);
}

/** What a replacement brings along as its first character is not replaced in turn: see replacePlaceholders. */
function warnOfLeft({ value, origin }: Collected, unknown: readonly string[], expansion: Expansion): void {
  const name = /^%\(([^()]+)\)/.exec(value ?? "")?.[1];
  if (name === undefined || unknown.includes(name)) return;
  expansion.warn(
    `${origin}: %(${name}) stays as it is written: it was inserted before "${name}" was replaced`,
  );
}

/** Formats of log lines and routes have %(…) of their own, of each request: %(uri). */
function hasVariablesOfItsOwn(key: string): boolean {
  return /log|route|format|header|alarm|metric|stats/.test(key);
}
