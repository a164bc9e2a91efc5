/** `/run/site.reload /usr/local/bin/warm-up --all`: a file, and what the shell runs when it is touched. */

import { invalid, type Parsed, parsed } from "../base/parsed.ts";
import { lastOf, type ValueType } from "./option.ts";

export interface TouchCommand {
  readonly path: string;
  readonly command: string;
}

export function touchCommand(): ValueType<TouchCommand> {
  return {
    value: "required",
    metavar: "FILE COMMAND",
    description: "a file and a command",
    schema: { type: "string", pattern: "^\\S+\\s+\\S" },
    leniency: "line",
    parse: parseTouchCommand,
    show: ({ path, command }) => `${path} ${command}`,
    combine: lastOf,
  };
}

function parseTouchCommand(text: string): Parsed<TouchCommand> {
  const [, path, command] = /^(\S+)\s+(\S.*)$/s.exec(text.trim()) ?? [];
  if (path === undefined || command === undefined || text.includes("\0"))
    return invalid("a file and, behind a blank, a command");
  return parsed({ path, command });
}
