/** `tsgi options`: the table, searched. */

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { options } from "../../src/settings/options.ts";
import { NODE, TSGI } from "../support/start-server.ts";
import { runTsgi } from "./run-tsgi.ts";

test("a full name shows everything that the table says of it", () => {
  const { status, stdout } = runTsgi(["options", "processes"]);
  assert.equal(status, 0);
  assert.match(stdout, /^processes\n {2}Meaning +Worker processes\n/);
  assert.match(stdout, /^ {2}Written +-p, --processes, --workers N$/m);
  assert.match(stdout, /^ {2}Answer +works$/m);
  assert.match(stdout, /^ {2}Value +whole number from 1 to 1024$/m);
  assert.match(stdout, /^ {2}Default +1$/m);
  assert.match(stdout, /^ {2}Reload +applies a change$/m);
  assert.match(stdout, /^ {2}In Gunicorn +workers$/m);
});

for (const written of ["workers", "p", "-p", "--processes"]) {
  test(`"${written}" is the option processes too`, () => {
    assert.match(runTsgi(["options", written]).stdout, /^processes\n/);
  });
}

test("an option that never will be says why", () => {
  const { stdout } = runTsgi(["options", "php-app"]);
  assert.match(stdout, /^php-app\n {2}Written .*\n {2}Answer +never, because tsgi runs Python, not PHP/);
});

test("a word is looked for in names, meanings and Gunicorn's names", () => {
  assert.match(runTsgi(["options", "harakiri"]).stdout, /^ {2}harakiri-verbose +\S.*/m);
  assert.match(runTsgi(["options", "somaxconn"]).stdout, /^Listeners\n {2}listen +works/m);
  assert.match(runTsgi(["options", "worker_class"]).stdout, /^Gunicorn's settings\n {2}worker_class /m);
});

test("a setting of Gunicorn whose answer depends on its value says for which it is another", () => {
  assert.match(runTsgi(["options", "kill", "hangs"]).stdout, /^ {2}timeout +works +.* \(0: no\s+effect\)/m);
  assert.doesNotMatch(runTsgi(["options"]).stdout, /^ {2}\S+ +depends /m);
});

test("several words have to be there all", () => {
  const { stdout } = runTsgi(["options", "unix", "mode"]);
  assert.match(stdout, /^ {2}chmod-socket /m);
  assert.doesNotMatch(stdout, /^ {2}pidfile /m);
});

test("what nothing matches gets the nearest names, and exit code 1", () => {
  const { status, stdout, stderr } = runTsgi(["options", "hrakiri"]);
  assert.equal(status, 1);
  assert.equal(stdout, "");
  assert.equal(stderr, 'tsgi: error: no option says "hrakiri" (did you mean harakiri?)\n');
});

test("without a word all options are listed, in one or two lines each", () => {
  const lines = runTsgi(["options"]).stdout.split("\n");
  const names = new Set(lines.map((line) => /^ {2}(\S+)/.exec(line)?.[1]));
  assert.deepEqual(
    [...options.keys()].filter((name) => !names.has(name)),
    [],
  );
  assert.deepEqual(
    lines.filter((line) => line.length > 100),
    [],
  );
  assert.ok(lines.every((line, at) => !/^ {10}/.test(line) || !/^ {10}/.test(lines[at + 1] ?? "")));
});

test("--schema is the JSON schema of the options", () => {
  const { status, stdout } = runTsgi(["options", "--schema"]);
  assert.equal(status, 0);
  assert.match(JSON.parse(stdout).$schema, /json-schema\.org/);
});

test("a reader that leaves early leaves no trace", () => {
  const command = `"${NODE}" "${TSGI}" options | head -1`;
  const { stdout, stderr } = spawnSync("/bin/sh", ["-c", command], { encoding: "utf8" });
  assert.equal(stdout, "Application\n");
  assert.equal(stderr, "");
});
