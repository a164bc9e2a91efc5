/**
 * Values as files and the environment hold them. uWSGI accepts nearly everything there: it reads numbers as far
 * as there are digits and takes any word for "on". What it starts with, tsgi starts with, and says how it read it;
 * what it fails on is read as it was evidently meant.
 *
 * Command lines are read strictly: whoever types one sees the complaint.
 */

import type { Parsed } from "../base/parsed.ts";
import { quoted } from "../base/quoted.ts";
import type { ValueType } from "./option.ts";

export type Understood<T> =
  /** `remark` says how the value was read where that is not plain. */
  | { readonly kind: "value"; readonly value: T; readonly remark: Remark | null }
  /** As if it had not been given. */
  | { readonly kind: "absent"; readonly remark: Remark }
  /** `wanted` completes "… is wanted". */
  | { readonly kind: "invalid"; readonly wanted: string };

export interface Remark {
  readonly severity: "note" | "warning";
  readonly text: string;
}

/** Blanks round `text` are gone: no format keeps them. */
export function readLeniently<T>(text: string, type: ValueType<T>): Understood<T> {
  switch (type.leniency ?? "word") {
    case "flag":
      return readFlag(text, type);
    case "number":
      return readNumber(text, type);
    case "word":
      return readWord(text, type);
    case "text":
      return text === "" ? LEFT_EMPTY : readWord(text, type);
    case "line":
      return text === "" ? LEFT_EMPTY : readLine(text, type);
    case "exact":
      return text === "" ? LEFT_EMPTY : understood(type.parse(text), null);
  }
}

/** Only these four words switch a flag off. */
export function isOff(text: string): boolean {
  return /^(false|off|no|0)$/i.test(text);
}

/** The text before a "#" or ";" that has a blank in front and stands outside quotes. */
export function withoutRemark(text: string): string {
  let quote = "";
  for (let at = 0; at < text.length; at++) {
    const character = text.charAt(at);
    if (quote === "" && (character === '"' || character === "'") && text.includes(character, at + 1))
      quote = character;
    else if (character === quote) quote = "";
    else if (quote === "" && (character === "#" || character === ";") && /\s/.test(text.charAt(at - 1)))
      return text.slice(0, at).trimEnd();
  }
  return text;
}

const LEFT_EMPTY: Understood<never> = {
  kind: "absent",
  remark: { severity: "warning", text: "left empty: counts as not given" },
};
const ON = /^(|true|on|yes|y|t|enabled?|\d+)$/i;

function readFlag<T>(text: string, type: ValueType<T>): Understood<T> {
  if (isOff(text)) return understood(type.parse("false"), null);
  const on = type.parse("true");
  if (ON.test(text)) return understood(on, null);
  const bare = withoutRemark(text);
  if (isOff(bare))
    return understood(
      on,
      warning(`${quoted(text)} means on, as in uWSGI: the remark is part of the value; write ${bare} alone`),
    );
  if (ON.test(bare)) return understood(on, note("means on: what follows is a remark"));
  return understood(on, warning(`${quoted(text)} means on, as in uWSGI: only false, off, no and 0 mean off`));
}

function readNumber<T>(text: string, type: ValueType<T>): Understood<T> {
  const strict = type.parse(text);
  if (strict.kind === "value") return understood(strict, null);
  const bare = withoutRemark(text);
  const plain = unquoted(bare);
  const meant = type.parse(plain);
  if (meant.kind === "value")
    return understood(meant, plain === bare ? remarkNoted(bare) : quotesLeftOut(plain));
  const digits = /^[+-]?\d+/.exec(plain)?.[0] ?? "";
  const read = type.parse(digits === "" ? "0" : digits.replace("+", ""));
  if (read.kind === "invalid")
    return plain === "" || /^0+$/.test(digits) ? notGiven(text, meant.wanted) : meant;
  const seen = digits === "" ? "is no number: read as 0, as in uWSGI" : `is read as ${digits}, as in uWSGI`;
  return understood(read, warning(`${quoted(text)} ${seen}; ${meant.wanted} is wanted`));
}

function readWord<T>(text: string, type: ValueType<T>): Understood<T> {
  const bare = withoutRemark(text);
  const plain = unquoted(bare);
  if (plain !== bare) return understood(type.parse(plain), quotesLeftOut(plain));
  if (bare === text) return understood(type.parse(text), null);
  return understood(
    type.parse(bare),
    warning(`read as ${quoted(bare)}: what follows was taken for a remark`),
  );
}

function readLine<T>(text: string, type: ValueType<T>): Understood<T> {
  const read = type.parse(text);
  if (read.kind === "invalid") return notGiven(text, read.wanted);
  const rest = text.slice(withoutRemark(text).length).trim();
  if (!/^[#;]\s/.test(rest)) return understood(read, null);
  const remedy = "a remark takes a line of its own";
  return understood(read, warning(`${quoted(rest)} is part of the value, as in uWSGI: ${remedy}`));
}

function unquoted(text: string): string {
  return /^(?:"[^"]*"|'[^']*')$/.test(text) ? text.slice(1, -1) : text;
}

function remarkNoted(bare: string): Remark {
  return note(`read as ${bare}: what follows is a remark`);
}

function quotesLeftOut(plain: string): Remark {
  return warning(
    `read as ${plain}: no quotes are needed round it, and uWSGI takes them for a part of the value`,
  );
}

function understood<T>(read: Parsed<T>, remark: Remark | null): Understood<T> {
  return read.kind === "invalid" ? read : { kind: "value", value: read.value, remark };
}

function notGiven(text: string, wanted: string): Understood<never> {
  return { kind: "absent", remark: warning(`${quoted(text)} counts as not given: ${wanted} is wanted`) };
}

function note(text: string): Remark {
  return { severity: "note", text };
}

function warning(text: string): Remark {
  return { severity: "warning", text };
}
