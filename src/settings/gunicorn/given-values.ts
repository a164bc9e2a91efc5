/** What somebody has given for Gunicorn's settings: from the environment, the file, GUNICORN_CMD_ARGS, the command line. */

import type { GunicornFileValues } from "../../base/gunicorn-messages.ts";
import type { JsonValue } from "../../base/json-value.ts";
import type { Entry } from "../../config/entry.ts";
import type { FileChoice } from "../../config/gunicorn/command.ts";
import type { Judgement } from "../judgement.ts";
import { gunicornSettings } from "./gunicorn-settings.ts";
import { isList, showPython } from "./python-values.ts";

export interface Given {
  /** `name` is the setting's. */
  readonly entry: Entry;
  readonly value: JsonValue;
}

/** Values that can be used, and those that cannot. */
export interface GivenValues {
  readonly given: readonly Given[];
  readonly unusable: readonly Judgement[];
}

/** Each setting's default that a variable of the environment changes; an empty one is as good as none. */
const VARIABLES = [
  { variable: "PORT", setting: "bind", value: (port: string) => [`0.0.0.0:${port}`] },
  { variable: "WEB_CONCURRENCY", setting: "workers", value: (number: string) => number },
  { variable: "FORWARDED_ALLOW_IPS", setting: "forwarded_allow_ips", value: (list: string) => list },
] as const;

type Environment = { readonly [name: string]: string | undefined };

export function readVariables(environment: Environment): GivenValues {
  const results = VARIABLES.flatMap(({ variable, setting, value }) => {
    const text = environment[variable] ?? "";
    const origin = `${variable} (environment)`;
    const place = { kind: "variable", name: variable } as const;
    const entry: Entry = { name: setting, written: setting, value: text, origin, place };
    return text === "" ? [] : [readOne(entry, value(text))];
  });
  return gather(results);
}

export function readFileValues({ settings, lines }: GunicornFileValues, file: FileChoice): GivenValues {
  const name = nameFile(file);
  return gather(
    Object.entries(settings).map(([setting, value]) => {
      const shown = typeof value === "string" ? value : showPython(value);
      const entry = {
        name: setting,
        written: setting,
        value: shown,
        ...placeInFile(name, setting, lines[setting]),
      };
      return readOne(entry, value);
    }),
  );
}

/** "gunicorn.conf.py:7: workers"; without a line where it got there by other ways, as by import. */
export function placeInFile(
  file: string,
  name: string,
  line: number | undefined,
): Pick<Entry, "origin" | "place"> {
  const origin = line === undefined ? `${file}: ${name}` : `${file}:${line}: ${name}`;
  return { origin, place: { kind: "setting", file, name, line: line ?? null } };
}

/** The file as messages name it. */
export function nameFile(file: FileChoice): string {
  return file.kind === "file" ? file.file : `python:${file.module}`;
}

/** The flags of one source; those that repeat grow a list. */
export function readFlags(entries: readonly Entry[]): GivenValues {
  const results = entries.map((entry): Given | Judgement => {
    const row = gunicornSettings.get(entry.name);
    if (row === undefined) throw new Error(`No row for the flag ${entry.origin}`);
    const read = row.type.readArgument(entry.value);
    return read.kind === "value"
      ? { entry, value: read.value }
      : unusable(entry, `"${entry.value ?? ""}"`, read.wanted);
  });
  const { given, unusable: refused } = gather(results);
  return { given: joinRepeated(given), unusable: refused };
}

function joinRepeated(given: readonly Given[]): readonly Given[] {
  const joined = new Map<string, Given>();
  for (const one of given) {
    const earlier = joined.get(one.entry.name);
    const grows = gunicornSettings.get(one.entry.name)?.type.repeats === true;
    const isJoint = grows && earlier !== undefined && isList(earlier.value) && isList(one.value);
    joined.set(one.entry.name, isJoint ? { ...one, value: [...listOf(earlier), ...listOf(one)] } : one);
  }
  return [...joined.values()];
}

function listOf({ value }: Given): readonly JsonValue[] {
  return isList(value) ? value : [];
}

function readOne(entry: Entry, value: JsonValue): Given | Judgement {
  const read = gunicornSettings.get(entry.name)?.type.read(value);
  if (read?.kind === "value") return { entry, value: read.value };
  return unusable(entry, showPython(value), read?.wanted ?? "a setting of Gunicorn");
}

function unusable(entry: Entry, seen: string, wanted: string): Judgement {
  return {
    entry,
    answer: "unusable",
    severity: "error",
    text: `cannot use ${seen}: ${wanted} is wanted`,
  };
}

function gather(results: readonly (Given | Judgement)[]): GivenValues {
  return {
    given: results.filter((one): one is Given => !("severity" in one)),
    unusable: results.filter((one): one is Judgement => "severity" in one),
  };
}
