/** A whole command line → what is to be done. Prints nothing. */

import { type OptionSyntax, readArgv, type Vocabulary } from "../config/argv.ts";
import { options } from "../settings/options.ts";
import { readSettings } from "../settings/read-settings.ts";
import type { Settings } from "../settings/settings.ts";
import { vocabularyOf } from "../settings/vocabulary.ts";
import { type CommandName, commandSyntax, commands, isCommandName } from "./commands.ts";

export type CommandLine =
  | { readonly kind: "command"; readonly command: CommandName }
  | { readonly kind: "serve"; readonly settings: Settings; readonly notices: readonly string[] }
  | { readonly kind: "problems"; readonly problems: readonly string[] };

/** `argv` without the interpreter and the script. */
export function readCommandLine(argv: readonly string[]): CommandLine {
  const { entries, positionals, problems } = readArgv(argv, vocabularyWithCommands());
  const command = entries.map(({ name }) => name).find(isCommandName);
  if (command !== undefined) return { kind: "command", command };
  const read = readSettings(entries, problems.length > 0 ? null : positionals);
  if (read.kind === "problems") return { kind: "problems", problems: [...problems, ...read.problems] };
  return { kind: "serve", settings: read.settings, notices: read.notices };
}

function vocabularyWithCommands(): Vocabulary {
  const { long, short } = vocabularyOf(options);
  const allLong = new Map<string, OptionSyntax>(long);
  const allShort = new Map<string, OptionSyntax>(short);
  for (const name of Object.keys(commands).filter(isCommandName)) {
    allLong.set(name, commandSyntax(name));
    const letter = commands[name].short;
    if (letter !== null) allShort.set(letter, commandSyntax(name));
  }
  return { long: allLong, short: allShort };
}
