/** `tsgi check`: what each line of a configuration does here. */

import assert from "node:assert/strict";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import type { Report } from "../../src/cli/check-report.ts";
import { checkText, summaryOf } from "../../src/cli/check-text.ts";
import { folderWith, runTsgi } from "./run-tsgi.ts";

const SITE = `[uwsgi]
base = /usr/lib
chdir = %(base)
module = site.wsgi
master = true
workers = 2
`;

test("a configuration that is fine ends with 0, a warning with 1, an error with 2", () => {
  using folder = folderWith({
    "fine.ini": SITE,
    "warning.ini": `${SITE}proceses = 4\n`,
    "error.ini": `${SITE}threads = -4\nuid = ?\n`,
  });
  const exits = ["fine", "warning", "error"].map((name) => {
    return runTsgi(["check", `${name}.ini`], { cwd: folder.path }).status;
  });
  assert.deepEqual(exits, [0, 1, 2]);
});

test("each line has its place, its value, an answer and a text, in columns", () => {
  using folder = folderWith({ "uwsgi.ini": `${SITE}proceses = 4\nphp-app = x\n` });
  const { stdout } = runTsgi(["check", "uwsgi.ini"], { cwd: folder.path });
  const lines = stdout.split("\n");
  assert.match(lines[0] ?? "", /^uwsgi\.ini:2 {2}base = \/usr\/lib {5}placeholder {2}stands for %\(base\)$/);
  assert.match(lines[1] ?? "", /^uwsgi\.ini:3 {2}chdir = \/usr\/lib {4}works {8}change to this directory/);
  const columns = lines
    .slice(0, 8)
    .filter((line) => line.startsWith("uwsgi.ini"))
    .map((line) => line.search(/ (works|no effect|unknown|never|placeholder) /));
  assert.equal(new Set(columns).size, 1);
  assert.match(
    stdout,
    /^7 options: 3 work, 1 has no effect here, 1 is not honoured, 1 is a placeholder, 1 is unknown$/m,
  );
  assert.match(stdout, /^warning: uwsgi\.ini:7: proceses: no such option \(did you mean processes\?\)$/m);
});

test("no line is wider than the terminal, in any width from 60 to 160", () => {
  const text =
    "has no effect here: a sentence that is long enough to fill more than one line of a terminal, whatever";
  const entries = [
    entry({ line: 4, key: "logto", value: "/var/log/a/path/that/is/longer/than/a/column/may/be.log", text }),
    entry({
      file: "a/folder/and/another/folder/inside/of/it/uwsgi.ini",
      line: 1234,
      key: "vacuum",
      value: null,
      text,
    }),
  ];
  for (const width of [60, 80, 100, 120, 160]) {
    const shown = checkText(reportWith(entries), { width, inColours: false });
    assert.deepEqual(
      shown.split("\n").filter((line) => line.length > width),
      [],
      `${width} columns`,
    );
    assert.match(shown, /:1234/);
  }
});

test("colours are for terminals, and nothing in a value can move the cursor", () => {
  const report = reportWith([entry({ key: "procname", value: "\u001b[2J" })]);
  assert.ok(checkText(report, { width: 100, inColours: true }).includes("\u001b[32mworks      \u001b[0m"));
  assert.ok(!checkText(report, { width: 100, inColours: false }).includes("\u001b"));
});

test("the summary counts in whole words", () => {
  assert.equal(summaryOf([entry({})]), "1 option: 1 works");
  assert.equal(
    summaryOf([entry({}), entry({ answer: "unknown" }), entry({ answer: "unusable" })]),
    "3 options: 1 works, 1 is unknown, 1 cannot be used",
  );
  assert.equal(summaryOf([]), "No option is given.");
});

test("lines of blocks that are not taken stand in their place, as skipped", () => {
  using folder = folderWith({
    "uwsgi.ini": "[uwsgi]\nif-env = NOBODY_SETS_THIS\nthreads = 9\nendif =\nmodule = site\n",
  });
  const { stdout, status } = runTsgi(["check", "uwsgi.ini"], { cwd: folder.path });
  assert.equal(status, 0);
  assert.match(stdout, /^uwsgi\.ini:2 .*\n(?: .*\n)*uwsgi\.ini:3 {2}threads = 9 +skipped /m);
});

