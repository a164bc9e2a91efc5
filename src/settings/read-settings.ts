/**
 * Entries → checked Settings. Every problem is collected, so that one start shows them all.
 * Asks nothing of the system: whether files, users and addresses exist is found out by those who use them.
 */

import type { Entry } from "../config/entry.ts";
import type { Row } from "./option.ts";
import { type CamelCase, type OptionValues, options } from "./options.ts";
import { readApplication } from "./read-application.ts";
import { readListeners } from "./read-listeners.ts";
import type { Settings } from "./settings.ts";

export type SettingsOrProblems =
  /** `notices` are worth a line in the log and stop nothing. */
  | { readonly kind: "settings"; readonly settings: Settings; readonly notices: readonly string[] }
  | { readonly kind: "problems"; readonly problems: readonly string[] };

/**
 * `targets` are applications that were named without an option, as in `tsgi app.py`; null where a mistake before
 * leaves open what was meant, so that nothing is said about the application.
 */
export function readSettings(
  entries: readonly Entry[],
  targets: readonly Entry[] | null,
): SettingsOrProblems {
  const problems: string[] = [];
  const notices: string[] = [];
  const values = readValues(entries, problems, notices);
  const listeners = readListeners(entries, problems);
  const isUnclear = targets === null || entries.some(({ name }) => options.get(name)?.row === "never");
  const application = isUnclear ? null : readApplication(entries, targets, problems);
  if (application === null || problems.length > 0) return { kind: "problems", problems };
  const {
    wsgiFile: _file,
    module: _module,
    callable: _callable,
    http: _http,
    httpSocket: _socket,
    ...rest
  } = values;
  return { kind: "settings", settings: { ...rest, application, listeners }, notices };
}

/** "http-keepalive" → "httpKeepalive" */
export function settingName<Name extends string>(name: Name): CamelCase<Name> {
  // The type does what the expression does: the compiler cannot see it.
  return name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase()) as CamelCase<Name>;
}

function readValues(entries: readonly Entry[], problems: string[], notices: string[]): OptionValues {
  const values: Record<string, unknown> = {};
  for (const [name, row] of options) if (row.row === "option") values[settingName(name)] = row.default;
  const given = new Set<string>();
  for (const entry of entries) {
    const row = options.get(entry.name);
    if (row === undefined) throw new Error(`No row for the entry ${entry.name} (${entry.origin})`);
    const value = readValue(entry, row, problems, notices);
    if (value === undefined) continue;
    const key = settingName(entry.name);
    values[key] = given.has(key) ? row.type.combine(values[key], value) : value;
    given.add(key);
  }
  // Every key was set from its row's default or parsed by its row's type.
  return values as OptionValues;
}

/** Undefined where there is nothing to set. */
function readValue(entry: Entry, row: Row, problems: string[], notices: string[]): unknown {
  if (row.row === "directive") return undefined;
  if (row.row === "never") {
    problems.push(`${entry.origin}: is not honoured: ${row.because}`);
    return undefined;
  }
  if (row.row === "notYet") {
    notices.push(`${entry.origin}: is not in this version: ${row.help}`);
    return undefined;
  }
  const text = entry.value ?? row.type.bare;
  const read = text === undefined ? null : row.type.parse(text);
  if (read?.kind !== "value") {
    problems.push(
      read === null ? `${entry.origin}: a value is missing` : cannotUse(entry, `${read.wanted} is wanted`),
    );
    return undefined;
  }
  if (row.row === "option") return read.value;
  if (row.always && read.value === false)
    notices.push(`${entry.origin}: switching it off has no effect: ${row.because}`);
  return undefined;
}

function cannotUse(entry: Entry, wanted: string): string {
  return `${entry.origin}: cannot use "${entry.value ?? ""}": ${wanted}`;
}
