/** Gunicorn's settings, from wherever → a configuration of our options, and what is to be said about the rest. */

import type { GunicornConfiguration, GunicornFileValues } from "../../base/gunicorn-messages.ts";
import type { JsonValue } from "../../base/json-value.ts";
import type { Configuration } from "../../config/configuration.ts";
import type { Entry } from "../../config/entry.ts";
import type { GunicornCommandLine } from "../../config/gunicorn/command.ts";
import type { Judgement } from "../judgement.ts";
import { type Given, nameFile, readFileValues, readFlags, readVariables } from "./given-values.ts";
import { gunicornSettings } from "./gunicorn-settings.ts";
import { type JudgedSetting, judgeSetting, type SettingSource } from "./judge-setting.ts";
import { judgeOtherNames } from "./other-names.ts";
import { absolutePath, type FinalSettings } from "./setting.ts";

export interface GunicornSources {
  readonly commandLine: GunicornCommandLine;
  /** Null where there is no file: the default one need not exist. */
  readonly fileValues: GunicornFileValues | null;
  readonly environment: { readonly [name: string]: string | undefined };
  /** Where tsgi was started, absolute. */
  readonly directory: string;
}

export interface GunicornResult {
  /** For readSettings(). */
  readonly configuration: Configuration;
  /** Of the settings that are no entries of `configuration`: those without effect, not yet, unusable, misspelt. */
  readonly judgements: readonly Judgement[];
  /** For each entry of `configuration`, the setting that it was made from. */
  readonly sources: ReadonlyMap<Entry, SettingSource>;
  readonly gunicorn: GunicornConfiguration;
  /** --check-config or --print-config: end after the application is loaded. */
  readonly only: "check" | "print" | null;
}

export function gunicornConfiguration(sources: GunicornSources): GunicornResult {
  const { commandLine, fileValues, environment, directory } = sources;
  const inOrder = [
    readVariables(environment),
    ...(fileValues === null ? [] : [readFileValues(fileValues, commandLine.file)]),
    readFlags(commandLine.variable),
    readFlags(commandLine.arguments),
  ];
  const given = new Map<string, Given>();
  for (const one of inOrder.flatMap((source) => source.given)) {
    // The last one counts, and stands where it was given.
    given.delete(one.entry.name);
    given.set(one.entry.name, one);
  }
  const settings = finalSettings(given, directory);
  const judged = judgeAll(given, settings);
  const targets = targetsOf(commandLine, given.get("wsgi_app"));
  return {
    configuration: {
      entries: judged.flatMap(({ entries }) => entries),
      skipped: [],
      targets,
      referred: new Set(),
      files: fileValues === null ? [] : [nameFile(commandLine.file)],
      problems: targets.length === 0 && given.get("paste") === undefined ? [NO_APPLICATION] : [],
      warnings: commandLine.warnings,
    },
    judgements: [
      ...inOrder.flatMap(({ unusable }) => unusable),
      ...judged.flatMap(({ judgements }) => judgements),
      ...(fileValues === null ? [] : judgeOtherNames(fileValues, nameFile(commandLine.file))),
    ],
    sources: new Map(
      judged.flatMap(({ entries, source }) =>
        source === null ? [] : entries.map((entry) => [entry, source] as const),
      ),
    ),
    gunicorn: forPython(sources, settings),
    only: askedOnly(settings),
  };
}

const NO_APPLICATION =
  "no application is given: name it behind the options (tsgi gunicorn mysite.wsgi:application) or by wsgi_app in gunicorn.conf.py";

/** What was given, in that order, then what is implied. */
function judgeAll(given: ReadonlyMap<string, Given>, settings: FinalSettings): readonly JudgedSetting[] {
  const names = new Set([...given.keys(), ...gunicornSettings.keys()]);
  return [...names].flatMap((name) => {
    const row = gunicornSettings.get(name);
    return row === undefined ? [] : [judgeSetting({ name, row, given: given.get(name) ?? null }, settings)];
  });
}

/** As Gunicorn's default has it, or as the last one gave it. */
function finalSettings(given: ReadonlyMap<string, Given>, start: string): FinalSettings {
  const values = new Map<string, JsonValue>();
  for (const [name, row] of gunicornSettings) values.set(name, given.get(name)?.value ?? row.default);
  const directory = absolutePath(String(values.get("chdir") ?? "."), start);
  return { values: values.set("chdir", directory), directory };
}

/** The command line's application, else that of wsgi_app. */
function targetsOf({ target }: GunicornCommandLine, wsgiApp: Given | undefined): readonly Entry[] {
  if (target !== null) return [target];
  if (wsgiApp === undefined || wsgiApp.value === null) return [];
  return [{ ...wsgiApp.entry, name: "", value: String(wsgiApp.value) }];
}

function askedOnly({ values }: FinalSettings): GunicornResult["only"] {
  if (values.get("print_config") === true) return "print";
  return values.get("check_config") === true ? "check" : null;
}

function forPython(
  { commandLine, fileValues }: GunicornSources,
  settings: FinalSettings,
): GunicornConfiguration {
  const { file } = commandLine;
  const isFile = fileValues !== null && file.kind === "file";
  const environment = settings.values.get("raw_env");
  return {
    file: isFile ? file.file : null,
    module: fileValues !== null && file.kind === "module" ? file.module : null,
    settings: Object.fromEntries(settings.values),
    hooks: [...gunicornSettings]
      .filter(([name, { answer }]) => answer.kind === "hook" && settings.values.get(name) !== null)
      .map(([name]) => name),
    environment: Array.isArray(environment) ? environment.map(String) : [],
  };
}
