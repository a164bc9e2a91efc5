import assert from "node:assert/strict";
import { test } from "node:test";
import { mistakenCommand } from "../../src/cli/mistaken-command.ts";
import { folderWith, runTsgi } from "./run-tsgi.ts";

const promises: readonly (readonly [line: string, said: RegExp | null])[] = [
  ["help", /^"help" \(argument 1\): no such command, .* is here; tsgi --help tells what there is$/],
  ["version", /; tsgi --version tells it$/],
  ["reload", /; tsgi ctl reload does that to a running instance$/],
  ["run app.py", /; leave it out: tsgi app\.py$/],
  ["chek uwsgi.ini", /; did you mean tsgi check\?$/],
  ["option harakiri", /; did you mean tsgi options\?$/],
  ["run", null],
  ["run uwsgi.ini", null],
  ["chek --chdir /srv", null],
  ["app.py", null],
  ["shop.wsgi", null],
];

for (const [line, said] of promises) {
  test(`tsgi ${line} ${said === null ? "may name an application" : "is a mistake"}`, () => {
    const problem = mistakenCommand(line.split(" "), () => false);
    if (said === null) assert.equal(problem, null);
    else assert.match(problem ?? "", said);
  });
}

test("a file or a module of such a name is no mistake", () => {
  for (const path of ["help", "help.py"])
    assert.equal(
      mistakenCommand(["help"], (it) => it === path),
      null,
    );
});

test("a mistaken command is refused before anything starts", () => {
  using folder = folderWith({ "uwsgi.ini": "[uwsgi]\n" });
  const { status, stderr } = runTsgi(["chek", "uwsgi.ini"], { cwd: folder.path });
  assert.equal(status, 2);
  assert.match(stderr, /did you mean tsgi check\?/);
});
