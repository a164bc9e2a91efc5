import assert from "node:assert/strict";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { readCommandLine } from "../../src/cli/command-line.ts";
import { splitShellWords } from "../../src/config/gunicorn/shell-words.ts";
import type { Settings } from "../../src/settings/settings.ts";
import { testGoldenFiles } from "../support/golden.ts";
import { changed } from "../support/golden-folders.ts";
import { readArguments } from "../support/read-arguments.ts";

const defaults = await settingsOf(["app.py"]);

testGoldenFiles(fileURLToPath(new URL("../golden/argv", import.meta.url)), async (line) => {
  const words = splitShellWords(line);
  assert.ok(words.kind === "value" && words.value[0] === "tsgi");
  const argv = words.value.slice(1);
  const { kind } = readCommandLine(argv);
  if (kind !== "serve") return `command: ${kind}`;
  const reading = await readArguments(argv);
  const outcome =
    reading.kind === "problems"
      ? reading.problems
      : [JSON.stringify(Object.fromEntries(changed(reading.settings, defaults)), null, 2)];
  return [...outcome, ...reading.warnings.map((warning) => `warning: ${warning}`)].join("\n");
});

test("the defaults are what the documentation says", () => {
  assert.equal(defaults.processes, 1);
  assert.equal(defaults.httpKeepalive, 65_000);
  assert.equal(defaults.bufferSize, 65_536);
  assert.equal(defaults.uid, null);
  assert.deepEqual(defaults.pythonpath, []);
});

async function settingsOf(argv: readonly string[]): Promise<Settings> {
  const reading = await readArguments(argv);
  assert.equal(reading.kind, "settings");
  return reading.settings;
}
