import assert from "node:assert/strict";
import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, test } from "node:test";
import { surroundingsOf } from "../../src/cli/surroundings.ts";
import type { Configuration } from "../../src/config/configuration.ts";
import { readConfiguration } from "../../src/config/uwsgi/read-configuration.ts";
import { dumpOptions, showConfig } from "../../src/config/uwsgi/show-config.ts";
import { options } from "../../src/settings/options.ts";
import { vocabularyOf } from "../../src/settings/vocabulary.ts";

const vocabulary = vocabularyOf(options);
const top = realpathSync(mkdtempSync(join(tmpdir(), "tsgi-uwsgi-messages-")));
const startFolder = process.cwd();

after(() => {
  process.chdir(startFolder);
  rmSync(top, { recursive: true });
});

type Files = Readonly<Record<string, string | Buffer>>;

async function read(
  files: Files,
  { argv = ["app.ini"], env = {} }: { argv?: string[]; env?: Record<string, string> } = {},
): Promise<Configuration> {
  const folder = mkdtempSync(join(top, "case-"));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  process.chdir(folder);
  return readConfiguration({
    argv,
    vocabulary,
    surroundings: { ...surroundingsOf("1.0"), environment: env },
  });
}

const ini = (lines: string): Files => ({ "app.ini": `[uwsgi]\n${lines}\n` });

