/** The shape of a row in the table of Gunicorn's settings. */

import type { JsonValue } from "../../base/json-value.ts";
import type { Risk } from "../option.ts";
import type { OptionName } from "../options.ts";
import { string, strings, truth, type ValueKind, wholeNumber } from "./value-kinds.ts";

export interface GunicornSetting extends Shape {
  /** What it is for: completes "is not in this version: …". */
  readonly purpose: string;
  readonly answer: Answer;
}

/** How it is written. */
export interface Shape {
  readonly type: ValueKind;
  /** Gunicorn's own, without what the environment changes. */
  readonly default: JsonValue;
  /** As on the command line; without any it stands only in files. */
  readonly flags: readonly string[];
}

export function setting(purpose: string, shape: Shape, answer: Answer): GunicornSetting {
  return { purpose, ...shape, answer };
}

/** A whole number from 0 up. */
export function whole(value: number, ...flags: readonly string[]): Shape {
  return { type: wholeNumber(), default: value, flags };
}

/** Off unless it is given. */
export function toggle(...flags: readonly string[]): Shape {
  return { type: truth(), default: false, flags };
}

export function text(value: string | null, ...flags: readonly string[]): Shape {
  return { type: string(), default: value, flags };
}

export function path(...flags: readonly string[]): Shape {
  return { type: string("FILE"), default: null, flags };
}

/** Empty, and one more with each flag. */
export function texts(...flags: readonly string[]): Shape {
  return { type: strings("STRING"), default: [], flags };
}

/** Any other kind. */
export function kind(type: ValueKind, value: JsonValue, ...flags: readonly string[]): Shape {
  return { type, default: value, flags };
}

/** An option of ours with the value that the setting means. */
export type OptionValue = readonly [name: OptionName, value: string];

/** The final values of all settings, for those that depend on one another. */
export interface FinalSettings {
  readonly values: ReadonlyMap<string, JsonValue>;
  /** Absolute: where Gunicorn would be when it opens files, by `chdir`. */
  readonly directory: string;
}

export type Answer =
  /** Means these options. `isImplied`: also where nobody has given it, since our own default differs. */
  | {
      readonly kind: "works";
      readonly isImplied: boolean;
      options(value: JsonValue, settings: FinalSettings): readonly OptionValue[];
    }
  /** Done in Python: a function that is called. */
  | { readonly kind: "hook" }
  | { readonly kind: "noEffect"; readonly because: string }
  /** `say`: the whole message, of the row's purpose. */
  | { readonly kind: "notYet"; readonly risk: Risk; say(purpose: string): string }
  | { readonly kind: "never"; readonly because: string; readonly risk: Risk }
  /** It depends on the value: what holds for most, and in words for which it is another ("0: no effect"). */
  | ({ readonly kind: "depends"; on(value: JsonValue, settings: FinalSettings): PlainAnswer } & Spread);

export type PlainAnswer = Exclude<Answer, { readonly kind: "depends" }>;

interface Spread {
  readonly mostly: Exclude<PlainAnswer["kind"], "hook">;
  readonly except: string;
}

type Mapping = (value: JsonValue, settings: FinalSettings) => readonly OptionValue[];

export function works(options: Mapping, { isImplied = false } = {}): PlainAnswer {
  return { kind: "works", isImplied, options };
}

/** The option takes the value as it is; None leaves it out. */
export function as(name: OptionName): PlainAnswer {
  return works((value) => (value === null ? [] : [[name, String(value)]]));
}

export function hook(): Answer {
  return { kind: "hook" };
}

export function noEffect(because: string): PlainAnswer {
  return { kind: "noEffect", because };
}

export function notYet(): PlainAnswer {
  return { kind: "notYet", risk: "warning", say: (purpose) => `is not in this version: ${purpose}` };
}

/** Not in this version, and the server would be another without it. `instead` is what to do. */
export function refused(instead: string): PlainAnswer {
  const say = (purpose: string) => `is not in this version: ${purpose}; the start is refused: ${instead}`;
  return { kind: "notYet", risk: "error", say };
}

export function never(because: string, risk: Risk = "warning"): PlainAnswer {
  return { kind: "never", because, risk };
}

export function depends(
  spread: Spread,
  on: (value: JsonValue, settings: FinalSettings) => PlainAnswer,
): Answer {
  return { kind: "depends", ...spread, on };
}

/** Where a process in `directory` finds `path`. */
export function absolutePath(path: string, directory: string): string {
  if (path.startsWith("/")) return path;
  const parts: string[] = [];
  for (const part of `${directory}/${path}`.split("/")) {
    if (part === "..") parts.pop();
    else if (part !== "" && part !== ".") parts.push(part);
  }
  return `/${parts.join("/")}`;
}
