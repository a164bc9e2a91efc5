/**
 * The shape of a row in the option table. A row is the whole truth about an option:
 * flags, help, documentation, schema, checks and the type of Settings are derived from it.
 */

import type { JsonValue } from "../base/json-value.ts";
import type { Parsed } from "../base/parsed.ts";

/** How values of one kind are read, shown and described. */
export interface ValueType<T> {
  /** Whether a value follows the name. A flag's may only be given as `--name=false`. */
  readonly value: "required" | "optional" | "none";
  /** Stands for the value in the help: N, SECONDS, PATH. */
  readonly metavar: string;
  /** For the documentation: "whole number from 1 to 1024", "duration". */
  readonly description: string;
  /** What is meant where a value is optional and absent. */
  readonly bare?: string;
  readonly schema: JsonSchema;
  /** How a value in a file or in the environment is understood that `parse` does not accept; "word" where not said. */
  readonly leniency?: Leniency;
  parse(text: string): Parsed<T>;
  /** What of a value that can be read is left out, and why; null where all of it works. */
  warn?(value: T): string | null;
  show(value: T): string;
  /** An option that is given several times: the last one wins, lists grow. All at once, so that long lists are not copied again and again. */
  combine(first: T, more: readonly T[]): T;
}

export type Leniency =
  /** Every word but those for off is on. */
  | "flag"
  /** The digits at the beginning count; no digits are 0. */
  | "number"
  /** A remark behind it is cut off, and quotes round it are taken off. */
  | "word"
  /** As a word, and an empty one counts as not given. */
  | "text"
  /** All of it is content. An empty one counts as not given. */
  | "line"
  /** All of it is content, and what cannot be read must not be left out. */
  | "exact";

export type JsonSchema = { readonly [key: string]: JsonValue };

/** Of a value that cannot be joined with another. */
export function lastOf<T>(first: T, more: readonly T[]): T {
  return more.at(-1) ?? first;
}

/** What every row says, whether the option does something or not. */
export interface Naming {
  readonly aliases?: readonly string[];
  /** One letter for `-p 4`. */
  readonly short?: string;
  /** Whose vocabulary the name comes from. */
  readonly dialect: "uwsgi" | "gunicorn" | "tsgi";
  /** The setting of gunicorn.conf.py that means the same. */
  readonly gunicorn?: string;
  /** One or two sentences, no final stop needed for one. */
  readonly help: string;
}

/** `D` is the type of the setting: `T`, or `T | null` where nothing is the default. */
export interface Option<T, D = T | null> extends Naming {
  readonly row: "option";
  readonly type: ValueType<T>;
  readonly default: D;
  /** Whether a reload applies a new value, or only a start. */
  readonly reload: "applies" | "restart";
}

/** The reader of the configuration acts on it: `ini`, `set`, `if-env`. It leaves nothing in the settings. */
export interface Directive extends Naming {
  readonly row: "directive";
  readonly type: ValueType<unknown>;
}

/** Accepted and without effect, because tsgi always does so or needs no such thing. */
export interface NoEffect extends Naming {
  readonly row: "noEffect";
  readonly type: ValueType<unknown>;
  /** Completes "has no effect here: …". */
  readonly because: string;
  /** tsgi always does what the flag asks for: switching it off is worth a warning. */
  readonly always: boolean;
}

/** What leaving an option out can do: spoil something that is noticed soon, or lay something open. */
export type Risk = "warning" | "error";

/** uWSGI has it, and tsgi will. `help` is what it is for: "serve files below a prefix from a directory". */
export interface NotYet extends Naming {
  readonly row: "notYet";
  readonly type: ValueType<unknown>;
  /** Of this value: a route that asks for a password must not be left out, one that only logs may. */
  readonly risk: Risk | ((value: string) => Risk);
  /** Clients would connect there. */
  readonly listens: boolean;
}

/** uWSGI or Gunicorn has it, and tsgi will not. */
export interface Never extends Naming {
  readonly row: "never";
  readonly type: ValueType<unknown>;
  /** Completes "is not honoured: …", with what to do instead. */
  readonly because: string;
  readonly risk: Risk;
}

export type Row = Option<unknown> | Directive | NoEffect | NotYet | Never;

export function option<T>(row: Omit<Option<T, null>, "row">): Option<T, T | null>;
export function option<T>(row: Omit<Option<T, NoInfer<T>>, "row">): Option<T, T>;
export function option<T>(row: Omit<Option<T>, "row">): Option<T> {
  return { row: "option", ...row };
}
