import assert from "node:assert/strict";
import { test } from "node:test";
import { helpText } from "../../src/cli/help.ts";
import { settingsSchema, shownDefault } from "../../src/settings/json-schema.ts";
import { optionGroups, options } from "../../src/settings/options.ts";
import { vocabularyOf } from "../../src/settings/vocabulary.ts";

test("no name, alias or letter stands for two options", () => {
  const { long, short } = vocabularyOf(options);
  assert.ok(long.size > options.size);
  assert.equal(short.get("p")?.name, "processes");
});

test("every option stands in exactly one group of the help", () => {
  const grouped = optionGroups.flatMap(({ names }) => names);
  assert.deepEqual(grouped.toSorted(), [...options.keys()].toSorted());
});

for (const [name, row] of options) {
  test(`the row of ${name} is in order`, () => {
    assert.match(name, /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/);
    assert.doesNotMatch(row.help, /\.$/, "the help ends without a full stop");
    assert.doesNotMatch(row.help, /[\n]/);
    assert.equal(
      row.type.value === "required",
      row.type.bare === undefined,
      "a value that may be absent has a meaning",
    );
    const shown = row.row === "option" ? shownDefault(row) : null;
    if (shown !== null && row.row === "option") {
      assert.deepEqual(row.type.parse(shown), { kind: "value", value: row.default });
    }
  });
}

test("the help fits the terminal and names every option with an effect", () => {
  for (const width of [60, 80, 100]) {
    const lines = helpText(width).split("\n");
    const text = lines.filter((line) => line.startsWith("      "));
    assert.deepEqual(
      text.filter((line) => line.length > width),
      [],
    );
    for (const [name, row] of options) {
      if (row.row === "option")
        assert.ok(
          lines.some((line) => line.includes(`--${name}`)),
          name,
        );
    }
  }
});

test("the schema knows every option by all its names", () => {
  const { properties } = settingsSchema();
  assert.ok(typeof properties === "object" && properties !== null);
  for (const name of ["processes", "workers", "http", "wsgi", "virtualenv", "master"]) {
    assert.ok(Object.hasOwn(properties, name), name);
  }
  assert.ok(!Object.hasOwn(properties, "ini"));
});
