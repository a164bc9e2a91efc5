/** Configurations that nobody writes by intent: odd names, terminal controls, loops without an end, very long lists. */

import assert from "node:assert/strict";
import { resolve } from "node:path";
import { test } from "node:test";
import { surroundingsOf } from "../../src/cli/surroundings.ts";
import type { Configuration } from "../../src/config/configuration.ts";
import type { TextRead } from "../../src/config/surroundings.ts";
import { readConfiguration } from "../../src/config/uwsgi/read-configuration.ts";
import { options } from "../../src/settings/options.ts";
import { readSettings } from "../../src/settings/read-settings.ts";
import { vocabularyOf } from "../../src/settings/vocabulary.ts";

const vocabulary = vocabularyOf(options);
/** In milliseconds of the processor: several times what it takes, and a small part of what comparing all with all took. */
const QUICK = 5000;

function read(files: Readonly<Record<string, string>>, argv?: readonly string[]): Promise<Configuration> {
  const texts = new Map(Object.entries(files).map(([name, text]) => [`/srv/${name}`, text]));
  const surroundings = {
    ...surroundingsOf("1.0"),
    workingDirectory: "/srv",
    environment: {},
    realPath: (path: string) => path,
    kindOf: (path: string) => (texts.has(resolve("/srv", path)) ? ("file" as const) : ("absent" as const)),
    readText: (path: string): TextRead => ({ kind: "text", text: texts.get(path) ?? "", latin1Line: null }),
  };
  return readConfiguration({ argv: argv ?? Object.keys(files).slice(0, 1), vocabulary, surroundings });
}

function ini(...lines: readonly string[]): { "app.ini": string } {
  return { "app.ini": `[uwsgi]\n${lines.join("\n")}\n` };
}

async function quickly(files: Readonly<Record<string, string>>): Promise<Configuration> {
  const before = process.cpuUsage();
  const configuration = await read(files);
  readSettings(configuration);
  const { user, system } = process.cpuUsage(before);
  const took = (user + system) / 1000;
  assert.ok(took < QUICK, `${Math.round(took)} ms`);
  return configuration;
}

const ODD_NAMES = ["__proto__", "constructor", "valueOf", "toString", "hasOwnProperty"];

for (const name of ODD_NAMES) {
  test(`${name} is a key like any other in every format`, async () => {
    const files = [
      ini("x = 1", `${name} = %(x)`),
      { "app.yaml": `uwsgi:\n  x: 1\n  ${name}: "%(x)"\n` },
      { "app.json": `{"uwsgi": {"x": "1", "${name}": "%(x)"}, "__proto__": {"a": "b"}}` },
      { "app.xml": `<uwsgi id="__proto__"><x>1</x><${name}>%(x)</${name}></uwsgi>` },
    ];
    for (const each of files) {
      const { entries, problems } = await read(each);
      assert.deepEqual(
        entries.map((entry) => [entry.name, entry.written, entry.value]),
        [
          ["x", "x", "1"],
          [name, name, "1"],
        ],
      );
      assert.deepEqual(problems, []);
    }
  });

  test(`${name} is no variable, no extension and no declared option`, async () => {
    const lines = [`a = $(${name})`, `if-env = ${name}`, "b = 1", "endif ="];
    const { entries, skipped } = await read(ini(...lines));
    assert.equal(entries[0]?.value, `$(${name})`);
    assert.deepEqual(
      skipped.map(({ name: key }) => key),
      ["b"],
    );
    const { targets } = await read({}, [`app.${name}`]);
    assert.equal(targets[0]?.value, `app.${name}`);
  });
}

test("what acts on a terminal, or begins a line of its own, stays out of messages", async () => {
  const configuration = await read({
    "app.json": '{"uwsgi": {"\\u001b[2Jx": 1, "a\\nb\\u202e": "$(\\u009bn)"}}',
  });
  const { warnings } = readSettings(configuration);
  assert.deepEqual(
    warnings.filter((warning) => /[^ -~]/.test(warning)),
    [],
  );
  assert.ok(
    warnings.some((warning) => warning.startsWith(String.raw`app.json:1: a\x0ab\u202e: $(\x9bn) is not`)),
  );
});