/** What is refused, and how. */
const refusals: readonly (readonly [string, Files, RegExp])[] = [
  ["a file that is not there", {}, /app\.ini.*does not exist$/],
  ["a directory", { "app.ini/x": "" }, /app\.ini is a directory, not a file$/],
  [
    "a binary",
    { "app.ini": Buffer.from([0x7f, 0x45, 0x4c, 0x46, 0, 1]) },
    /is not a text: it contains a zero byte$/,
  ],
  [
    "50 MB",
    { "app.ini": Buffer.alloc(50e6, "a") },
    /is too large for a configuration: 48 MiB, and 1 MiB is the most$/,
  ],
  [
    "a file that includes itself",
    ini("ini = app.ini"),
    /^app\.ini:2: ini: .*already being read: app\.ini → app\.ini$/,
  ],
  [
    "a circle of files",
    { ...ini("ini = b.ini"), "b.ini": "[uwsgi]\nini = app.ini" },
    /^b\.ini:2: ini: .*: app\.ini → b\.ini → app\.ini$/,
  ],
  ["a section that includes itself", ini("ini = :uwsgi"), /app\.ini → app\.ini:uwsgi$/],
  [
    "http://",
    ini("ini = http://example.com/a.ini"),
    /^app\.ini:2: ini: a configuration is not taken from http:/,
  ],
  ["data://", ini("ini = data://0"), /data:\/\/ reads from inside uWSGI's own program/],
  ["a template of unknown format", ini("include = b.tpl"), /the format of "b\.tpl" is not known/],
  ["a file that a value includes", ini("a = @(nope)"), /^app\.ini:2: a: @\(nope\): the file does not exist$/],
  ["an endless value", ini("a = x%(a)"), /^app\.ini:2: a: %\(a\) refers to itself/],
  [
    "a block in a block",
    ini("if-env = A\nif-env = B\nendif ="),
    /^app\.ini:3: if-env: blocks cannot be nested/,
  ],
  [
    "a block in a block, each with its end",
    ini("if-env = A\nif-env = B\nendif =\nendif ="),
    /^app\.ini:3: if-env: blocks cannot be nested/,
  ],
  ["set without a value", ini("set = a"), /^app\.ini:2: set: "a" is not of the form name=value$/],
  ["an option as a placeholder", ini("set-ph = processes=1"), /processes is an option, so it cannot be/],
  ["what a blacklist forbids", ini("blacklist = a b\na = 1"), /^app\.ini:3: a: this option is forbidden/],
  ["an endless loop", ini("for-times = 999999999\na = 1\nendfor ="), /more than 100000 lines/],
];

for (const [what, files, expected] of refusals) {
  test(`readConfiguration() refuses ${what}`, async () => {
    const { problems } = await read(files, { env: { A: "", B: "" } });
    assert.equal(problems.length, 1, problems.join("\n"));
    assert.match(problems[0] ?? "", expected);
  });
}

const warnings: readonly (readonly [string, Files, RegExp])[] = [
  [
    "a missing section",
    { "app.ini": "[web]\na=1\n[jobs]\na=2\n" },
    /^app\.ini: there is no section \[uwsgi\].*it has \[web\], \[jobs\]$/,
  ],
  [
    "a section in capitals",
    { "app.ini": "[uWSGI]\na=1\n" },
    /it has \[uWSGI\] \(names of sections are told apart by case\)$/,
  ],
  [
    "a merge conflict",
    ini("<<<<<<< HEAD\na = 1\n=======\na = 2\n>>>>>>> branch"),
    /^app\.ini:2: a merge conflict was left in the file/,
  ],
  ["an empty file", { "app.ini": "" }, /it has no section at all$/],
  [
    "Latin-1",
    { "app.ini": Buffer.from("[uwsgi]\na = b\nc = \xe9\n", "latin1") },
    /^app\.ini:3: this is not UTF-8/,
  ],
  ["an unset variable", ini("a = $(NOPE)"), /^app\.ini:2: a: \$\(NOPE\) is not in the environment and stays/],
  ["a variable that env sets", ini("env = B=1\na = $(B)"), /"env = B=…" sets it for the application only$/],
  [
    "an undefined key",
    ini("a = %(nope)"),
    /^app\.ini:2: a: %\(nope\) stays as it is written: nothing sets "nope"$/,
  ],
  [
    "a block without an end",
    ini("if-env = NOPE\na = 1"),
    /^app\.ini:2: if-env: no "endif =" ends this block/,
  ],
  [
    "a block in a skipped block",
    ini("if-env = NOPE\nif-env = A\nendif ="),
    /^app\.ini:3: if-env: blocks cannot be nested: the next end closes/,
  ],
  ["a placeholder in a condition", ini("if-exists = %(x)\nendif ="), /placeholders are not replaced here/],
  [
    "a command that fails",
    ini("a = @(exec://exit 3)"),
    /^app\.ini:2: a: @\(exec:\/\/exit 3\): the command failed with exit code 3/,
  ],
  [
    "a command that is not there",
    ini("a = @(exec://no-such-command 2>&-)"),
    /the command was not found \(exit code 127\)/,
  ],
];

for (const [what, files, expected] of warnings) {
  test(`readConfiguration() warns of ${what}`, async () => {
    const { warnings: said, problems } = await read(files);
    assert.deepEqual(problems, []);
    assert.equal(said.length, 1, said.join("\n"));
    assert.match(said[0] ?? "", expected);
  });
}

test("readConfiguration() runs no command that comes from the environment", async () => {
  const env = { UWSGI_A: "@(exec://touch ran)", X: "@(exec://touch ran)" };
  const { problems, entries } = await read(ini("b = $(X)\nc = %(a)"), { env });
  assert.deepEqual(problems, [
    "UWSGI_A (environment): @(exec://touch ran): a command from the environment is not run; write it into a file",
    "app.ini:2: b: @(exec://touch ran): a command from the environment is not run; write it into a file",
  ]);
  assert.deepEqual(
    entries.map(({ name }) => name),
    ["c"],
  );
});

test("readConfiguration() keeps what a block leaves out, and what refers to what", async () => {
  const { skipped, referred, files, targets } = await read(
    ini("a = %(b)\nif-opt = c\nthreads = 2\nendif ="),
    {
      argv: ["app.ini", "shop.wsgi"],
    },
  );
  assert.deepEqual(
    skipped.map(({ origin, value }) => [origin, value]),
    [["app.ini:4: threads", "2"]],
  );
  assert.deepEqual([...referred], ["c", "b"]);
  assert.deepEqual(files, ["app.ini"]);
  assert.deepEqual(
    targets.map(({ value }) => value),
    ["shop.wsgi"],
  );
});

test("readConfiguration() drops a variable that a later unenv removes", async () => {
  const { entries } = await read(ini("env = A=1\nenv = B=1\nunenv = A\nenv = A=2"));
  assert.deepEqual(
    entries.map(({ value }) => value),
    ["B=1", "A", "A=2"],
  );
});

test("readConfiguration() leaves an unset variable to the option that cannot use it", async () => {
  const { warnings: said, entries } = await read(ini("processes = $(NOPE)"));
  assert.deepEqual([said, entries[0]?.value], [[], "$(NOPE)"]);
});

test("readConfiguration() lists what an abbreviation may stand for", async () => {
  const { problems } = await read({}, { argv: ["--proc", "4"] });
  assert.match(
    problems[0] ?? "",
    /^--proc \(argument 1\): no such option \(it begins --processes, (--\S+, ){3}…\)$/,
  );
});

test("readConfiguration() warns of a cluster of letters that looks like a name", async () => {
  const { warnings: said } = await read({}, { argv: ["-master"] });
  assert.deepEqual(said, [
    "-master (argument 1): read as single letters, as uWSGI does (did you mean --master?)",
  ]);
});

test("readConfiguration() names a file that may not be read", {
  // bad-configuration.test.ts reads one as another user.
  skip: process.getuid?.() === 0 ? "root may read everything" : false,
}, async () => {
  await read(ini(""));
  chmodSync("app.ini", 0);
  const { problems } = await readConfiguration({
    argv: ["app.ini"],
    vocabulary,
    surroundings: surroundingsOf(""),
  });
  assert.match(problems[0] ?? "", /app\.ini may not be read by this user$/);
});

test("readConfiguration() is done with 1000 lines in well under a second", async () => {
  const lines = Array.from(
    { length: 1000 },
    (_, index) => `key-${index} = %(key-${(index * 7) % 1000}x) $(HOME)`,
  );
  const start = performance.now();
  await read(ini(lines.join("\n")));
  assert.ok(performance.now() - start < 1000);
});

test("showConfig() prints one ini file", async () => {
  const configuration = await read(ini("workers = 2\nvacuum"), { argv: ["--master", "--ini", "app.ini"] });
  assert.equal(
    showConfig(configuration),
    ";uWSGI instance configuration\n[uwsgi]\nmaster = true\nini = app.ini\nworkers = 2\nvacuum = \n;end of configuration\n",
  );
});

test("dumpOptions() prints all names", () => {
  const names = dumpOptions(vocabulary).split("\n");
  for (const name of ["http-socket", "ini", "set-ph", "yml"]) assert.ok(names.includes(name), name);
});
