/** `tsgi options [WORD…]` */

import { wrapText } from "../base/wrap-text.ts";
import { shownDefault } from "../settings/json-schema.ts";
import type { Row } from "../settings/option.ts";
import { options } from "../settings/options.ts";
import { type Found, type FoundGroup, findOptions, nearestNames, optionNamed } from "./find-options.ts";
import { answerOf, sentenceOf, spelling } from "./option-text.ts";
import { outputWidth, print } from "./print.ts";
import { tell } from "./remarks.ts";

const NOTHING_FOUND = 1;

/** Answers the exit code. */
export async function searchOptions(words: readonly string[]): Promise<number> {
  const [word] = words;
  const exact = words.length === 1 && word !== undefined ? optionNamed(word) : null;
  // A letter occurs nearly everywhere.
  const groups = exact !== null && word?.length === 1 ? [] : findOptions(words);
  if (groups.length === 0 && exact === null) {
    tell("error", [nothingFound(words)]);
    return NOTHING_FOUND;
  }
  const width = outputWidth();
  const facts = exact === null ? [] : [factsText(exact, width)];
  await print(`${[...facts, ...groupTexts(groups, { without: exact, width })].join("\n\n")}\n`);
  return 0;
}

function nothingFound(words: readonly string[]): string {
  const near = words.flatMap(nearestNames);
  const meant = near.length === 0 ? "" : ` (did you mean ${near.join(", ")}?)`;
  return `no option says "${words.join(" ")}"${meant}`;
}

const RELOADS = { applies: "applies a change", restart: "cannot change it: restart or upgrade" };
const ORIGINS = { uwsgi: "uWSGI", gunicorn: "Gunicorn", tsgi: "tsgi itself" };
const LABEL = 13;

/** All that the table says of an option. */
function factsText(name: string, width: number): string {
  const row = options.get(name);
  if (row === undefined) throw new Error(`No row for ${name}`);
  const lines = factsOf(name, row).flatMap(([label, text]) => {
    const [first = "", ...rest] = wrapText(text, width - LABEL - 2);
    return [`  ${label.padEnd(LABEL)}${first}`, ...rest.map((line) => " ".repeat(LABEL + 2) + line)];
  });
  return [name, ...lines].join("\n");
}

function factsOf(name: string, row: Row): readonly (readonly [string, string])[] {
  const isOption = row.row === "option";
  const because = row.row === "noEffect" || row.row === "never" ? `, because ${row.because}` : "";
  return [
    ...(because === "" ? ([["Meaning", sentenceOf(row)]] as const) : []),
    ["Written", spelling(name, row)],
    ["Answer", answerOf(row) + because],
    ...(isOption ? ([["Value", row.type.description]] as const) : []),
    ...(isOption ? ([["Default", shownDefault(row) ?? "none"]] as const) : []),
    ...(row.gunicorn === undefined ? [] : ([["In Gunicorn", row.gunicorn]] as const)),
    ...(row.row === "option" ? ([["Reload", RELOADS[row.reload]]] as const) : []),
    ["From", ORIGINS[row.dialect]],
  ];
}

interface Layout {
  /** It is shown in full already. */
  readonly without: string | null;
  readonly width: number;
}

const ANSWER = 11;
const WIDEST_NAME = 40;

function groupTexts(groups: readonly FoundGroup[], { without, width }: Layout): readonly string[] {
  const shown = groups
    .map(({ title, found }) => ({ title, found: found.filter(({ name }) => name !== without) }))
    .filter(({ found }) => found.length > 0);
  const names = shown.flatMap(({ found }) => found.map(({ name }) => name.length));
  const column = Math.min(Math.max(...names, 0), WIDEST_NAME) + 2;
  return shown.map(({ title, found }) => {
    return [title, ...found.map((one) => lineOf(one, { column, width }))].join("\n");
  });
}

/** One line, or two. */
function lineOf({ name, answer, text }: Found, { column, width }: { column: number; width: number }): string {
  const indent = 2 + column + ANSWER;
  const [first = "", second, ...rest] = wrapText(text, width - indent - 1);
  const head = `  ${name.length < column ? name.padEnd(column) : `${name} `}${answer.padEnd(ANSWER)}${first}`;
  if (second === undefined) return head;
  return `${head}\n${" ".repeat(indent)}${second}${rest.length > 0 ? "…" : ""}`;
}
