/** `/run/site.reload /usr/local/bin/warm-up --all`: a file, and what the shell runs when it is touched. */

import type { Hook } from "../base/hook.ts";
import { invalid, type Parsed, parsed } from "../base/parsed.ts";
import { splitOnce } from "../base/split-once.ts";
import { parseHook } from "./hook-language.ts";
import { lastOf, type ValueType } from "./option.ts";

export interface TouchCommand {
  readonly path: string;
  readonly command: string;
}

/** `/run/site.state write:/run/site.seen yes`: a file, and an action of hooks. */
export interface TouchHook {
  readonly path: string;
  readonly hook: Hook;
}

export function touchHook(): ValueType<TouchHook> {
  return {
    value: "required",
    metavar: "FILE ACTION:ARGUMENT",
    description: "a file, and an action with its argument",
    schema: { type: "string", pattern: "^\\S+\\s+!?[a-z_0-9]+:" },
    leniency: "exact",
    parse: parseTouchHook,
    show: ({ path, hook }) => `${path} ${hook.shown}`,
    warn: ({ hook: { deed } }) => (deed.do === "nothing" ? deed.because : null),
    combine: lastOf,
  };
}

function parseTouchHook(text: string): Parsed<TouchHook> {
  const [path, action] = splitOnce(text.trim(), " ");
  if (path === "" || action === null) return invalid("a file and, behind a blank, an action");
  const read = parseHook(action.trim());
  return read.kind === "invalid" ? read : parsed({ path, hook: read.value });
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