test("a key as long as a file is shortened in messages", async () => {
  const { warnings } = readSettings(await read(ini("x".repeat(1_000_000))));
  assert.ok(warnings.every((warning) => warning.length < 300));
});

test("a declared option that stands for itself is refused", async () => {
  const { problems } = await read(ini("declare-option = a=a=$1$1;a=$1", "a = x"));
  assert.match(problems[0] ?? "", /^app\.ini:3: a a: this declared option stands for itself$/);
});

test("a loop over a long value is refused before it fills the memory", async () => {
  const { problems } = await quickly(ini("for-times = 100000", `a = ${"x".repeat(100_000)}%(_)`, "endfor ="));
  assert.match(problems[0] ?? "", /^app\.ini:3: a: with this the configuration has more than 16 MiB/);
});

test("once a loop has gone too far, the lines behind it are not read", async () => {
  const lines = Array.from({ length: 50_000 }, () => "a = b");
  const { problems } = await quickly(ini("for-times = 99999", ...lines));
  assert.equal(problems.length, 1);
});

test("a block that is skipped counts towards the longest configuration too", async () => {
  const { skipped, problems } = await quickly(ini("if-env = NOPE", "a\n".repeat(200_000)));
  assert.ok(skipped.length < 100_000);
  assert.match(problems[0] ?? "", /more than 100000 lines/);
});

const many: Readonly<Record<string, (index: number) => string>> = {
  variables: () => "env = A=1",
  "directories for Python": (index) => `pythonpath = /${index}`,
  listeners: (index) => `http = 10.0.${index >> 8}.${index & 255}:8000`,
  "applications below prefixes": (index) => `mount = /${index}=app`,
  "names of nobody": (index) => `fo${index} = 1`,
  "variables that are not set": () => "a = $(NOPE)",
  placeholders: (index) => `k${index} = %(k${index - 1})`,
};

for (const [title, line] of Object.entries(many)) {
  test(`a long list of ${title} is read in a time that grows with its length`, async () => {
    const lines = Array.from({ length: 40_000 }, (_, index) => line(index));
    await quickly(ini("module = app", ...lines));
  });
}

test("100,000 variables come to a hundred thousand, quickly", async () => {
  const lines = Array.from({ length: 49_990 }, () => "env = A=1").join("\n");
  const configuration = await quickly({
    "app.ini": "[uwsgi]\nmodule = app\nini = more.ini\nini = more.ini:other\n",
    "more.ini": `[uwsgi]\n${lines}\n[other]\n${lines}\n`,
  });
  const reading = readSettings(configuration);
  assert.equal(reading.kind === "settings" ? reading.settings.env.length : 0, 99_980);
});

test("many placeholders behind a long text are replaced quickly", async () => {
  const { entries } = await quickly(ini("y = 1", `x = ${"a".repeat(900_000)}${"%(y)".repeat(900)}`));
  assert.equal(entries[1]?.value?.length, 900_900);
});

test("a blacklist of many names is looked up quickly", async () => {
  const words = Array.from({ length: 50_000 }, (_, index) => `w${index}`).join(" ");
  await quickly(ini(`blacklist = ${words}`, ...Array.from({ length: 50_000 }, () => "a = b")));
});

test("200,000 options in XML, under two names, are too many and not too deep", async () => {
  const { problems } = await read({ "app.xml": `<uwsgi id="q">${"<a/>".repeat(200_000)}</uwsgi>` });
  assert.match(problems.join("\n"), /^app\.xml:1: a: with this the configuration has more than 100000 lines/);
});

test("150,000 wrong arguments are 150,000 problems", async () => {
  const { problems } = await read(
    {},
    Array.from({ length: 150_000 }, () => "--zz"),
  );
  assert.equal(problems.length, 150_000);
});
