import assert from "node:assert/strict";
import { test } from "node:test";
import { settingsSchema, shownDefault } from "../../src/settings/json-schema.ts";
import type { JsonSchema } from "../../src/settings/option.ts";
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
    assert.match(name, /^[a-z][a-z0-9]*([-_][a-z0-9]+)*$/);
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

test("the schema knows every option by all its names", () => {
  const { properties } = sectionSchema();
  for (const [name, row] of options) {
    for (const written of [name, ...(row.aliases ?? [])])
      assert.ok(Object.hasOwn(properties, written), written);
  }
});

test("the schema says which options do nothing here, and allows placeholders", () => {
  const { properties, ...others } = sectionSchema();
  assert.equal(properties["master"]?.["deprecated"], true);
  assert.equal(properties["processes"]?.["deprecated"], undefined);
  assert.ok(JSON.stringify(properties["processes"]).includes("#/$defs/placeholder"));
  assert.deepEqual(others, { type: "object" });
});

type Section = { readonly properties: Readonly<Record<string, JsonSchema>> };

function sectionSchema(): Section {
  const { $defs, properties } = settingsSchema();
  assert.deepEqual(properties, { uwsgi: { $ref: "#/$defs/section" } });
  return ($defs as unknown as { section: Section }).section;
}
