/** What can stand on the command line: the words that shells complete. */

import { gunicornSettings } from "../settings/gunicorn/gunicorn-settings.ts";
import type { Row } from "../settings/option.ts";
import { options } from "../settings/options.ts";
import { answerOf, sentenceOf } from "./option-text.ts";

/** A flag as it may be completed. */
export interface Flag {
  /** With its dashes. */
  readonly written: string;
  readonly value: "required" | "optional" | "none";
  readonly completes: Completes;
  readonly help: string;
}

/** What its value may be. */
export type Completes =
  | { readonly kind: "files" | "directories" | "nothing" }
  | { readonly kind: "words"; readonly words: readonly string[] };

/** Of options that will never be: nobody is led to them. */
export function optionFlags(): readonly Flag[] {
  return [...options].flatMap(([name, row]) => {
    if (row.row === "never") return [];
    const names = [name, ...(row.aliases ?? [])].map((long) => `--${long}`);
    const written = row.short === undefined ? names : [...names, `-${row.short}`];
    return written.map((flag) => flagOf(flag, name, row));
  });
}

/** What `tsgi options` is asked for. */
export function searchWords(): readonly string[] {
  return [...options.keys()];
}

const LONGEST_HELP = 60;

/** As much of a sentence as stands beside a flag in a list. */
export function shortHelp(help: string): string {
  const clause = /^(?:no effect: |not yet: )?.*?(?=[:;.(](?:\s|$)|$)/.exec(help)?.[0].trimEnd() ?? help;
  return clause.length <= LONGEST_HELP ? clause : `${clause.slice(0, LONGEST_HELP - 1)}…`;
}

/** For `tsgi gunicorn`. */
export function gunicornFlagList(): readonly Flag[] {
  return [...gunicornSettings.values()].flatMap(({ flags, type, purpose, answer }) => {
    if (answer.kind === "never") return [];
    const completes: Completes = { kind: type.metavar === "FILE" ? "files" : "nothing" };
    return flags.map((written) => ({ written, value: type.value, completes, help: purpose }));
  });
}

function flagOf(written: string, name: string, row: Row): Flag {
  const answer = answerOf(row);
  const help = answer === "works" ? row.help : `${answer}: ${sentenceOf(row)}`;
  return { written, value: row.type.value, completes: completesOf(name, row), help };
}

const FILE_NAMES = /^(ini|yaml|xml|json|config|include|inherit|import|shared-import)$/;

function completesOf(name: string, { row, type }: Row): Completes {
  const words = type.schema["enum"];
  if (Array.isArray(words)) return { kind: "words", words: words.map(String) };
  if (type.metavar === "DIRECTORY") return { kind: "directories" };
  // Of an option that has no setting here it is not known what its value is: it may be a file.
  const isUnknown = row === "notYet" || row === "noEffect";
  const isFile = /^(FILE|INTERPRETER|ADDRESS|LOGGER)$/.test(type.metavar) || FILE_NAMES.test(name);
  return { kind: isFile || isUnknown ? "files" : "nothing" };
}
