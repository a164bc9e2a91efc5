/** One entry → what becomes of it here. What several entries say together is not judged here. */

import { quoted } from "../base/quoted.ts";
import type { Entry } from "../config/entry.ts";
import { judgeUnknown, type NameContext } from "./judge-unknown.ts";
import type { Judged, Judgement } from "./judgement.ts";
import { isOff, type Remark, readLeniently, type Understood, withoutRemark } from "./lenient-value.ts";
import type { NoEffect, NotYet, Option, Row } from "./option.ts";
import { options } from "./options.ts";

export interface JudgeContext extends NameContext {
  /** Without one, a listener that tsgi does not have yet must not be replaced by the default in silence. */
  readonly hasListener: boolean;
}

type Verdict = Omit<Judgement, "entry">;

export function judgeEntry(entry: Entry, context: JudgeContext): Judged {
  const row = options.get(entry.name);
  if (row?.row === "option") return judgeOption(entry, row);
  return { judgement: { entry, ...judgeWithoutSetting(entry, row, context) }, value: undefined };
}

/** What is typed is read strictly, and so is what a program has evaluated: uWSGI's ways are those of its files. */
export function isLenient({ place }: Entry): boolean {
  return place.kind === "file" || place.kind === "variable";
}

/** Whether a flag's entry asks for what the flag is for. */
export function isSwitchedOn({ value }: Entry): boolean {
  return value === null || !isOff(value);
}

function judgeWithoutSetting(
  entry: Entry,
  row: Exclude<Row, Option<unknown>> | undefined,
  context: JudgeContext,
): Verdict {
  switch (row?.row) {
    case undefined:
      return judgeUnknown(entry, context);
    case "directive":
      return { answer: "works", severity: "fine", text: sentence(row.help) };
    case "noEffect":
      return judgeNoEffect(entry, row);
    case "notYet":
      return judgeNotYet(entry, row, context);
    case "never":
      return {
        answer: "never",
        severity: asksForNothing(entry, row) ? "note" : row.risk,
        text: `is not honoured: ${row.because}`,
      };
  }
}

function judgeOption(entry: Entry, row: Option<unknown>): Judged {
  const read = readValue(entry, row);
  switch (read.kind) {
    case "value": {
      const leftOut = row.type.warn?.(read.value) ?? null;
      const verdict = leftOut === null ? judgeRead(row, read.remark) : judgeLeftOut(leftOut);
      return { judgement: { entry, ...verdict }, value: read.value };
    }
    case "absent":
      return { judgement: { entry, answer: "unusable", ...read.remark }, value: undefined };
    case "invalid":
      return {
        judgement: { entry, answer: "unusable", severity: "error", text: read.wanted },
        value: undefined,
      };
  }
}

function judgeRead(row: Option<unknown>, remark: Remark | null): Verdict {
  return { answer: "works", severity: "fine", text: sentence(row.help), ...remark };
}

function judgeLeftOut(because: string): Verdict {
  return { answer: "never", severity: "warning", text: `is left out: ${because}` };
}

/** Where it is invalid, `wanted` is the whole text. */
function readValue(entry: Entry, row: Row): Understood<unknown> {
  const read = readText(entry, row);
  const hint = leftPlaceholder(entry.value ?? "");
  if (hint === null) return read;
  if (read.kind === "invalid") return { ...read, wanted: `${read.wanted}; ${hint}` };
  if (read.remark !== null)
    return { ...read, remark: { ...read.remark, text: `${read.remark.text}; ${hint}` } };
  return read;
}

/** For a variable of the environment that was not replaced. */
function leftPlaceholder(text: string): string | null {
  const ofShell = /\$\{(\w+)\}/.exec(text)?.[1];
  if (ofShell !== undefined) return `a variable of the environment is written $(${ofShell})`;
  const unset = /\$\(([^()]+)\)/.exec(text)?.[1];
  return unset === undefined ? null : `$(${unset}) is not in the environment`;
}

function readText(entry: Entry, { type }: Row): Understood<unknown> {
  const isBare = entry.value === null || (entry.value === "" && type.value === "optional");
  const text = isBare ? type.bare : entry.value;
  if (text === undefined || text === null) return { kind: "invalid", wanted: "a value is missing" };
  if (isLenient(entry)) {
    const read = readLeniently(text, type);
    return read.kind === "invalid" ? cannotUse(text, read.wanted) : read;
  }
  const read = type.parse(text);
  return read.kind === "invalid" ? cannotUse(text, read.wanted) : { ...read, remark: null };
}

function cannotUse(text: string, wanted: string): Understood<never> {
  return { kind: "invalid", wanted: `cannot use ${quoted(text)}: ${wanted} is wanted` };
}

function judgeNoEffect(entry: Entry, { because, always }: NoEffect): Verdict {
  const plain: Verdict = { answer: "no effect", severity: "note", text: `has no effect here: ${because}` };
  if (!always || entry.value === null) return plain;
  if (isOff(entry.value))
    return { ...plain, severity: "warning", text: `switching it off has no effect: ${because}` };
  if (!isOff(withoutRemark(entry.value))) return plain;
  return {
    ...plain,
    severity: "warning",
    text: `${quoted(entry.value)} does not switch it off, neither in uWSGI nor here: ${because}`,
  };
}

const OPEN_WITHOUT = "left out, it could lay something open, so there is no start";
const HTTP_INSTEAD = "to serve HTTP there, write http-socket";

function judgeNotYet(entry: Entry, row: NotYet, { hasListener }: JudgeContext): Verdict {
  const text = `is not in this version: ${sentence(row.help)}`;
  const risk = typeof row.risk === "function" ? row.risk(entry.value ?? "") : row.risk;
  if (row.listens)
    return { answer: "not yet", severity: hasListener ? risk : "error", text: `${text}; ${HTTP_INSTEAD}` };
  if (asksForNothing(entry, row)) return { answer: "not yet", severity: "note", text };
  const isOpenWithout = typeof row.risk === "function" && risk === "error";
  return { answer: "not yet", severity: risk, text: isOpenWithout ? `${text}; ${OPEN_WITHOUT}` : text };
}

/** `log-zero = false`, `reload-on-rss = 0` */
function asksForNothing(entry: Entry, { type, row }: Row): boolean {
  if (entry.value === null) return false;
  return type.value === "none" ? isOff(entry.value) : row === "notYet" && entry.value === "0";
}

/** Without a capital, but for names: "Python threads …" stays. */
function sentence(help: string): string {
  if (/^(?:Python|Unix|Linux|Gunicorn|Debian)\b/.test(help)) return help;
  return /^(?:[A-Z][a-z]|A )/.test(help) ? help.charAt(0).toLowerCase() + help.slice(1) : help;
}
