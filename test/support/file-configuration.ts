import type { Configuration } from "../../src/config/configuration.ts";
import type { Entry, Place } from "../../src/config/entry.ts";
import { options } from "../../src/settings/options.ts";
import { vocabularyOf } from "../../src/settings/vocabulary.ts";

const { long } = vocabularyOf(options);

/**
 * What the lines of a uwsgi.ini give, without placeholders and directives. "$NAME = value" is a variable of the
 * environment, "--name = value" an argument, "other.ini: name = value" a line of another file.
 */
export function fileConfiguration(
  lines: readonly string[],
  more: Partial<Configuration> = {},
): Configuration {
  return {
    entries: lines.map((line, index) => toEntry(line, index + 1)),
    skipped: [],
    targets: [],
    referred: new Set(),
    files: ["uwsgi.ini"],
    problems: [],
    warnings: [],
    ...more,
  };
}

function toEntry(line: string, number: number): Entry {
  const [, prefix = "", key = "", value] =
    /^(\$|--|other\.ini: )?([^=]*?)\s*(?:=\s*(.*))?$/s.exec(line) ?? [];
  const { origin, place } = whereabouts(prefix, key, number);
  const name = prefix === "$" ? key.replace("UWSGI_", "").toLowerCase().replaceAll("_", "-") : key;
  return { name: long.get(name)?.name ?? name, written: name, value: value ?? null, origin, place };
}

function whereabouts(prefix: string, key: string, number: number): { origin: string; place: Place } {
  if (prefix === "$") return { origin: `${key} (environment)`, place: { kind: "variable", name: key } };
  if (prefix === "--")
    return { origin: `--${key} (argument ${number})`, place: { kind: "argument", number } };
  const file = prefix === "" ? "uwsgi.ini" : "other.ini";
  return { origin: `${file}:${number}: ${key}`, place: { kind: "file", file, line: number } };
}
