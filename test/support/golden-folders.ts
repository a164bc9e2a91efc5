/**
 * Golden folders: each holds a configuration as an operator has it, the file `command` with what is typed, and the
 * file `expected` with what comes of it.
 * UPDATE_GOLDEN=1 writes what comes now: read the difference before it is committed.
 */

import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { splitShellWords } from "../../src/config/gunicorn/shell-words.ts";
import type { Reading } from "../../src/settings/read-settings.ts";
import type { Settings } from "../../src/settings/settings.ts";

export interface GoldenCase {
  readonly folder: string;
  /** What stands before the command: NAME=value. */
  readonly environment: Readonly<Record<string, string>>;
  /** Without "tsgi". */
  readonly argv: readonly string[];
}

type OutputOf = (one: GoldenCase) => string | Promise<string>;

export function testGoldenFolders(top: string, outputOf: OutputOf): void {
  for (const one of goldenCases(top)) {
    const name = one.folder.slice(top.length + 1);
    test(name.replaceAll("-", " "), async () => {
      const path = join(one.folder, "expected");
      const output = `${(await outputOf(one)).trimEnd()}\n`;
      if (process.env["UPDATE_GOLDEN"]) writeFileSync(path, output);
      assert.equal(output, existsSync(path) ? readFileSync(path, "utf8") : "");
    });
  }
}

export function goldenCases(top: string): readonly GoldenCase[] {
  return readdirSync(top)
    .sort()
    .map((name) => readCommand(join(top, name)));
}

/** Settings that differ from the defaults, one a line; then all that is said. */
export function showReading(reading: Reading, defaults: Settings): string {
  const settings = reading.kind === "settings" ? changed(reading.settings, defaults) : [];
  const lines = settings.map(([name, value]) => `  ${JSON.stringify(name)}: ${JSON.stringify(value)}`);
  return [
    ...(reading.kind === "settings" ? ["{", lines.join(",\n"), "}"] : []),
    ...(reading.kind === "problems" ? reading.problems.map((problem) => `problem: ${problem}`) : []),
    ...reading.warnings.map((warning) => `warning: ${warning}`),
    ...reading.notes.map((note) => `note: ${note}`),
  ].join("\n");
}

/** What differs from the defaults, by name. */
export function changed(
  { written: _written, ...settings }: Settings,
  defaults: Settings,
): readonly (readonly [string, unknown])[] {
  const before = new Map<string, unknown>(Object.entries(defaults));
  return Object.entries(settings)
    .filter(([name, value]) => {
      return name === "application" || JSON.stringify(value) !== JSON.stringify(before.get(name));
    })
    .sort(([left], [right]) => (left < right ? -1 : 1));
}

function readCommand(folder: string): GoldenCase {
  const words = splitShellWords(readFileSync(join(folder, "command"), "utf8"));
  assert.ok(words.kind === "value", folder);
  const program = words.value.indexOf("tsgi");
  assert.ok(program >= 0, folder);
  const assignments = words.value.slice(0, program).map((word) => {
    const [name = "", ...value] = word.split("=");
    return [name, value.join("=")] as const;
  });
  return { folder, environment: Object.fromEntries(assignments), argv: words.value.slice(program + 1) };
}
