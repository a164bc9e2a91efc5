/** The kinds of values that options have. Every `parse` is pure: whether a path or a user exists is asked later. */

import { type Address, parseAddress, showAddress } from "../base/address.ts";
import { parseDuration, showDuration } from "../base/duration.ts";
import { invalid, type Parsed, parsed } from "../base/parsed.ts";
import { parseSize, showSize } from "../base/size.ts";
import { lastOf, type ValueType } from "./option.ts";

/** A user or group: names are looked up when the master starts. */
export type Account =
  | { readonly kind: "id"; readonly id: number }
  | { readonly kind: "name"; readonly name: string };

export interface Owner {
  readonly user: Account;
  readonly group: Account | null;
}

export interface Assignment {
  readonly name: string;
  readonly value: string;
}

interface Range {
  readonly from: number;
  readonly to: number;
}

export function flag(): ValueType<boolean> {
  return {
    ...scalar("", "flag", { type: "boolean" }),
    value: "none",
    bare: "true",
    leniency: "flag",
    parse: (text) => {
      if (/^(true|yes|on|1)$/i.test(text)) return parsed(true);
      if (/^(false|no|off|0)$/i.test(text)) return parsed(false);
      return invalid('"true" or "false"');
    },
    show: String,
  };
}

export function count({ from, to }: Range): ValueType<number> {
  const description = `whole number from ${from} to ${to}`;
  return {
    ...scalar("N", description, { type: "integer", minimum: from, maximum: to }),
    leniency: "number",
    parse: (text) => {
      const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
      return value >= from && value <= to ? parsed(value) : invalid(`a ${description}`);
    },
    show: String,
  };
}

/** As count(), also below zero. */
export function wholeNumber({ from, to }: Range): ValueType<number> {
  const description = `whole number from ${from} to ${to}`;
  return {
    ...scalar("N", description, { type: "integer", minimum: from, maximum: to }),
    leniency: "number",
    parse: (text) => {
      const value = /^[+-]?\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
      return value >= from && value <= to ? parsed(value) : invalid(`a ${description}`);
    },
    show: String,
  };
}

export function text(metavar = "TEXT"): ValueType<string> {
  return {
    ...scalar(metavar, "text", { type: "string" }),
    leniency: "text",
    parse: (value) => (hasControl(value) ? invalid("text without control characters") : parsed(value)),
    show: (value) => value,
  };
}

export function path(metavar = "PATH"): ValueType<string> {
  return {
    ...scalar(metavar, "path", { type: "string", minLength: 1 }),
    leniency: "text",
    parse: (value) => (value === "" || value.includes("\0") ? invalid("a path") : parsed(value)),
    show: (value) => value,
  };
}

/** Milliseconds. With `bare`, the value may be left out, and "true" or "1" means the same. */
export function duration(bare?: string): ValueType<number> {
  const base: ValueType<number> = {
    ...scalar("SECONDS", "duration", { type: ["string", "number"], pattern: "^[0-9.]+(ms|s|m|h|d)?$" }),
    leniency: "number",
    parse: parseDuration,
    show: showDuration,
  };
  if (bare === undefined) return base;
  const switches = new Map([
    ["true", bare],
    ["1", bare],
    ["false", "0"],
  ]);
  return {
    ...base,
    value: "optional",
    bare,
    schema: { type: ["string", "number", "boolean"] },
    parse: (value) => parseDuration(switches.get(value) ?? value),
  };
}

/** Bytes. A value below `floor` counts as `floor`. */
export function size({ floor = 0, most = Number.MAX_SAFE_INTEGER } = {}): ValueType<number> {
  return {
    ...scalar("BYTES", floor > 0 ? `size, at least ${showSize(floor)}` : "size", {
      type: ["string", "integer"],
      pattern: "^[0-9]+[kKmMgG]?([iI]?[bB])?$",
    }),
    leniency: "number",
    parse: (value) => {
      const bytes = parseSize(value);
      if (bytes.kind === "invalid") return bytes;
      if (bytes.value > most) return invalid(`a size of at most ${showSize(most)}`);
      return parsed(Math.max(bytes.value, floor));
    },
    show: showSize,
  };
}

/** Of an option that has no setting here: only whether a value follows has to be known. */
export function anything(value: ValueType<string>["value"]): ValueType<string> {
  return {
    ...scalar("VALUE", "anything", {}),
    value,
    leniency: value === "none" ? "flag" : "line",
    ...(value === "required" ? {} : { bare: "true" }),
    // On a command line, what looks like an option is none's value.
    parse: (text) => (value === "optional" && text.startsWith("-") ? invalid("a value") : parsed(text)),
    show: (text) => text,
  };
}

export function address(): ValueType<Address> {
  return {
    ...scalar("ADDRESS", "address", { type: "string" }),
    parse: (value) => {
      if (/^=\d+$/.test(value)) return invalid("the address itself (shared-socket is not in this version)");
      return parseAddress(value);
    },
    show: showAddress,
  };
}

