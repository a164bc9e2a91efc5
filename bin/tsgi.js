#!/usr/bin/env node
/**
 * The command. Plain JavaScript that any Node since 12 can read, so that an old one hears why it is refused.
 * A clone runs src/ (Node strips the types), an installed package dist/: Node strips none under node_modules.
 */

import { existsSync } from "node:fs";
import * as nodeModule from "node:module";
import { fileURLToPath } from "node:url";

const WANTED = [24, 12];

const refusal = refusalOf(process.versions.node);
if (refusal === null) {
  import(entryPoint()).then(start).catch(fail);
} else {
  console.error(refusal);
  process.exitCode = 1;
}

function refusalOf(found) {
  const parts = found.split(".").map(Number);
  const isNewEnough = parts[0] > WANTED[0] || (parts[0] === WANTED[0] && parts[1] >= WANTED[1]);
  if (isNewEnough) return null;
  const own = fileURLToPath(new URL("../node_modules/.bin/node", import.meta.url));
  const script = fileURLToPath(import.meta.url);
  const advice = existsSync(own)
    ? `This clone has one: ${own} ${script} …, or npm start`
    : isClone()
      ? "In this clone, npm install brings one; then: node_modules/.bin/node bin/tsgi.js …, or npm start"
      : "Install a current Node, or put one beside tsgi: npm install node@24, then npx tsgi …";
  const wanted = WANTED.join(".");
  return `tsgi: Node ${wanted} or later is wanted, this is ${found} (${process.execPath})\ntsgi: ${advice}`;
}

function isClone() {
  return (
    existsSync(new URL("../src/main.ts", import.meta.url)) && !import.meta.url.includes("/node_modules/")
  );
}

function entryPoint() {
  if (!isClone() || process.env.TSGI_BUILD === "dist") return "../dist/main.js";
  // Stripping types takes 0.2 s of a start. The cache is the clone's own: one in /tmp could be somebody else's.
  nodeModule.enableCompileCache(fileURLToPath(new URL("../node_modules/.cache/tsgi", import.meta.url)));
  return "../src/main.ts";
}

function start(module) {
  return module.main(process.argv.slice(2)).then((code) => process.exit(code));
}

function fail(error) {
  console.error(error);
  process.exit(1);
}
