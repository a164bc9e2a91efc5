/** Values of Python as they come from the configuration file, and as Python would write them. */

import type { JsonValue } from "../../base/json-value.ts";

type Tag = "$function" | "$class" | "$repr";

/** What JSON cannot hold comes as {"$class": "module.Name"}, {"$function": "name"} or {"$repr": "…"}. */
export function tagged(value: JsonValue, tag: Tag): string | null {
  if (!isDictionary(value)) return null;
  const text = value[tag];
  return typeof text === "string" && Object.keys(value).length === 1 ? text : null;
}

export function isDictionary(value: JsonValue): value is { readonly [key: string]: JsonValue } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** As repr() writes it; functions as `--print-config` of Gunicorn shows them. */
export function showPython(value: JsonValue): string {
  if (value === null) return "None";
  if (value === true) return "True";
  if (value === false) return "False";
  if (typeof value === "number") return String(value);
  if (typeof value === "string") return quote(value);
  if (isList(value)) return `[${value.map(showPython).join(", ")}]`;
  const name = tagged(value, "$function");
  if (name !== null) return `<${name}()>`;
  const other = tagged(value, "$class") ?? tagged(value, "$repr");
  if (other !== null) return other;
  const pairs = Object.entries(value).map(([key, item]) => `${quote(key)}: ${showPython(item)}`);
  return `{${pairs.join(", ")}}`;
}

export function isList(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value);
}

function quote(text: string): string {
  const mark = text.includes("'") && !text.includes('"') ? '"' : "'";
  const escaped = text
    .replaceAll("\\", "\\\\")
    .replaceAll(mark, `\\${mark}`)
    .replaceAll("\n", "\\n")
    .replaceAll("\r", "\\r")
    .replaceAll("\t", "\\t");
  return `${mark}${escaped}${mark}`;
}

/** int(text, base) of Python: base 0 takes 0x1f, 0o17 and 0b11, and no leading zeros. Null where Python raises. */
export function readPythonInteger(text: string, base: 0 | 10): number | null {
  const match = /^([+-]?)(\w+)$/.exec(text.trim());
  const digits = match?.[2];
  if (digits === undefined || /__|_$|^_/.test(digits)) return null;
  const plain = digits.replaceAll("_", "").toLowerCase();
  const isDecimal = base === 10 ? /^\d+$/ : /^(0+|[1-9]\d*)$/;
  const isPrefixed = /^0x[\da-f]+$|^0o[0-7]+$|^0b[01]+$/;
  if (!isDecimal.test(plain) && !(base === 0 && isPrefixed.test(plain))) return null;
  const value = isDecimal.test(plain) ? Number.parseInt(plain, 10) : Number(plain);
  return match?.[1] === "-" ? -value : value;
}
