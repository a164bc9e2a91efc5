import assert from "node:assert/strict";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { readCommandLine } from "../../src/cli/command-line.ts";
import type { Settings } from "../../src/settings/settings.ts";
import { testGoldenFiles } from "../support/golden.ts";

const defaults = settingsOf(["app.py"]);

testGoldenFiles(fileURLToPath(new URL("../golden/argv", import.meta.url)), (line) => {
  const [command, ...argv] = words(line);
  assert.equal(command, "tsgi");
  const read = readCommandLine(argv);
  switch (read.kind) {
    case "command":
      return `command: ${read.command}`;
    case "problems":
      return read.problems.join("\n");
    case "serve":
      return [JSON.stringify(changed(read.settings), null, 2), ...read.notices].join("\n");
  }
});

test("the defaults are what the documentation says", () => {
  assert.equal(defaults.processes, 1);
  assert.equal(defaults.httpKeepalive, 65_000);
  assert.equal(defaults.bufferSize, 65_536);
  assert.equal(defaults.uid, null);
  assert.deepEqual(defaults.pythonpath, []);
});

/** What differs from the defaults. */
function changed(settings: Settings): Record<string, unknown> {
  const before = new Map<string, unknown>(Object.entries(defaults));
  const entries = Object.entries(settings).filter(([name, value]) => {
    return name === "application" || JSON.stringify(value) !== JSON.stringify(before.get(name));
  });
  return Object.fromEntries(entries.sort(([left], [right]) => (left < right ? -1 : 1)));
}

function settingsOf(argv: readonly string[]): Settings {
  const read = readCommandLine(argv);
  assert.equal(read.kind, "serve");
  return read.settings;
}

/** As a shell splits: at spaces, but not within single quotes. */
function words(line: string): readonly string[] {
  return (line.match(/(?:'[^']*'|[^\s'])+/g) ?? []).map((word) => word.replaceAll("'", ""));
}
