/** The kinds of values that hooks have. */

import type { Hook } from "../base/hook.ts";
import { invalid, parsed } from "../base/parsed.ts";
import { parseHook } from "./hook-language.ts";
import { lastOf, type ValueType } from "./option.ts";

export function hook(): ValueType<Hook> {
  return {
    value: "required",
    metavar: "ACTION:ARGUMENT",
    description: "action and argument",
    schema: { type: "string", pattern: "^!?[a-z_0-9]+:" },
    leniency: "exact",
    parse: parseHook,
    show: ({ shown }) => shown,
    warn: ({ deed }) => (deed.do === "nothing" ? deed.because : null),
    combine: lastOf,
  };
}

/** For the shell, as it is. */
export function shellCommand(): ValueType<string> {
  return {
    value: "required",
    metavar: "COMMAND",
    description: "command for the shell",
    schema: { type: "string", minLength: 1 },
    leniency: "exact",
    parse: (text) => (text.includes("\0") ? invalid("a command") : parsed(text)),
    show: (text) => text,
    combine: lastOf,
  };
}
