/** From the command line to a start: what is told about a configuration, and what else it can be asked. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { readCommandLine } from "../../src/cli/command-line.ts";
import { options } from "../../src/settings/options.ts";
import { startServer } from "../support/start-server.ts";
import { folderWith, runTsgi } from "./run-tsgi.ts";

const SITE = "[uwsgi]\nwsgi-file = app.py\nthunder-lock = true\nproceses = 4\n";
const WARNING = "tsgi: warning: uwsgi.ini:4: proceses: no such option (did you mean processes?)\n";
const NOTE = /^tsgi: note: uwsgi\.ini:3: thunder-lock: has no effect here: /m;

test("warnings go to the standard error, notes only at level debug, neither at error and critical", () => {
  using folder = folderWith({ "uwsgi.ini": SITE });
  const told = (level: string): string => {
    const argv = ["uwsgi.ini", "--no-server", "--log-level", level];
    const { status, stdout, stderr } = runTsgi(argv, { cwd: folder.path });
    assert.deepEqual([status, stdout], [0, ""], level);
    return stderr;
  };
  assert.equal(told("info"), WARNING);
  assert.equal(told("warning"), WARNING);
  assert.equal(told("error"), "");
  assert.equal(told("critical"), "");
  const all = told("debug");
  assert.ok(all.includes(WARNING));
  assert.match(all, NOTE);
  assert.equal(all.split("thunder-lock").length, 2, "once");
});

test("all problems of a file are told together, and nothing is started", () => {
  using folder = folderWith({ "uwsgi.ini": "[uwsgi]\nprocesses = -1\nuid = ?\nmodule = site\n" });
  const { status, stdout, stderr } = runTsgi(["uwsgi.ini"], { cwd: folder.path });
  assert.deepEqual([status, stdout], [2, ""]);
  assert.match(
    stderr,
    /^tsgi: error: uwsgi\.ini:2: processes: .*\ntsgi: error: uwsgi\.ini:3: uid: .*\ntsgi: not started: 2 errors\n$/,
  );
});

test("--show-config prints the configuration with its placeholders replaced, and the start goes on", () => {
  using folder = folderWith({ "uwsgi.ini": "[uwsgi]\nname = shop\nmodule = %(name).wsgi\n" });
  const { status, stdout } = runTsgi(["uwsgi.ini", "--show-config", "--no-server"], { cwd: folder.path });
  assert.equal(status, 0);
  assert.match(stdout, /^\[uwsgi\]$/m);
  assert.match(stdout, /^module = shop\.wsgi$/m);
  const refused = runTsgi(["uwsgi.ini", "--show-config", "--threads", "x"], { cwd: folder.path });
  assert.equal(refused.status, 2);
  assert.match(refused.stdout, /^module = shop\.wsgi$/m);
});

test("--no-server ends with 2 where a start would be refused", () => {
  assert.equal(runTsgi(["--no-server"]).status, 2);
});

test("--dump-options prints the names of all options and ends", () => {
  const { status, stdout } = runTsgi(["--dump-options"]);
  const names = new Set(stdout.trimEnd().split("\n"));
  assert.equal(status, 0);
  for (const [name, { aliases = [] }] of options)
    for (const written of [name, ...aliases]) assert.ok(names.has(written), written);
});

test("--schema is no option any more: it belongs to tsgi options", () => {
  const { status, stderr } = runTsgi(["--schema"]);
  assert.equal(status, 2);
  assert.match(stderr, /--schema \(argument 1\): no such option/);
});

test("a file named like a command is served by its path", async () => {
  const app = "def application(environ, start):\n    start('200 OK', [])\n    return [b'served']\n";
  using folder = folderWith({ "check.py": app, "options/uwsgi.ini": "[uwsgi]\nwsgi-file = check.py\n" });
  for (const argv of [["./check.py"], ["options/uwsgi.ini"]]) {
    await using server = await startServer(argv, { cwd: folder.path });
    assert.equal(await (await server.fetch("/")).text(), "served");
  }
  for (const word of ["./check", "check:app", "./gunicorn", "options.wsgi"])
    assert.equal(readCommandLine([word]).kind, "serve");
});
