import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { readArgv } from "../../src/config/argv.ts";
import { options } from "../../src/settings/options.ts";
import { readSettings } from "../../src/settings/read-settings.ts";
import { vocabularyOf } from "../../src/settings/vocabulary.ts";
import { fileConfiguration } from "../support/file-configuration.ts";

const vocabulary = vocabularyOf(options);
const names = [...options.keys()].map((name) => `--${name}`);
const word = fc.oneof(
  fc.constantFrom(...names, "-p", "-p4", "-ML", "--", "-", "app.py", "a:b", "4", ""),
  fc.string({ unit: "binary", maxLength: 12 }),
  fc.tuple(fc.constantFrom(...names), fc.string({ maxLength: 8 })).map(([name, value]) => `${name}=${value}`),
);

test("no command line breaks the reader, and a refusal always says why", () => {
  fc.assert(
    fc.property(fc.array(word, { maxLength: 8 }), (argv) => {
      const { entries, positionals: targets, problems } = readArgv(argv, vocabulary);
      const read = readSettings(fileConfiguration([], { entries, targets, problems }));
      if (read.kind === "problems")
        assert.ok(read.problems.length > 0 && read.problems.every((text) => text !== ""));
    }),
    { numRuns: 2000 },
  );
});
