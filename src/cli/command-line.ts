/** The words of a command line → which command is meant. Reads no file and prints nothing. */

import { existsSync } from "node:fs";
import { readArgv } from "../config/argv.ts";
import { options } from "../settings/options.ts";
import { vocabularyOf } from "../settings/vocabulary.ts";
import { isShell, isSubcommand, type Shell, type SubcommandName, shells } from "./commands.ts";
import { type CtlOrder, readCtlWords } from "./ctl-words.ts";
import { mistakenCommand } from "./mistaken-command.ts";

export type Command =
  | { readonly kind: "help"; readonly of: SubcommandName | null }
  | { readonly kind: "version" }
  | { readonly kind: "serve" | "gunicorn"; readonly argv: readonly string[] }
  | { readonly kind: "check"; readonly argv: readonly string[]; readonly asJson: boolean }
  | { readonly kind: "options"; readonly words: readonly string[] }
  | { readonly kind: "ctl"; readonly order: CtlOrder }
  | { readonly kind: "schema" }
  | { readonly kind: "completion"; readonly shell: Shell }
  | { readonly kind: "mistake"; readonly problem: string };

/** `argv` without the interpreter and the script. */
export function readCommandLine(argv: readonly string[]): Command {
  const [first, ...rest] = argv;
  if (!isSubcommand(first)) return readServing(argv);
  // Gunicorn's language has a help of its own.
  if (first === "gunicorn") return { kind: "gunicorn", argv: rest };
  if (rest.some((word) => word === "--help" || word === "-h")) return { kind: "help", of: first };
  switch (first) {
    case "check":
      return {
        kind: "check",
        argv: rest.filter((word) => word !== "--json"),
        asJson: rest.includes("--json"),
      };
    case "options":
      return readOptions(rest);
    case "completion":
      return readCompletion(rest);
    case "ctl":
      return readCtl(rest);
  }
}

function readServing(argv: readonly string[]): Command {
  const problem = mistakenCommand(argv, existsSync);
  if (problem !== null) return { kind: "mistake", problem };
  const { entries } = readArgv(argv, vocabularyOf(options));
  const asked = entries.find(({ name }) => name === "help" || name === "version")?.name;
  if (asked === "help") return { kind: "help", of: null };
  return asked === "version" ? { kind: "version" } : { kind: "serve", argv };
}

function readOptions(words: readonly string[]): Command {
  if (words.length === 1 && words[0] === "--schema") return { kind: "schema" };
  // "tsgi options --harakiri" is how the option is written.
  return { kind: "options", words: words.map((word) => word.replace(/^--?(?=.)/, "")) };
}

function readCtl(words: readonly string[]): Command {
  const order = readCtlWords(words);
  return order.kind === "value"
    ? { kind: "ctl", order: order.value }
    : { kind: "mistake", problem: `ctl: ${order.wanted}` };
}

function readCompletion([shell, ...more]: readonly string[]): Command {
  if (shell !== undefined && isShell(shell) && more.length === 0) return { kind: "completion", shell };
  const seen = shell === undefined ? "nothing" : `"${[shell, ...more].join(" ")}"`;
  return { kind: "mistake", problem: `completion: one of ${shells.join(", ")} is wanted, not ${seen}` };
}
