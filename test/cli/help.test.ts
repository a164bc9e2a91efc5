import assert from "node:assert/strict";
import { test } from "node:test";
import { subcommands } from "../../src/cli/commands.ts";
import { helpText } from "../../src/cli/help.ts";
import { options } from "../../src/settings/options.ts";
import { runTsgi } from "./run-tsgi.ts";

const lines = helpText().trimEnd().split("\n");

test("the help fits a screen of 40 lines and 80 columns", () => {
  assert.ok(lines.length <= 40, `${lines.length} lines`);
  assert.deepEqual(
    lines.filter((line) => line.length > 80),
    [],
  );
});

test("every option in the help works", () => {
  const named = lines.flatMap((line) => /^ {2}(?:-\w, )?--([\w-]+) /.exec(line)?.[1] ?? []);
  assert.ok(named.length >= 12);
  assert.deepEqual(
    named.filter((name) => options.get(name)?.row !== "option"),
    [],
  );
});

test("the help names each command, and ends with where to find the rest", () => {
  for (const name of Object.keys(subcommands))
    assert.ok(lines.some((line) => line.startsWith(`  tsgi ${name} `)));
  assert.match(lines.at(-1) ?? "", /tsgi options.*docs\/options\.md/);
});

for (const flag of ["--help", "-h", "--usage"]) {
  test(`${flag} shows it, also behind other options`, () => {
    const { status, stdout } = runTsgi(["--http", ":80", flag]);
    assert.deepEqual([status, stdout], [0, helpText()]);
  });
}

for (const name of ["check", "options", "completion", "ctl"]) {
  test(`tsgi ${name} --help tells how it is used, in 80 columns`, () => {
    const { status, stdout } = runTsgi([name, "--help"]);
    assert.equal(status, 0);
    assert.ok(stdout.startsWith(`Usage: tsgi ${name} `));
    assert.ok(stdout.split("\n").every((line) => line.length <= 80));
  });
}

test("tsgi gunicorn --help shows Gunicorn's options", () => {
  assert.match(runTsgi(["gunicorn", "--help"]).stdout, /^Usage: tsgi gunicorn [\s\S]*--worker-class/);
});
