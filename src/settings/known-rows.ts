/**
 * Rows of options that have no setting here, in a form short enough for a thousand of them:
 *
 *     notYet({ "static-map": required("serve files below a prefix from a directory") })
 *
 * One sentence a row, without a capital and a final stop: what it is for (notYet), why it does nothing
 * (noEffect), why it never will (never), what the reader does (directive).
 */

import type { Directive, Never, NoEffect, NotYet, Risk, ValueType } from "./option.ts";
import { anything } from "./value-types.ts";

export interface Names {
  readonly aliases?: readonly string[];
  readonly short?: string;
}

interface Known extends Names {
  readonly type: ValueType<unknown>;
  readonly sentence: string;
}

type KnownRows = { readonly [name: string]: Known };

/** An option that stands alone: --master. */
export function bare(sentence: string, names: Names = {}): Known {
  return { type: anything("none"), sentence, ...names };
}

/** An option with a value: --chdir DIRECTORY. */
export function required(sentence: string, names: Names = {}): Known {
  return { type: anything("required"), sentence, ...names };
}

/** An option whose value may be left out: --chmod-socket[=MODE]. */
export function optional(sentence: string, names: Names = {}): Known {
  return { type: anything("optional"), sentence, ...names };
}

export function directive(rows: KnownRows): Record<string, Directive> {
  return mapRows(rows, ({ sentence, ...row }) => ({
    row: "directive",
    dialect: "uwsgi",
    help: capitalized(sentence),
    ...row,
  }));
}

/** `always`: tsgi does at all times what the flags ask for, so that switching one off is worth a warning. */
export function noEffect(rows: KnownRows, { always = false } = {}): Record<string, NoEffect> {
  return mapRows(rows, ({ sentence, ...row }) => {
    return {
      row: "noEffect",
      dialect: "uwsgi",
      help: `Accepted: ${sentence}`,
      because: sentence,
      always,
      ...row,
    };
  });
}

export function notYet(
  rows: KnownRows,
  { risk = "warning", listens = false }: Partial<Pick<NotYet, "risk" | "listens">> = {},
): Record<string, NotYet> {
  return mapRows(rows, ({ sentence, ...row }) => {
    return { row: "notYet", dialect: "uwsgi", help: capitalized(sentence), risk, listens, ...row };
  });
}

export function never(rows: KnownRows, risk: Risk = "warning"): Record<string, Never> {
  return mapRows(rows, ({ sentence, ...row }) => {
    return {
      row: "never",
      dialect: "uwsgi",
      help: `Not honoured: ${sentence}`,
      because: sentence,
      risk,
      ...row,
    };
  });
}

/** Many options with one reason, as of a plug-in for another language. Names are separated by blanks. */
export function alike(
  sentence: string,
  names: { readonly bare?: string; readonly required?: string; readonly optional?: string },
): KnownRows {
  const rows: Record<string, Known> = {};
  for (const name of split(names.bare)) rows[name] = bare(sentence);
  for (const name of split(names.required)) rows[name] = required(sentence);
  for (const name of split(names.optional)) rows[name] = optional(sentence);
  return rows;
}

function split(names: string | undefined): readonly string[] {
  return names?.trim().split(/\s+/) ?? [];
}

function mapRows<R>(rows: KnownRows, toRow: (row: Known) => R): Record<string, R> {
  return Object.fromEntries(Object.entries(rows).map(([name, row]) => [name, toRow(row)]));
}

function capitalized(sentence: string): string {
  return sentence.charAt(0).toUpperCase() + sentence.slice(1);
}
