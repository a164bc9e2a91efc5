import { describe } from "node:test";
import { fileURLToPath } from "node:url";
import { reportOf } from "../../src/cli/check-report.ts";
import { checkText } from "../../src/cli/check-text.ts";
import { readCommandLine } from "../../src/cli/command-line.ts";
import { readConfiguration } from "../../src/config/uwsgi/read-configuration.ts";
import { options } from "../../src/settings/options.ts";
import { type Reading, readSettings } from "../../src/settings/read-settings.ts";
import type { Settings } from "../../src/settings/settings.ts";
import { vocabularyOf } from "../../src/settings/vocabulary.ts";
import { type GoldenCase, showReading, testGoldenFolders } from "../support/golden-folders.ts";
import { settledSurroundings } from "../support/settled-surroundings.ts";

const vocabulary = vocabularyOf(options);
const golden = fileURLToPath(new URL("../golden", import.meta.url));
const defaults = await defaultSettings();

for (const language of ["uwsgi", "yaml", "xml", "json"]) {
  describe(`a configuration in ${language}:`, () => testGoldenFolders(`${golden}/${language}`, outputOf));
}

async function outputOf(one: GoldenCase): Promise<string> {
  const command = readCommandLine(one.argv);
  if (command.kind !== "serve" && command.kind !== "check") return `command: ${command.kind}`;
  const { reading, files } = await read({ ...one, argv: command.argv });
  if (command.kind === "serve") return showReading(reading, defaults);
  const report = reportOf(files, reading);
  return `${checkText(report, { width: 110, inColours: false })}\nexit code ${report.exit}`;
}

async function read({ folder, argv, environment }: GoldenCase): Promise<{
  readonly reading: Reading;
  readonly files: readonly string[];
}> {
  const surroundings = settledSurroundings(folder, environment);
  const configuration = await readConfiguration({ argv, vocabulary, surroundings });
  return { reading: readSettings(configuration), files: configuration.files };
}

async function defaultSettings(): Promise<Settings> {
  const { reading } = await read({ folder: golden, argv: ["app.py"], environment: {} });
  if (reading.kind === "problems") throw new Error(reading.problems.join("\n"));
  return reading.settings;
}
