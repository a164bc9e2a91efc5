/** How Gunicorn's settings are read, from Python's values and from a command line: as its own validators do. */

import type { JsonValue } from "../../base/json-value.ts";
import { invalid, type Parsed, parsed } from "../../base/parsed.ts";
import { isDictionary, isList, readPythonInteger, tagged } from "./python-values.ts";

export interface ValueKind {
  /** Stands for the value in the help: INT, FILE; empty for a switch. */
  readonly metavar: string;
  /** Of the configuration file. */
  read(value: JsonValue): Parsed<JsonValue>;
  /** Of a flag: null where it stands alone. */
  readArgument(text: string | null): Parsed<JsonValue>;
  /** Whether a value follows the flag. */
  readonly value: "required" | "optional" | "none";
  /** Each flag adds one to the list. */
  readonly repeats: boolean;
}

/** `octal`: a flag's leading zero means octal, as in --umask 022. */
export function wholeNumber({ octal = false, from = 0, to = Number.POSITIVE_INFINITY } = {}): ValueKind {
  const wanted = `a whole number from ${from} ${to === Number.POSITIVE_INFINITY ? "up" : `to ${to}`}`;
  const within = (number: number | null, seen: JsonValue): Parsed<JsonValue> => {
    if (number !== null && number >= from && number <= to) return parsed(number);
    const isOctal = typeof seen === "string" && /^0\d+$/.test(seen);
    return invalid(isOctal ? `${wanted} (Python writes octal ones 0o22)` : wanted);
  };
  const read = (value: JsonValue): Parsed<JsonValue> => {
    if (typeof value === "boolean") return within(Number(value), value);
    if (typeof value === "string") return within(readPythonInteger(value, 0), value);
    return within(typeof value === "number" && Number.isInteger(value) ? value : null, value);
  };
  const readArgument = (text: string | null): Parsed<JsonValue> => {
    const number = text ?? "";
    if (!octal) return within(readPythonInteger(number, 10), null);
    return within(readPythonInteger(number.replace(/^0(?=\d)/, "0o"), 0), null);
  };
  return { metavar: "INT", value: "required", repeats: false, read, readArgument };
}

/** `given` is what the flag stands for. */
export function truth({ given = true } = {}): ValueKind {
  return {
    metavar: "",
    value: "none",
    repeats: false,
    read: (value) => {
      if (value === null || typeof value === "boolean") return parsed(value);
      const word = typeof value === "string" ? value.trim().toLowerCase() : "";
      return word === "true" || word === "false" ? parsed(word === "true") : invalid("True or False");
    },
    readArgument: () => parsed(given),
  };
}

export function string(metavar = "STRING"): ValueKind {
  return fromText(metavar, (value) =>
    value === null || typeof value === "string" ? parsed(value?.trim() ?? null) : invalid("a string"),
  );
}

export function strings(metavar: string): ValueKind {
  return {
    ...fromText(metavar, (value) => {
      if (value === null || value === "" || value === false || value === 0) return parsed([]);
      const items = typeof value === "string" ? [value] : value;
      if (!isList(items) || !items.every((item) => typeof item === "string"))
        return invalid("a string or a list of strings");
      return parsed(items.map((item) => String(item).trim()));
    }),
    repeats: true,
  };
}

/** "127.0.0.1,::1" */
export function commaList(metavar: string): ValueKind {
  return fromText(metavar, (value) => {
    if (value !== null && typeof value !== "string") return invalid("a string with commas between its parts");
    const parts = (value?.trim() ?? "").split(",").filter((part) => part !== "");
    return parsed(parts.map((part) => part.trim()));
  });
}

const NETWORK = /^(\*|\d{1,3}(\.\d{1,3}){3}(\/\d{1,2})?|[\da-f:]*:[\da-f:.]*(\/\d{1,3})?)$/i;

/** IP addresses, networks or "*". */
export function networks(): ValueKind {
  const { read } = commaList("STRING");
  return fromText("STRING", (value) => {
    const list = read(value);
    const isFine =
      list.kind === "value" && isList(list.value) && list.value.every((one) => NETWORK.test(String(one)));
    return isFine
      ? list
      : invalid('a list of IP addresses or networks such as "127.0.0.1,10.0.0.0/8", or "*"');
  });
}

/** A word of a few; `absent` stands for None and is what a flag means that stands alone. */
export function oneOf(
  words: { readonly [written: string]: string },
  { absent = null, alone }: { absent?: string | null; alone?: string } = {},
): ValueKind {
  const listed = [...new Set(Object.values(words))].join(", ");
  const read = (value: JsonValue): Parsed<JsonValue> => {
    if (value === null) return parsed(absent);
    const written = typeof value === "boolean" ? String(value) : value;
    const word = typeof written === "string" ? written.trim().toLowerCase() : "";
    const meant = Object.hasOwn(words, word) ? words[word] : undefined;
    return meant === undefined ? invalid(`one of ${listed}`) : parsed(meant);
  };
  return {
    ...fromText("STRING", read),
    value: alone === undefined ? "required" : "optional",
    readArgument: (text) => read(text ?? alone ?? null),
  };
}

export function dictionary(): ValueKind {
  return fromText("DICT", (value) => {
    const isTagged = (["$class", "$function", "$repr"] as const).some((tag) => tagged(value, tag) !== null);
    return isDictionary(value) && !isTagged ? parsed(value) : invalid("a dictionary");
  });
}

/** A user's or group's name or number. */
export function account(metavar: string): ValueKind {
  return fromText(metavar, (value) => {
    if (value === null || typeof value === "string") return parsed(value);
    const isNumber = typeof value === "number" && Number.isInteger(value) && value >= 0;
    return isNumber ? parsed(value) : invalid("a name or a number");
  });
}

/** By name, or the class itself: only its name counts here. */
export function pythonClass(): ValueKind {
  return fromText("STRING", (value) => {
    if (typeof value === "string") return parsed(value.trim());
    const name = tagged(value, "$class");
    return name === null ? invalid("a class or its name") : parsed(name);
  });
}

/** A function of the file, or "module.name" of one to import. */
export function callable(): ValueKind {
  return fromText("FUNCTION", (value) => {
    const isFunction = tagged(value, "$function") !== null || tagged(value, "$class") !== null;
    const isImport = typeof value === "string" && /^\w+(\.\w+)+$/.test(value);
    return isFunction || isImport ? parsed(value) : invalid('a function or "module.function"');
  });
}

/** Whatever it is, it is not looked at. */
export function unread(): ValueKind {
  return fromText("VALUE", parsed);
}

function fromText(metavar: string, read: ValueKind["read"]): ValueKind {
  return { metavar, value: "required", repeats: false, read, readArgument: (text) => read(text ?? "") };
}
