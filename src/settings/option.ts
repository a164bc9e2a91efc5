/**
 * The shape of a row in the option table. A row is the whole truth about an option:
 * flags, help, documentation, schema, checks and the type of Settings are derived from it.
 */

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
  parse(text: string): Parsed<T>;
  show(value: T): string;
  /** An option that is given again: the last one wins, lists grow. */
  combine(earlier: T, later: T): T;
}

export type JsonSchema = { readonly [key: string]: JsonValue };
export type JsonValue = string | number | boolean | null | readonly JsonValue[] | JsonSchema;

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

/** Accepted and without effect, because tsgi always does so or needs no such thing. */
export interface NoEffect extends Naming {
  readonly row: "noEffect";
  readonly type: ValueType<unknown>;
  /** Completes "has no effect: …". */
  readonly because: string;
  /** tsgi always does what the flag asks for: switching it off is worth a notice. */
  readonly always: boolean;
}

/** Known from uWSGI or Gunicorn, and refused with a reason instead of "no such option". */
export interface Refused extends Naming {
  readonly row: "refused";
  readonly type: ValueType<unknown>;
  readonly because: string;
}

export type Row = Option<unknown> | NoEffect | Refused;

export function option<T>(row: Omit<Option<T, null>, "row">): Option<T, T | null>;
export function option<T>(row: Omit<Option<T, NoInfer<T>>, "row">): Option<T, T>;
export function option<T>(row: Omit<Option<T>, "row">): Option<T> {
  return { row: "option", ...row };
}

export function noEffect(row: Omit<NoEffect, "row">): NoEffect {
  return { row: "noEffect", ...row };
}

export function refused(row: Omit<Refused, "row">): Refused {
  return { row: "refused", ...row };
}
