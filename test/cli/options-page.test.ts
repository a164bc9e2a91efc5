/** docs/options.md as it is generated; that the file is current is checked by npm run check. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { optionsPage } from "../../scripts/options-page.ts";
import { gunicornSettings } from "../../src/settings/gunicorn/gunicorn-settings.ts";
import { options } from "../../src/settings/options.ts";

const page = optionsPage();

test("every option, every alias and every setting of Gunicorn is on the page", () => {
  const names = [...options].flatMap(([name, { aliases = [] }]) => [name, ...aliases]);
  const isThere = (name: string) => new RegExp(`[\`-]${name}[\`, =[]`).test(page);
  assert.deepEqual(
    [...names, ...gunicornSettings.keys()].filter((name) => !isThere(name)),
    [],
  );
});

test("nothing is said of what a reload applies: there is none yet", () => {
  assert.doesNotMatch(page, /A new value/);
});

test("every link on the page leads to a heading, and that of an option to its own", () => {
  const headings = new Map<string, string>();
  for (const [, title = ""] of page.matchAll(/^#+ (.+)$/gm)) {
    const plain = title.toLowerCase().replace(/[^a-z0-9 -]/g, "");
    const base = plain.replaceAll(" ", "-");
    headings.set(headings.has(base) ? `${base}-1` : base, title);
  }
  for (const [, text, target = ""] of page.matchAll(/\[([^\]]+)\]\(#([^)]+)\)/g))
    assert.equal(headings.get(target), text);
});

test("tables have the same number of cells in every line", () => {
  const lines = page.split("\n").filter((line) => line.startsWith("| `"));
  assert.ok(lines.length > 500);
  assert.deepEqual(
    lines.filter((line) => line.split(/(?<!\\)\|/).length !== 5),
    [],
  );
});
