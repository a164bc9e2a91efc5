/** What can stand on the command line: the words that shells complete. */

import { gunicornSettings } from "../settings/gunicorn/gunicorn-settings.ts";
import type { Row } from "../settings/option.ts";
import { options } from "../settings/options.ts";
import { type AnswerWord, answerOf, gunicornAnswer, sentenceOf } from "./option-text.ts";

/** A flag as it may be completed. */
export interface Flag {
  /** With its dashes. */
  readonly written: string;
  readonly value: "required" | "optional" | "none";
  readonly completes: Completes;
  readonly help: string;
  /** Not in this version: offered where nothing else is. */
  readonly isLater: boolean;
}

/** What its value may be. */
export type Completes =
  | { readonly kind: "files" | "directories" | "users" | "groups" | "nothing" }
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
  return [...gunicornSettings.values()].flatMap((setting) => {
    const { flags, type, answer } = setting;
    if (answer.kind === "never") return [];
    return flags.map((written) => ({
      written,
      value: type.value,
      completes:
        written === "-k" || written === "--worker-class" ? WORKER_CLASSES : completesAs(type.metavar),
      ...described(gunicornAnswer(setting), setting.purpose),
    }));
  });
}

const WORKER_CLASSES: Completes = { kind: "words", words: ["sync", "gthread", "gevent", "eventlet"] };

/** What `tsgi check` reads, by its ending. */
export const configurationEndings = ["ini", "yaml", "yml", "xml", "json", "py"] as const;

function flagOf(written: string, name: string, row: Row): Flag {
  const completes = completesOf(name, row);
  return { written, value: row.type.value, completes, ...described(answerOf(row), sentenceOf(row)) };
}

function described(answer: AnswerWord, sentence: string): Pick<Flag, "help" | "isLater"> {
  const help = answer === "works" ? sentence : `${answer}: ${sentence}`;
  return { help, isLater: answer === "not yet" };
}

const FILE_NAMES = /^(ini|yaml|xml|json|config|include|inherit|import|shared-import)$/;

function completesOf(name: string, { row, type }: Row): Completes {
  const words = type.schema["enum"];
  if (Array.isArray(words)) return { kind: "words", words: words.map(String) };
  // Of an option that has no setting here it is not known what its value is: it may be a file.
  const isUnknown = row === "notYet" || row === "noEffect";
  return isUnknown || FILE_NAMES.test(name) ? { kind: "files" } : completesAs(type.metavar);
}

function completesAs(metavar: string): Completes {
  switch (metavar) {
    case "DIRECTORY":
      return { kind: "directories" };
    case "USER":
      return { kind: "users" };
    case "GROUP":
      return { kind: "groups" };
    case "FILE":
    case "INTERPRETER":
    case "ADDRESS":
    case "LOGGER":
      return { kind: "files" };
    default:
      return { kind: "nothing" };
  }
}
