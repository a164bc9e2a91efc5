/** Files that are no configuration, by mistake or by malice: the answer is clear, quick and takes little memory. */

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { describe, test } from "node:test";
import { ordinaryUser } from "../support/other-user.ts";
import { Folder, runToEnd } from "../support/start-server.ts";

/** In milliseconds, on a machine that is busy with other tests; by itself it is a tenth of that. */
const LONGEST = 5_000;
/** In KiB. Node itself takes about 64 MiB, and what is said of 100000 lines more than all else. */
const LARGEST = 512 << 10;

/** Says how much memory the process has had at most. */
const PEAK = `--import=data:text/javascript,process.on('exit',()=>process._rawDebug('peak:'+process.resourceUsage().maxRSS))`;

interface Bad {
  /** By name: the first is given to the command. */
  readonly files: Readonly<Record<string, Make>>;
  readonly says: RegExp;
  /** Where it is read all the same, with a warning or without. */
  readonly isUsable?: "with a warning" | "silently";
  readonly wrapper?: readonly string[];
  readonly skip?: string | false;
}

type Make = string | Buffer | ((path: string) => void);

const LINES = "[uwsgi]\nmodule = shop:app\n";
const YAML = "uwsgi:\n  module: shop:app\n";

const directory: Make = (path) => mkdirSync(path);
const binary = Buffer.from([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0, 0, 0, 0xff]);
const fiftyMegabytes: Make = (path) => writeFileSync(path, Buffer.alloc(50e6, "a = 1\n"));
const pipe: Make = (path) => void spawnSync("mkfifo", [path]);
const endless: Make = (path) => symlinkSync("/dev/zero", path);
const unreadable: Make = (path) => {
  writeFileSync(path, LINES);
  chmodSync(path, 0);
};
const link: Make = (path) => symlinkSync(path, path);

/** Root may read everything. */
const ordinary = ordinaryUser();

const ofEachFormat: Readonly<Record<string, (file: string) => Bad>> = {
  "an empty file": (file) => ({
    files: { [file]: "" },
    says: /(?=[\s\S]*has no section at all)[\s\S]*no application is given/,
  }),
  "a directory": (file) => ({ files: { [file]: directory }, says: /is a directory, not a file/ }),
  "a binary": (file) => ({ files: { [file]: binary }, says: /is not a text: it contains a zero byte/ }),
  "a file of 50 MB": (file) => ({
    files: { [file]: fiftyMegabytes },
    says: /is too large for a configuration: 48 MiB, and 1 MiB is the most/,
  }),
  "a missing file": (file) => ({ files: { [file]: () => undefined }, says: /does not exist/ }),
  "an unreadable file": (file) => ({
    files: { [file]: unreadable },
    says: /may not be read by this user/,
    ...ordinary,
  }),
  "a pipe that nobody writes to": (file) => ({
    files: { [file]: pipe },
    says: /is a pipe and nobody writes/,
  }),
  "a file without an end": (file) => ({ files: { [file]: endless }, says: /does not end within 1 MiB/ }),
  "a link to itself": (file) => ({ files: { [file]: link }, says: /cannot be read .*ELOOP/ }),
};

const bad: Readonly<Record<string, Bad>> = {
  "a circle of files": {
    files: { "app.ini": `${LINES}ini = b.ini\n`, "b.ini": "[uwsgi]\ninclude = app.ini\n" },
    says: /b\.ini:2: include: the file is already being read: app\.ini → b\.ini → app\.ini/,
  },
  "files that double with each include": {
    files: {
      "app.ini": `${LINES}for-times = 40\nini = b.ini\nendfor =\n`,
      "b.ini": `[uwsgi]\n${"ini = c.ini\n".repeat(40)}`,
      "c.ini": "[uwsgi]\nenv = A=1\n",
    },
    says: /more than 1000 files are included/,
  },
  "a mebibyte of lines": {
    files: { "app.ini": LINES + "env=A=1\n".repeat(131_000) },
    says: /more than 100000 lines/,
  },
  "placeholders that double": {
    files: { "app.ini": LINES + doubling(40) },
    says: /app\.ini:\d+: \w+: %\(\w+\) refers to itself, so its value has no end|grown past 16 MiB/,
  },
  "a command that does not end by itself": {
    files: { "app.ini": `${LINES}env = A=@(exec://yes 2>&-)\n` },
    says: /app\.ini:3: env: @\(exec:\/\/yes 2>&-\): the command printed more than 1 MiB/,
  },
  "YAML aliases that explode": {
    files: { "app.yaml": `a: &a [x, x, x]\nb: &b [*a, *a, *a]\n${YAML}  env: *b\n` },
    says: /app\.yaml:5: env: \*b stands for more than a text/,
  },
  "YAML that is nested deeply": {
    files: { "app.yaml": `${YAML}  a: ${"[".repeat(500_000)}` },
    says: /app\.yaml:3: .*nested too deeply/,
  },
  "JSON that is nested deeply": {
    files: { "app.json": '{"uwsgi":'.repeat(100_000) },
    says: /app\.json:1: .*nested too deeply/,
  },
  "XML entities": {
    files: {
      "app.xml": `<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>\n<uwsgi><module>&b;</module></uwsgi>\n`,
    },
    says: /app\.xml:2: .*entity/i,
  },
  "XML entities from files": {
    files: {
      "app.xml": `<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>\n<uwsgi><env>A=1</env></uwsgi>\n`,
    },
    says: /app\.xml:1: a DOCTYPE is not read, nor are its entities/,
  },
  "Latin-1": {
    files: { "app.ini": Buffer.from(`${LINES}env = CITY=Köln\n`, "latin1") },
    says: /app\.ini:3: this is not UTF-8: the file is taken as ISO 8859-1/,
    isUsable: "with a warning",
  },
  "Windows line ends and a byte order mark": {
    files: { "app.ini": `\uFEFF${LINES}http = :8000\n`.replaceAll("\n", "\r\n") },
    says: /^$|options?: /,
    isUsable: "silently",
  },
};

