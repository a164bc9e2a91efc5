/** Gunicorn's files and command lines, and what comes of them. The files are executed, all by one Python. */

import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe } from "node:test";
import { fileURLToPath } from "node:url";
import type { GunicornFileValues } from "../../src/base/gunicorn-messages.ts";
import { type GunicornCommand, readGunicornCommand } from "../../src/config/gunicorn/command.ts";
import { gunicornConfiguration } from "../../src/settings/gunicorn/configuration.ts";
import { gunicornFlags, gunicornSettings } from "../../src/settings/gunicorn/gunicorn-settings.ts";
import { readGunicornSettings } from "../../src/settings/gunicorn/read-gunicorn-settings.ts";
import type { Reading } from "../../src/settings/read-settings.ts";
import type { Settings } from "../../src/settings/settings.ts";
import { type GoldenCase, goldenCases, showReading, testGoldenFolders } from "../support/golden-folders.ts";
import { SITE } from "../support/settled-surroundings.ts";

type Values = GunicornFileValues | { readonly failure: string };

const root = fileURLToPath(new URL("../..", import.meta.url));
const golden = join(root, "test/golden/gunicorn");
const valuesOf = executeAll(goldenCases(golden));
const defaults = defaultSettings();

describe("a configuration in Gunicorn's language:", () => testGoldenFolders(golden, outputOf));

function outputOf(one: GoldenCase): string {
  const command = commandOf(one);
  if (command.kind === "problems") return command.problems.map((problem) => `problem: ${problem}`).join("\n");
  if (command.kind !== "serve") return `command: ${command.kind}`;
  const fileValues = valuesOf.get(one.folder) ?? null;
  if (fileValues !== null && "failure" in fileValues) return `refused: ${fileValues.failure}`;
  return showReading(read(command, one.environment, fileValues), defaults);
}

type Serve = Extract<GunicornCommand, { kind: "serve" }>;

function read(
  { commandLine }: Serve,
  environment: GoldenCase["environment"],
  fileValues: GunicornFileValues | null,
): Reading {
  return readGunicornSettings(
    gunicornConfiguration({ commandLine, fileValues, environment, directory: SITE }),
  );
}

function commandOf({ argv, environment }: GoldenCase): GunicornCommand {
  return readGunicornCommand(argv.slice(1), environment, gunicornFlags);
}

interface Execution {
  readonly folder: string;
  readonly environment: GoldenCase["environment"];
  readonly file: string | null;
  readonly module: string | null;
}

function executeAll(cases: readonly GoldenCase[]): ReadonlyMap<string, Values> {
  const executions = cases.map(executionOf).filter((one) => one !== null);
  const answers = runPython(JSON.stringify({ names: [...gunicornSettings.keys()], cases: executions }));
  return new Map(executions.map(({ folder }, index) => [folder, answers[index]] as const).filter(hasValues));
}

/** Null where there is no file to execute. */
function executionOf(one: GoldenCase): Execution | null {
  const { folder, environment } = one;
  const command = commandOf(one);
  if (command.kind !== "serve") return null;
  const choice = command.commandLine.file;
  if (choice.kind === "module") return { folder, environment, file: null, module: choice.module };
  const isAbsent = choice.isDefault && !existsSync(join(folder, choice.file));
  return isAbsent ? null : { folder, environment, file: choice.file, module: null };
}

function hasValues(pair: readonly [string, Values | undefined]): pair is readonly [string, Values] {
  return pair[1] !== undefined;
}

function runPython(input: string): readonly Values[] {
  const { stdout, stderr, status } = spawnSync(
    join(root, ".venv/bin/python"),
    ["-B", join(root, "test/support/gunicorn_values.py")],
    { input, encoding: "utf8", env: { PYTHONPATH: join(root, "python") } },
  );
  if (status !== 0) throw new Error(stderr);
  // What gunicorn_values.py writes.
  return JSON.parse(stdout) as readonly Values[];
}

function defaultSettings(): Settings {
  const command = readGunicornCommand(["site:app"], {}, gunicornFlags);
  if (command.kind !== "serve") throw new Error(command.kind);
  const reading = read(command, {}, null);
  if (reading.kind === "problems") throw new Error(reading.problems.join("\n"));
  return reading.settings;
}
