/** Completion as the shells themselves carry it out. */

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { skipUnless } from "../support/component.ts";
import { folderWith, runTsgi } from "./run-tsgi.ts";

const ZSH_CANDIDATES = fileURLToPath(new URL("../support/zsh-candidates.zsh", import.meta.url));

const folder = folderWith({ "uwsgi.ini": "", "folder/app.py": "", "unrelated.txt": "" });
after(() => folder[Symbol.dispose]());

/** A line, and what is to be offered at its end; "…" behind the last name allows for more. */
const promises: readonly (readonly [line: string, offered: readonly string[]])[] = [
  ["tsgi --procname-p", ["--procname-prefix", "--procname-prefix-spaced"]],
  ["tsgi --pytho", ["--python", "--python-path", "…"]],
  ["tsgi check --procname-p", ["--procname-prefix", "--procname-prefix-spaced"]],
  ["tsgi --php-a", []],
  ["tsgi chec", ["check"]],
  ["tsgi uw", ["uwsgi.ini"]],
  ["tsgi check uw", ["uwsgi.ini"]],
  ["tsgi check ", ["folder", "gunicorn", "uwsgi.ini"]],
  ["tsgi --http-s", ["--http-socket", "…"]],
  ["tsgi --uid roo", ["root", "…"]],
  ["tsgi --gid roo", ["root", "…"]],
  ["tsgi gunicorn -k g", ["gevent", "gthread"]],
  ["tsgi gunicorn --user roo", ["root", "…"]],
  ["tsgi --protocol ", ["fastcgi", "fastcgi-nph", "http", "http11", "scgi", "scgi-nph", "uwsgi"]],
  ["tsgi --protocol htt", ["http", "http11"]],
  ["tsgi --chdir f", ["folder"]],
  ["tsgi --chdir u", []],
  ["tsgi --logto unr", ["unrelated.txt"]],
  ["tsgi --processes u", []],
  ["tsgi completion ", ["bash", "fish", "zsh"]],
  ["tsgi options log-4", ["log-4xx"]],
  ["tsgi ctl re", ["reload", "reopen-logs", "resume"]],
  ["tsgi ctl --pidfile unr", ["unrelated.txt"]],
  ["tsgi gunicorn --worker-cl", ["--worker-class"]],
  ["tsgi check gunicorn --worker-cl", ["--worker-class"]],
];

const shells = {
  bash: completeInBash,
  zsh: completeInZsh,
  fish: completeInFish,
};

for (const [shell, complete] of Object.entries(shells)) {
  const isThere = existsSync(`/usr/bin/${shell}`) || existsSync(`/bin/${shell}`);
  test(`${shell} completes options, commands, files and words`, {
    skip: skipUnless(isThere, shell),
  }, () => {
    const script = join(folder.path, `completion.${shell}`);
    assert.equal(run("/bin/sh", ["-c", '"$@" > "$0"', script, ...command(shell)]).stderr, "");
    for (const [line, offered] of promises) {
      const found = complete(script, line);
      const isOpen = offered.at(-1) === "…";
      const expected = isOpen ? offered.slice(0, -1) : offered;
      const compared = isOpen ? found.filter((name) => expected.includes(name)) : found;
      assert.deepEqual(compared, expected, `${shell}: ${line}`);
    }
  });
}

test("bash offers what is not in this version where nothing else is", {
  skip: skipUnless(existsSync("/bin/bash"), "bash"),
}, () => {
  const script = join(folder.path, "later.bash");
  run("/bin/sh", ["-c", '"$@" > "$0"', script, ...command("bash")]);
  assert.deepEqual(completeInBash(script, "tsgi --http-s"), ["--http-socket"]);
  assert.deepEqual(completeInBash(script, "tsgi --https-s"), ["--https-session-context", "--https-socket"]);
});

test("another shell is refused by name", () => {
  const { status, stderr } = runTsgi(["completion", "tcsh"]);
  assert.equal(status, 2);
  assert.equal(stderr, 'tsgi: error: completion: one of bash, zsh, fish is wanted, not "tcsh"\n');
});

function command(shell: string): readonly string[] {
  const script = fileURLToPath(new URL("../../bin/tsgi.js", import.meta.url));
  return [process.execPath, script, "completion", shell];
}

/** The words, as readline splits them. */
function completeInBash(script: string, line: string): readonly string[] {
  const ask = `source "$0"; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _tsgi; printf '%s\\n' "\${COMPREPLY[@]}"`;
  return candidates(run("bash", ["--norc", "-c", ask, script, ...line.split(" ")]));
}

function completeInZsh(script: string, line: string): readonly string[] {
  return candidates(run("zsh", ["-f", ZSH_CANDIDATES, script, line]));
}

function completeInFish(script: string, line: string): readonly string[] {
  const ask = `source ${script}; complete -C '${line}'`;
  return candidates(run("fish", ["--no-config", "-c", ask]));
}

/** Without descriptions, and without the slash that some put behind a folder. */
function candidates({ stdout, stderr }: { stdout: string; stderr: string }): readonly string[] {
  assert.equal(stderr, "");
  const names = stdout.split("\n").map((line) => (line.split("\t")[0] ?? "").replace(/\/$/, ""));
  return [...new Set(names.filter((name) => name !== ""))].sort();
}

function run(program: string, args: readonly string[]): { stdout: string; stderr: string } {
  // Of HOME a shell would read and write files of its own.
  const env = { ...process.env, HOME: folder.path, TERM: "dumb" };
  return spawnSync(program, args, { cwd: folder.path, encoding: "utf8", timeout: 30_000, env });
}
