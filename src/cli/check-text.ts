/** A report of `tsgi check` for a terminal: aligned columns, wrapped to its width. */

import { wrapText } from "../base/wrap-text.ts";
import type { CheckedEntry, Report } from "./check-report.ts";

interface Look {
  readonly width: number;
  readonly inColours: boolean;
}

const GAP = "  ";
const ANSWER = 11;
/** A text in less is hard to read: it stands below then. */
const NARROWEST_TEXT = 30;

export function checkText(report: Report, look: Look): string {
  const paint = look.inColours ? painted : plain;
  const lines = tableOf(report.entries, look);
  const remarks = [
    ...report.problems.map((problem) => wrapped(paint("error", "error: "), problem, look.width)),
    ...report.warnings.map((warning) => wrapped(paint("warning", "warning: "), warning, look.width)),
    ...report.notes.map((note) => wrapped("note: ", note, look.width)),
  ];
  const parts = [lines, [summaryOf(report.entries)], remarks].filter((part) => part.length > 0);
  return `${parts.map((part) => part.join("\n")).join("\n\n")}\n`;
}

interface Row {
  readonly entry: CheckedEntry;
  readonly where: string;
  readonly setting: string;
}

interface Columns {
  readonly where: number;
  readonly setting: number;
}

function tableOf(entries: readonly CheckedEntry[], look: Look): readonly string[] {
  const rows = entries.map((entry) => ({ entry, where: whereOf(entry), setting: settingOf(entry) }));
  const columns = {
    where: Math.min(longest(rows.map(({ where }) => where)), Math.floor(look.width / 4)),
    setting: Math.min(longest(rows.map(({ setting }) => setting)), Math.floor(look.width / 3)),
  };
  return rows.map((row) => linesOf(row, columns, look));
}

function longest(texts: readonly string[]): number {
  return texts.reduce((most, { length }) => Math.max(most, length), 0);
}

function linesOf({ entry, where, setting }: Row, columns: Columns, { width, inColours }: Look): string {
  const answer = entry.answer.padEnd(ANSWER);
  const head = [
    shortenedStart(where, columns.where),
    shortened(setting, columns.setting),
    inColours ? painted(colourOf(entry), answer) : answer,
  ].join(GAP);
  const indent = columns.where + columns.setting + ANSWER + 3 * GAP.length;
  const hasRoom = width - indent >= NARROWEST_TEXT;
  const margin = " ".repeat(hasRoom ? indent : columns.where + GAP.length);
  // What to do about an error stands below the table.
  const [sentence = ""] = entry.text.split("\n", 1);
  const lines = wrapText(printable(sentence), width - margin.length);
  if (!hasRoom) return [head.trimEnd(), ...lines.map((line) => margin + line)].join("\n");
  const [first = "", ...rest] = lines;
  return [`${head}${GAP}${first}`, ...rest.map((line) => margin + line)].join("\n");
}

function colourOf({ answer, severity }: CheckedEntry): Colour {
  return answer === "works" && severity === "fine" ? "works" : severity;
}

function whereOf({ file, line, key }: CheckedEntry): string {
  if (file !== null) return line === null ? file : `${file}:${line}`;
  return key.startsWith("-") ? "command line" : "environment";
}

function settingOf({ file, key, value }: CheckedEntry): string {
  if (value === null) return printable(key);
  const isArgument = file === null && key.startsWith("-");
  return printable(isArgument ? `${key} ${value}` : `${key} = ${value}`);
}

/** What would move the cursor or change colours is not let through. */
function printable(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
  return text.replace(/[\0-\x1f\x7f-\x9f]/g, "·");
}

function shortened(text: string, length: number): string {
  return text.length <= length ? text.padEnd(length) : `${text.slice(0, length - 1)}…`;
}

/** Of a path the end says more, and the line number is there. */
function shortenedStart(text: string, length: number): string {
  return text.length <= length ? text.padEnd(length) : `…${text.slice(text.length - length + 1)}`;
}

/** A remark, its further lines indented. */
function wrapped(label: string, text: string, width: number): string {
  const [first = "", ...rest] = wrapLines(text, width - GAP.length - "warning: ".length);
  return [`${label}${first}`, ...rest.map((line) => GAP + line)].join("\n");
}

/** Its own lines stay lines, a traceback's with their indent. */
function wrapLines(text: string, width: number): readonly string[] {
  return text.split("\n").flatMap((line) => wrapText(printable(line), width));
}

/** What is said of one and of several options with each answer. */
const COUNTED: readonly (readonly [CheckedEntry["answer"], one: string, several: string])[] = [
  ["works", "works", "work"],
  ["no effect", "has no effect here", "have no effect here"],
  ["not yet", "is not in this version", "are not in this version"],
  ["never", "is not honoured", "are not honoured"],
  ["placeholder", "is a placeholder", "are placeholders"],
  ["unknown", "is unknown", "are unknown"],
  ["unusable", "cannot be used", "cannot be used"],
  ["skipped", "is skipped", "are skipped"],
];

/** "31 options: 20 work, 6 have no effect here, 1 is unknown" */
export function summaryOf(entries: readonly CheckedEntry[]): string {
  const counts = COUNTED.flatMap(([answer, one, several]) => {
    const count = entries.filter((entry) => entry.answer === answer).length;
    return count === 0 ? [] : [`${count} ${count === 1 ? one : several}`];
  });
  if (counts.length === 0) return "No option is given.";
  return `${entries.length} ${entries.length === 1 ? "option" : "options"}: ${counts.join(", ")}`;
}

type Colour = "works" | CheckedEntry["severity"];

const CODES: Readonly<Record<Colour, number>> = { works: 32, fine: 0, note: 2, warning: 33, error: 31 };

function painted(colour: Colour, text: string): string {
  return `\u001b[${CODES[colour]}m${text}\u001b[0m`;
}

function plain(_colour: Colour, text: string): string {
  return text;
}
