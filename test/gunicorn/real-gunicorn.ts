/** The real Gunicorn, where the tests have it, beside what tsgi makes of the same. */

import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { JsonValue } from "../../src/base/json-value.ts";
import { readGunicornCommand } from "../../src/config/gunicorn/command.ts";
import { type GunicornResult, gunicornConfiguration } from "../../src/settings/gunicorn/configuration.ts";
import { gunicornFlags, gunicornSettings } from "../../src/settings/gunicorn/gunicorn-settings.ts";
import { showPython } from "../../src/settings/gunicorn/python-values.ts";

const PYTHON = fileURLToPath(new URL("../../.venv/bin/python", import.meta.url));
const READER = fileURLToPath(new URL("real_gunicorn.py", import.meta.url));

export interface GunicornCase {
  readonly argv?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  /** The values that ./gunicorn.conf.py gives; without it there is no such file. */
  readonly file?: Readonly<Record<string, JsonValue>>;
}

export type Outcome =
  | { readonly values: Readonly<Record<string, JsonValue>>; readonly application: string | null }
  | { readonly error: string };

/** Gunicorn does not come to every Python that the tests run on. */
export const hasGunicorn = existsSync(fileURLToPath(new URL("../../.venv/bin/gunicorn", import.meta.url)));

export function runPython(program: string, input: string): string {
  const { stdout, stderr, status } = spawnSync(PYTHON, ["-c", program], { input, encoding: "utf8" });
  if (status !== 0) throw new Error(stderr);
  return stdout;
}

/** In one go, in the order of the cases. */
export function readWithGunicorn(cases: readonly GunicornCase[]): readonly Outcome[] {
  const input = cases.map(({ argv = [], environment = {}, file }) => ({
    argv,
    environment,
    file: file === undefined ? null : fileText(file),
  }));
  const { stdout, stderr } = spawnSync(PYTHON, [READER], { input: JSON.stringify(input), encoding: "utf8" });
  if (stdout === "") throw new Error(stderr);
  // What real_gunicorn.py writes.
  return JSON.parse(stdout) as readonly Outcome[];
}

export function readWithTsgi(one: GunicornCase): Outcome {
  const read = readCase(one);
  if ("problems" in read) return { error: read.problems.join("\n") };
  const errors = read.judgements.filter(({ answer }) => answer === "unusable");
  const [target] = read.configuration.targets;
  if (errors.length > 0) return { error: errors.map(({ text }) => text).join("\n") };
  if (target === undefined) return { error: "no application" };
  return { values: read.gunicorn.settings, application: target.value };
}

export function readCase({
  argv = [],
  environment = {},
  file,
}: GunicornCase): GunicornResult | { readonly problems: readonly string[] } {
  const command = readGunicornCommand(argv, environment, gunicornFlags);
  if (command.kind === "problems") return command;
  if (command.kind !== "serve") return { problems: [command.kind] };
  const settings = Object.fromEntries(
    Object.entries(file ?? {}).filter(([name]) => gunicornSettings.has(name)),
  );
  const others = Object.keys(file ?? {}).filter((name) => !gunicornSettings.has(name));
  const lines = Object.fromEntries(Object.keys(file ?? {}).map((name, index) => [name, index + 1]));
  const fileValues = { event: "configured", settings, hooks: [], others, lines } as const;
  return gunicornConfiguration({
    commandLine: command.commandLine,
    fileValues: file === undefined ? null : fileValues,
    environment,
    directory: "/srv/site",
  });
}

function fileText(values: Readonly<Record<string, JsonValue>>): string {
  return Object.entries(values)
    .map(([name, value]) => `${name} = ${showPython(value)}\n`)
    .join("");
}
