import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { gunicornSettings } from "../../src/settings/gunicorn/gunicorn-settings.ts";
import { options } from "../../src/settings/options.ts";
import { hasGunicorn, runPython } from "./real-gunicorn.ts";

const LIST_SETTINGS = `
import json
from gunicorn.config import make_settings
print(json.dumps({name: one.cli or [] for name, one in make_settings().items()}))
`;

import { skipUnless } from "../support/component.ts";

describe("the table of Gunicorn's settings", { skip: skipUnless(hasGunicorn, "gunicorn") }, () => {
  // What the program prints.
  const theirs = new Map(
    Object.entries(JSON.parse(runPython(LIST_SETTINGS, "")) as Record<string, string[]>),
  );

  test("has a row for each setting of the real Gunicorn, and no other", () => {
    assert.deepEqual([...gunicornSettings.keys()].sort(), [...theirs.keys()].sort());
  });

  test("has their flags", () => {
    for (const [name, { flags }] of gunicornSettings)
      assert.deepEqual([...flags].sort(), [...(theirs.get(name) ?? [])].sort(), name);
  });

  test("says what each is for, without a capital and a final stop", () => {
    for (const [name, { purpose }] of gunicornSettings)
      assert.match(purpose, /^(?!A )(?:[^A-Z]|HTTP\/2).*[^.]$/, name);
  });

  test("knows every setting that an option claims to be like", () => {
    for (const [name, { gunicorn }] of options)
      if (gunicorn !== undefined) assert.ok(gunicornSettings.has(gunicorn), `${name}: ${gunicorn}`);
  });
});
