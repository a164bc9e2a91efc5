import type { OptionSyntax } from "../config/argv.ts";

/** What tsgi does instead of serving. */
export const commands = {
  help: { short: "h", help: "Show this text" },
  version: { short: null, help: "Show the version of tsgi and of Node" },
  schema: { short: null, help: "Show a JSON schema of the options" },
} as const;

export type CommandName = keyof typeof commands;

export function isCommandName(name: string): name is CommandName {
  return Object.hasOwn(commands, name);
}

export function commandSyntax(name: CommandName): OptionSyntax {
  return { name, value: "none", accepts: () => false };
}
