#!/usr/bin/env node
/**
 * The command. Plain JavaScript that any Node since 12 can read, so that an old one hears why it is refused.
 * A clone runs src/ (Node strips the types), an installed package dist/: Node strips none under node_modules.
 */

import { existsSync } from "node:fs";
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
  return isClone() && process.env.TSGI_BUILD !== "dist" ? "../src/main.ts" : "../dist/main.js";
}

function start(module) {
  return module.main(process.argv.slice(2)).then((code) => process.exit(code));
}

function fail(error) {
  console.error(error);
  process.exit(1);
}
