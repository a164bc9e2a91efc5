/**
 * Golden files: a folder of files, each with an input and what comes of it.
 * UPDATE_GOLDEN=1 writes what comes now: read the difference before it is committed.
 */

import assert from "node:assert/strict";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { test } from "node:test";

/** The first line is the input, an empty line follows, then the output. */
export function testGoldenFiles(folder: string, outputOf: (input: string) => string | Promise<string>): void {
  for (const name of readdirSync(folder).sort()) {
    const path = join(folder, name);
    test(basename(name, ".txt").replaceAll("-", " "), async () => {
      const [input = ""] = readFileSync(path, "utf8").split("\n");
      const whole = `${input}\n\n${(await outputOf(input)).trimEnd()}\n`;
      if (process.env["UPDATE_GOLDEN"]) writeFileSync(path, whole);
      assert.equal(whole, readFileSync(path, "utf8"));
    });
  }
}