test("included files show their own names, and their lines stand together", () => {
  using folder = folderWith({
    "uwsgi.ini": "[uwsgi]\nini = conf/base.ini\nmodule = site\n",
    "conf/base.ini": "[uwsgi]\nthreads = 3\n",
  });
  const { files, entries } = reportOf(["uwsgi.ini"], folder.path);
  assert.deepEqual(files, ["uwsgi.ini", "conf/base.ini"]);
  assert.deepEqual(
    entries.map(({ file, line, key }) => `${file}:${line} ${key}`),
    ["uwsgi.ini:2 ini", "uwsgi.ini:3 module", "conf/base.ini:2 threads"],
  );
});

test("the same configuration in every format gets the same answers", () => {
  using folder = folderWith({
    "a.ini": "[uwsgi]\nmodule = site\nthreads = 3\nproceses = 2\n",
    "a.yaml": "uwsgi:\n  module: site\n  threads: 3\n  proceses: 2\n",
    "a.json": '{"uwsgi": {"module": "site",\n"threads": 3,\n"proceses": 2}}\n',
    "a.xml": "<uwsgi>\n<module>site</module>\n<threads>3</threads>\n<proceses>2</proceses>\n</uwsgi>\n",
  });
  const answers = ["a.ini", "a.yaml", "a.json", "a.xml"].map((file) => {
    const { entries, exit } = reportOf([file], folder.path);
    return [exit, ...entries.map(({ key, value, answer, text }) => ({ key, value, answer, text }))];
  });
  for (const others of answers.slice(1)) assert.deepEqual(others, answers[0]);
});

test("a section of a file, several files and options beside them are one configuration", () => {
  using folder = folderWith({
    "a.ini": "[uwsgi]\nthreads = 3\n[live]\nthreads = 8\n",
    "b.ini": "[uwsgi]\nmodule = site\n",
  });
  const { entries, exit } = reportOf(["a.ini:live", "b.ini", "--processes", "4"], folder.path);
  assert.equal(exit, 0);
  assert.deepEqual(
    entries.map(({ file, key, value }) => [file, key, value]),
    [
      [null, "--processes", "4"],
      ["a.ini", "threads", "8"],
      ["b.ini", "module", "site"],
    ],
  );
});

test("the environment is part of it, also without a file", () => {
  using folder = folderWith({});
  const environment = { UWSGI_MODULE: "site", UWSGI_THREADS: "4" };
  const { status, stdout } = runTsgi(["check"], { cwd: folder.path, environment });
  assert.equal(status, 0, stdout);
  assert.match(stdout, /^environment {2}UWSGI_THREADS = 4 +works/m);
});

test("without anything to check it says how to use it", () => {
  using folder = folderWith({});
  const { status, stdout, stderr } = runTsgi(["check"], { cwd: folder.path });
  assert.equal(status, 2);
  assert.equal(stdout, "");
  assert.match(stderr, /nothing to check.*\nUsage: tsgi check /);
});

test("a file that is not there is an error with its name", () => {
  using folder = folderWith({});
  const { status, stdout } = runTsgi(["check", "nowhere.ini"], { cwd: folder.path });
  assert.equal(status, 2);
  assert.match(stdout, /^error: .*nowhere\.ini.*does not exist/m);
});

test("--json is one document with all of it", () => {
  using folder = folderWith({ "uwsgi.ini": `${SITE}proceses = 4\n` });
  const report = reportOf(["uwsgi.ini"], folder.path);
  assert.deepEqual(Object.keys(report), ["files", "entries", "warnings", "problems", "notes", "exit"]);
  assert.deepEqual(report.entries[4], {
    file: "uwsgi.ini",
    line: 6,
    key: "workers",
    value: "2",
    name: "processes",
    answer: "works",
    severity: "fine",
    text: report.entries[4]?.text,
  });
  assert.deepEqual(report.warnings, ["uwsgi.ini:7: proceses: no such option (did you mean processes?)"]);
  assert.deepEqual(report.problems, []);
  assert.equal(report.exit, 1);
});

