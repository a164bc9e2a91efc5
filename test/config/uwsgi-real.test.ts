/** Reads small configurations with the real uWSGI and with tsgi, and compares what both have understood. */

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, describe, test } from "node:test";
import { surroundingsOf } from "../../src/cli/surroundings.ts";
import type { Entry } from "../../src/config/entry.ts";
import { readConfiguration } from "../../src/config/uwsgi/read-configuration.ts";
import { options } from "../../src/settings/options.ts";
import { vocabularyOf } from "../../src/settings/vocabulary.ts";
import { skipUnless } from "../support/component.ts";
import { blockCases } from "./uwsgi-block-cases.ts";
import { type Case, placeholderCases, sourceCases, syntaxCases } from "./uwsgi-cases.ts";

const vocabulary = vocabularyOf(options);
const top = realpathSync(mkdtempSync(join(tmpdir(), "tsgi-uwsgi-language-")));
const startFolder = process.cwd();
const isHere = spawnSync("uwsgi", ["--version"]).status === 0;
const skip = skipUnless(isHere, "uwsgi");

after(() => {
  process.chdir(startFolder);
  rmSync(top, { recursive: true });
});

for (const [title, cases] of Object.entries({ syntaxCases, sourceCases, placeholderCases, blockCases })) {
  describe(`tsgi reads as uWSGI does (${title})`, { skip }, () => {
    for (const each of cases) test(each.of, () => compare(each));
  });
}

async function compare(each: Case): Promise<void> {
  process.chdir(folderOf(each));
  const args = [...(each.args ?? ["--ini", "app.ini"])];
  const environment = { PATH: process.env["PATH"] ?? "", HOME: "/home/of", ...each.env };
  const real = linesOfReal([...args, "--show-config", "--no-server"], environment);
  const surroundings = { ...surroundingsOf("test"), environment };
  const { entries, problems } = await readConfiguration({ argv: args, vocabulary, surroundings });
  const ours = entries.map(shown);
  if (each.differs === undefined) {
    assert.deepEqual(ours, real);
    assert.deepEqual(problems, []);
  } else {
    assert.deepEqual(ours, each.differs.lines);
    if (problems.length === 0) assert.notDeepEqual(real, ours, "differs no more: remove the exception");
  }
}

function folderOf({ ini, files }: Case): string {
  const folder = mkdtempSync(join(top, "case-"));
  for (const [name, text] of Object.entries(files ?? { "app.ini": `[uwsgi]\n${ini ?? ""}\n` })) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return folder;
}

/** As --show-config prints it; null where uWSGI fails. */
function linesOfReal(args: readonly string[], env: Record<string, string>): readonly string[] | null {
  const { stdout, stderr } = spawnSync("uwsgi", args, { env, encoding: "utf8", timeout: 10_000 });
  const printed = /;uWSGI instance configuration\n\[uwsgi\]\n([\s\S]*?);end of configuration/.exec(
    stdout + stderr,
  )?.[1];
  if (printed === undefined) return null;
  return printed
    .split(/\n(?=[^\n]*? = )|\n$/)
    .filter((line) => line !== "" && line !== "show-config = true" && line !== "no-server = true")
    .map(withOwnName);
}

/** uWSGI prints aliases as they are written. */
function withOwnName(line: string): string {
  const equals = line.indexOf(" = ");
  const key = line.slice(0, equals);
  return `${vocabulary.long.get(key)?.name ?? key} = ${line.slice(equals + 3)}`.trimEnd();
}

/** For uWSGI a key alone has the value "" in an INI file, "1" in XML, and none on the command line. */
function shown({ name, value, place }: Entry): string {
  const alone = place.kind !== "file" ? "true" : place.file.endsWith(".xml") ? "1" : "";
  return `${name} = ${value ?? alone}`.trimEnd();
}