export function account(metavar: "USER" | "GROUP"): ValueType<Account> {
  const kind = metavar.toLowerCase();
  return {
    ...scalar(metavar, `name or number of a ${kind}`, { type: ["string", "integer"] }),
    parse: (value) => parseAccount(value, kind),
    show: showAccount,
  };
}

export function owner(): ValueType<Owner> {
  return {
    ...scalar("USER[:GROUP]", "user, or user:group", { type: ["string", "integer"] }),
    parse: parseOwner,
    show: ({ user, group }) =>
      group === null ? showAccount(user) : `${showAccount(user)}:${showAccount(group)}`,
  };
}

/** Permission bits in octal; `bare` is what the name alone means. */
export function fileMode(bare: string): ValueType<number> {
  return {
    ...scalar("MODE", "octal mode", { type: ["string", "integer", "boolean"] }),
    value: "optional",
    bare,
    parse: (value) => {
      const digits = /^(?:0o?)?([0-7]{3})$/.exec(value === "true" ? bare : value)?.[1];
      return digits === undefined
        ? invalid('an octal mode such as "660"')
        : parsed(Number.parseInt(digits, 8));
    },
    show: (mode) => mode.toString(8).padStart(3, "0"),
  };
}

/** Permission bits to take away, in octal. */
export function mask(): ValueType<number> {
  return {
    ...scalar("MASK", "octal mask", { type: ["string", "integer"] }),
    parse: (value) =>
      /^0?[0-7]{1,3}$/.test(value)
        ? parsed(Number.parseInt(value, 8))
        : invalid('an octal mask such as "022"'),
    show: (bits) => bits.toString(8).padStart(3, "0"),
  };
}

/** One of a few words. */
export function choice<Word extends string>(words: readonly Word[]): ValueType<Word> {
  const listed = words.join(", ");
  return {
    ...scalar("WORD", `one of ${listed}`, { enum: words }),
    parse: (value) => {
      const word = words.find((one) => one === value.toLowerCase());
      return word === undefined ? invalid(`one of ${listed}`) : parsed(word);
    },
    show: (word) => word,
  };
}

export function assignment(): ValueType<Assignment> {
  return {
    ...scalar("NAME=VALUE", "NAME=VALUE", { type: "string", pattern: "^[^=]+=" }),
    leniency: "line",
    parse: (pair) => {
      const at = pair.indexOf("=");
      if (at < 1 || pair.includes("\0")) return invalid("NAME=VALUE");
      return parsed({ name: pair.slice(0, at), value: pair.slice(at + 1) });
    },
    show: ({ name, value }) => `${name}=${value}`,
  };
}

/** An option that may be given several times, one element each. */
export function list<T>(element: ValueType<T>): ValueType<readonly T[]> {
  return {
    value: element.value,
    metavar: element.metavar,
    description: `${element.description}, may be repeated`,
    schema: { anyOf: [element.schema, { type: "array", items: element.schema }] },
    ...(element.leniency === undefined ? {} : { leniency: element.leniency }),
    parse: (value) => {
      const one = element.parse(value);
      return one.kind === "value" ? parsed([one.value]) : one;
    },
    show: (values) => values.map((value) => element.show(value)).join(", "),
    combine: (first, more) => [...first, ...more.flat()],
    warn: (values) =>
      values.map((value) => element.warn?.(value) ?? null).find((one) => one !== null) ?? null,
  };
}

function scalar<T>(
  metavar: string,
  description: string,
  schema: ValueType<T>["schema"],
): Pick<ValueType<T>, "value" | "metavar" | "description" | "schema" | "combine"> {
  return { value: "required", metavar, description, schema, combine: lastOf };
}

function parseAccount(value: string, kind: string): Parsed<Account> {
  if (/^\d{1,10}$/.test(value) && Number(value) < 2 ** 32 - 1)
    return parsed({ kind: "id", id: Number(value) });
  if (/^[\p{L}_][\p{L}\p{N}_.@\\-]*\$?$/u.test(value)) return parsed({ kind: "name", name: value });
  return invalid(`the name or number of a ${kind}`);
}

function parseOwner(value: string): Parsed<Owner> {
  const [userText = "", groupText, ...more] = value.split(":");
  const user = parseAccount(userText, "user");
  const group = groupText === undefined ? parsed(null) : parseAccount(groupText, "group");
  if (more.length > 0 || user.kind === "invalid" || group.kind === "invalid")
    return invalid('"user" or "user:group"');
  return parsed({ user: user.value, group: group.value });
}

/** As people write it. */
export function showAccount(value: Account): string {
  return value.kind === "id" ? String(value.id) : value.name;
}

function hasControl(value: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
  return /[\0-\x1f\x7f]/.test(value);
}
