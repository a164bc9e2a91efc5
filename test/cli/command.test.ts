/** bin/tsgi.js as a clone has it. */

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const SCRIPT = join(ROOT, "bin/tsgi.js");
const scratch = mkdtempSync(join(tmpdir(), "tsgi-command-"));
after(() => rmSync(scratch, { recursive: true }));

interface Ran {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function run(node: string, ...args: readonly string[]): Ran {
  return spawnSync(node, args, { encoding: "utf8", timeout: 30_000 });
}

test("--version tells tsgi's version and Node's", () => {
  const { status, stdout } = run(process.execPath, SCRIPT, "--version");
  assert.equal(status, 0);
  assert.match(stdout, /^tsgi \d+\.\d+\.\d+ \(Node 24\.\d+\.\d+\)\n$/);
});

test("--help goes to the standard output and starts with the usage", () => {
  const { status, stdout, stderr } = run(process.execPath, SCRIPT, "-h");
  assert.equal(status, 0);
  assert.match(stdout, /^Usage: tsgi /);
  assert.equal(stderr, "");
});

test("all mistakes of a command line are shown together, with exit code 2", () => {
  const { status, stdout, stderr } = run(process.execPath, SCRIPT, "--proceses=4", "--threads", "many");
  assert.equal(status, 2);
  assert.equal(stdout, "");
  assert.deepEqual(stderr.trim().split("\n"), [
    "tsgi: error: --proceses (argument 1): no such option (did you mean --processes?)",
    'tsgi: error: --threads (argument 2): cannot use "many": a whole number from 1 to 1024 is wanted',
    "tsgi: not started: 2 errors",
  ]);
});

const oldNode = ["/usr/bin/node", "/usr/local/bin/node"].find((path) => {
  return existsSync(path) && /^v(1\d|2[0-3])\./.test(run(path, "--version").stdout);
});

test("an old Node is told what it is, where it is, what is wanted and what to do", () => {
  const [node, before] = oldNode === undefined ? [process.execPath, pretendOld()] : [oldNode, []];
  const { status, stdout, stderr } = run(node, ...before, SCRIPT, "app.py");
  assert.equal(status, 1);
  assert.equal(stdout, "");
  const [first = "", second = ""] = stderr.split("\n");
  assert.match(first, /^tsgi: Node 24\.12 or later is wanted, this is \d+\.\d+\.\d+ \(\/.*\)$/);
  assert.ok(first.includes(node));
  assert.match(second, /node_modules\/\.bin\/node .*bin\/tsgi\.js …, or npm start$/);
});

for (const [version, isRefused] of [
  ["12.22.0", true],
  ["24.11.9", true],
  ["24.12.0", false],
  ["26.0.0", false],
] as const) {
  test(`Node ${version} is ${isRefused ? "refused" : "taken"}`, () => {
    const { status } = run(process.execPath, ...pretendOld(version), SCRIPT, "--version");
    assert.equal(status, isRefused ? 1 : 0);
  });
}

/** Flags that make this Node look like an old one. */
function pretendOld(version = "20.20.2"): readonly string[] {
  const preload = join(scratch, `pretend-${version}.cjs`);
  const versions = `{ ...process.versions, node: "${version}" }`;
  writeFileSync(preload, `Object.defineProperty(process, "versions", { value: ${versions} });\n`);
  return ["--require", preload];
}
