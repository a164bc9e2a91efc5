/** Writes the generated pages; with --check it only compares, and fails where one is stale. */

import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { optionsPage } from "./options-page.ts";

const pages = [{ path: "docs/options.md", text: optionsPage() }];

for (const { path, text } of pages) {
  const file = new URL(`../${path}`, import.meta.url);
  const isCurrent = existsSync(file) && readFileSync(file, "utf8") === text;
  if (isCurrent) continue;
  if (process.argv.includes("--check")) {
    console.error(`${path} is stale: npm run docs`);
    process.exitCode = 1;
  } else {
    writeFileSync(file, text);
    console.log(`${path} written`);
  }
}
