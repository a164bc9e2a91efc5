import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { knownGroups } from "../../src/settings/known-groups.ts";
import { optionGroups, options } from "../../src/settings/options.ts";

/** Every option of uWSGI 2.0 and its plug-ins: a name, a tab, how it takes a value. */
const table = readFileSync(new URL("uwsgi-options.tsv", import.meta.url), "utf8");
const values = new Map([
  ["n", "none"],
  ["r", "required"],
  ["o", "optional"],
]);
const uwsgiOptions = table
  .trimEnd()
  .split("\n")
  .slice(1)
  .map((line) => {
    const [name = "", letter = ""] = line.split("\t");
    return { name, value: values.get(letter) };
  });

const rows = [...options].flatMap(([name, row]) =>
  [name, ...(row.aliases ?? [])].map((written) => ({ written, name, row })),
);
const rowByName = new Map(rows.map(({ written, row }) => [written, row]));

test("every option of uWSGI has a row", () => {
  assert.ok(uwsgiOptions.length > 1200);
  const missing = uwsgiOptions.filter(({ name }) => !rowByName.has(name)).map(({ name }) => name);
  assert.deepEqual(missing, []);
});

test("an option takes a value where uWSGI's does", () => {
  const different = uwsgiOptions
    .filter(({ name, value }) => (rowByName.get(name)?.type.value ?? value) !== value)
    .map(({ name, value }) => `${name}: ${value} in uWSGI, ${rowByName.get(name)?.type.value} here`);
  assert.deepEqual(different, []);
});

test("no name belongs to two rows", () => {
  const twice = rows.filter(({ written, row }) => rowByName.get(written) !== row);
  assert.deepEqual(
    twice.map(({ written, name }) => `${written} of ${name}`),
    [],
  );
});

test("no row stands in two groups", () => {
  const names = optionGroups.flatMap((group) => group.names);
  assert.deepEqual(
    names.filter((name, at) => names.indexOf(name) !== at),
    [],
  );
});

test("what a row without a setting says is one sentence", () => {
  for (const [name, row] of knownGroups.flatMap((group) => Object.entries(group.rows))) {
    const sentence = row.row === "noEffect" || row.row === "never" ? row.because : row.help;
    assert.match(sentence, /[^.\s]$/, name);
    assert.doesNotMatch(sentence, /\. [A-Z]/, name);
  }
});
