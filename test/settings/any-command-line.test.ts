import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { readCommandLine } from "../../src/cli/command-line.ts";
import { options } from "../../src/settings/options.ts";

const names = [...options.keys()].map((name) => `--${name}`);
const word = fc.oneof(
  fc.constantFrom(...names, "-p", "-p4", "-ML", "--", "-", "app.py", "a:b", "4", ""),
  fc.string({ unit: "binary", maxLength: 12 }),
  fc.tuple(fc.constantFrom(...names), fc.string({ maxLength: 8 })).map(([name, value]) => `${name}=${value}`),
);

test("no command line breaks the reader, and a refusal always says why", () => {
  fc.assert(
    fc.property(fc.array(word, { maxLength: 8 }), (argv) => {
      const read = readCommandLine(argv);
      if (read.kind === "problems")
        assert.ok(read.problems.length > 0 && read.problems.every((text) => text !== ""));
    }),
    { numRuns: 2000 },
  );
});