/** They are programs: what Python cannot read or run, and what it would never be done with. */
const gunicorn: Readonly<Record<string, Bad>> = {
  "a directory": { files: { "site.py": directory }, says: /site\.py: it is a directory/ },
  "a missing file": { files: { "site.py": () => undefined }, says: /site\.py: there is no such file/ },
  "a binary": {
    files: { "site.py": binary },
    says: /site\.py:1: it is not a text: it holds a zero byte$/,
  },
  "a file of 50 MB": { files: { "site.py": fiftyMegabytes }, says: /site\.py: it is too large/ },
  "a pipe that nobody writes to": { files: { "site.py": pipe }, says: /site\.py: it is a pipe or a device/ },
  "a file without an end": { files: { "site.py": endless }, says: /site\.py: it is a pipe or a device/ },
  "Latin-1": {
    files: { "site.py": Buffer.from('proc_name = "Köln"\n', "latin1") },
    says: /site\.py:1: it is not UTF-8: it holds the byte 0xf6 \(save it as UTF-8/,
  },
  "parentheses without end": {
    files: { "site.py": `workers = ${"(".repeat(100_000)}` },
    says: /site\.py:1: /,
  },
  "a recursion without end": {
    files: { "site.py": "def f(): return f()\nworkers = f()\n" },
    says: /site\.py:2: RecursionError/,
  },
};

for (const format of ["ini", "yaml", "xml", "json"]) {
  describe(`for ${format}, a clear answer in little time and memory to`, () => {
    for (const [what, of] of Object.entries(ofEachFormat)) {
      const one = of(`app.${format}`);
      test(what, { skip: one.skip ?? false }, () => answersBoth(one));
    }
  });
}

describe("a clear answer in little time and memory to", () => {
  for (const [what, one] of Object.entries(bad)) test(what, () => answersBoth(one));
});

describe("for gunicorn.conf.py, a clear answer in little time and memory to", () => {
  for (const [what, one] of Object.entries(gunicorn)) {
    test(what, async () => {
      await answers(["gunicorn", "-c", "site.py", "shop:app"], one, 1);
      await answers(["check", "gunicorn", "-c", "site.py"], one, 2);
    });
  }
});

async function answersBoth(one: Bad): Promise<void> {
  const [file = ""] = Object.keys(one.files);
  await answers(["--no-server", file], one, one.isUsable === undefined ? 2 : 0);
  const exitOfCheck = { silently: 0, "with a warning": 1 };
  await answers(["check", file], one, one.isUsable === undefined ? 2 : exitOfCheck[one.isUsable]);
}

async function answers(words: readonly string[], one: Bad, code: number): Promise<void> {
  using folder = new Folder();
  chmodSync(folder.path, 0o755);
  for (const [name, make] of Object.entries(one.files)) {
    if (typeof make === "function") make(folder.file(name));
    else writeFileSync(folder.file(name), make);
  }
  const start = performance.now();
  const { exit, output, leftBehind } = await runToEnd(words, {
    ...{ cwd: folder.path, withoutListener: true, wrapper: one.wrapper ?? [] },
    environment: { NODE_OPTIONS: PEAK, PYTHONDONTWRITEBYTECODE: "1" },
  });
  const duration = performance.now() - start;
  const peak = Number(/^peak:(\d+)$/m.exec(output)?.[1]);
  const said = output.replace(/^peak:\d+\n/gm, "");
  assert.match(oneLine(said), one.says);
  assert.deepEqual(exit, { code, signal: null }, said);
  assert.doesNotMatch(said, /^\s+at .*\.ts:\d+/m);
  assert.deepEqual(leftBehind, []);
  assert.ok(duration < LONGEST, `${Math.round(duration)} ms`);
  assert.ok(peak < LARGEST, `${peak >> 10} MiB`);
}

/** `tsgi check` breaks its lines. */
function oneLine(text: string): string {
  return text.replace(/\n {2,}/g, " ").replace(/\n$/, "");
}

/** Each is the one before it, twice. */
function doubling(count: number): string {
  const lines = Array.from({ length: count }, (_, at) => `k${at + 1} = x%(k${at})%(k${at})\n`);
  return `k0 = ${"x".repeat(100)}\n${lines.join("")}env = A=%(k${count})\n`;
}