test("a configuration of Gunicorn is executed, and judged setting by setting", () => {
  using folder = folderWith({
    "gunicorn.conf.py":
      "import os\nworkers = 1 + 2\nmax_requests = 100\nwsgi_app = 'site:app'\ntime_out = 3\n",
  });
  for (const argv of [[], ["gunicorn.conf.py"], ["gunicorn", "-c", "gunicorn.conf.py"]]) {
    const { files, entries, warnings, exit } = reportOf(argv, folder.path);
    assert.deepEqual(files, ["gunicorn.conf.py"]);
    const workers = entries.find(({ key, value }) => key === "workers" && value === "3");
    assert.equal(workers?.answer, "works");
    assert.equal(entries.find(({ key }) => key === "time_out")?.answer, "unknown");
    assert.ok(warnings.some((warning) => warning.includes("did you mean timeout?")));
    assert.equal(exit, 1);
  }
});

test("a file of Gunicorn that fails is an error with its traceback", () => {
  using folder = folderWith({ "gunicorn.conf.py": "workers = nobody\n" });
  const { status, stdout } = runTsgi(["check", "gunicorn.conf.py"], { cwd: folder.path });
  assert.equal(status, 2);
  assert.match(stdout, /^error: .*gunicorn\.conf\.py/m);
  assert.match(stdout, /NameError/);
});

test("what a start would be refused with on this machine is an error of the line that names it", () => {
  const lines = {
    uid: "nosuchuser",
    gid: "nosuchgroup",
    "chown-socket": "nosuch",
    chdir: "/nonexistent",
    home: "/nonexistent",
    python: "/nope",
    logto: "/nonexistent/log",
    pidfile: "/nonexistent/pid",
    "req-logger": "file:/nonexistent/log",
    http: "/nonexistent/x.sock",
    mount: "/x=/nonexistent.py",
    "wsgi-file": "nowhere.py",
  };
  for (const [name, value] of Object.entries(lines)) {
    const other = name === "wsgi-file" ? "" : "module = site";
    using folder = folderWith({ "uwsgi.ini": `[uwsgi]\n${other}\n${name} = ${value}\n` });
    const { entries, problems, exit } = reportOf(["uwsgi.ini"], folder.path);
    const found = entries.find(({ line }) => line === 3);
    assert.deepEqual([found?.name, found?.answer, found?.severity], [name, "unusable", "error"]);
    assert.match(problems.join("\n"), new RegExp(`^uwsgi\\.ini:3: ${name}: `));
    assert.equal(exit, 2, name);
    assert.deepEqual(readdirSync(folder.path), ["uwsgi.ini"]);
  }
});

test("an application is not executed, and a configuration that is says so", () => {
  const program = "open('executed', 'w')\n";
  using folder = folderWith({ "app.py": program, "gunicorn.conf.py": program });
  const application = runTsgi(["check", "app.py"], { cwd: folder.path });
  assert.deepEqual([application.status, existsSync(join(folder.path, "executed"))], [1, false]);
  assert.match(application.stdout, /is taken for an application[\s\S]*tsgi check gunicorn -c app\.py/);
  const configuration = runTsgi(["check", "gunicorn.conf.py"], { cwd: folder.path });
  assert.deepEqual([configuration.status, existsSync(join(folder.path, "executed"))], [0, true]);
  assert.match(configuration.stdout, /^note: gunicorn\.conf\.py: was executed by Python/m);
});

test("an error of several lines is shown in several lines", () => {
  using folder = folderWith({});
  const { stdout } = runTsgi(["check", "gunicorn", "-c", "nosuch.py"], { cwd: folder.path });
  assert.match(stdout, /nosuch\.py: there is no such file\n +it is looked for in/);
});

function reportOf(argv: readonly string[], cwd: string): Report {
  const { stdout, stderr } = runTsgi(["check", "--json", ...argv], { cwd });
  assert.equal(stderr, "");
  return JSON.parse(stdout);
}

function entry(given: Partial<Report["entries"][number]>): Report["entries"][number] {
  const key = given.key ?? "threads";
  return {
    file: "uwsgi.ini",
    line: 2,
    key,
    value: "4",
    name: key,
    answer: "works",
    severity: "fine",
    text: "threads in each worker",
    ...given,
  };
}

function reportWith(entries: Report["entries"]): Report {
  return { files: [], entries, warnings: [], problems: [], notes: [], exit: 0 };
}
