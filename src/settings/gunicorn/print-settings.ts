import type { GunicornConfiguration } from "../../base/gunicorn-messages.ts";
import type { JsonValue } from "../../base/json-value.ts";
import { showPython } from "./python-values.ts";

/** What `--print-config` prints: a line for each setting, by name, as Gunicorn writes it. */
export function printSettings({ settings }: GunicornConfiguration): string {
  const names = Object.keys(settings).sort();
  const width = Math.max(...names.map((name) => name.length));
  return names.map((name) => `${name.padEnd(width)} = ${show(settings[name] ?? null)}\n`).join("");
}

/** str(), not repr(): a string has no quotation marks around it. */
function show(value: JsonValue): string {
  return typeof value === "string" ? value : showPython(value);
}
