/**
 * What reading a configuration of 100 lines adds to a start: measured in a fresh process each time, with the
 * loading of the format's parser, but without what a start without a file loads as well. Compiled code is kept
 * between starts, as bin/tsgi.js keeps it.
 *
 * The bound is one for an idle machine of ours. Processor time leaves out the waiting for a turn, but not what a
 * shared core, a cold cache or an older processor cost: a busy machine needs half as much again. Something that
 * tsgi has no part in pays for these as well: Node loading all of its own modules (an empty Node hardly shows it).
 * It runs between the others, and the bound grows by as much as its best run is slower than on that machine. It
 * never shrinks, and the best run of each is what counts: a moment of rest shows both.
 */

import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { options } from "../../src/settings/options.ts";
import { folderWith } from "../cli/run-tsgi.ts";
import { NODE } from "../support/start-server.ts";

/** Milliseconds. */
const MOST = 50;
/** Milliseconds that REFERENCE takes at best on the machine that MOST is meant for. */
const REFERENCE_TIME = 24;
/** The machine may be busy with something else: one of these runs has to show it. */
const MOST_RUNS = 12;

const REFERENCE = `
const start = performance.now();
const before = process.cpuUsage();
for (const name of require("node:module").builtinModules) require(name);
const { user, system } = process.cpuUsage(before);
console.log(Math.min(performance.now() - start, (user + system) / 1000));
`;

const MEASURE = `
import { readUwsgi } from "${fileURLToPath(new URL("../../src/cli/serve-command.ts", import.meta.url))}";
import { readSettings } from "${fileURLToPath(new URL("../../src/settings/read-settings.ts", import.meta.url))}";
const start = performance.now();
const before = process.cpuUsage();
const configuration = await readUwsgi([process.argv[1]]);
const reading = readSettings(configuration);
const { user, system } = process.cpuUsage(before);
// On a busy machine the clock runs while others work.
const time = Math.min(performance.now() - start, (user + system) / 1000);
console.log(JSON.stringify({ time, kind: reading.kind, entries: configuration.entries.length }));
`;

/** A hundred lines as they are written: what works, what does not, placeholders, slips. */
const PAIRS: readonly (readonly [string, string])[] = [
  ["base", "/srv/site"],
  ["module", "site.wsgi:application"],
  ["chdir", "%(base)/current"],
  ["processes", "4"],
  ["threads", "2"],
  ["master", "true"],
  ["http-socket", ":8000"],
  ["logto", "%(base)/log/tsgi.log"],
  ["proceses", "2"],
  ["vaccum", "true"],
  ...Array.from({ length: 20 }, (_, at) => [`folder-${at}`, `%(base)/${at}`] as const),
  ...withoutSetting(70).map((name, at) => [name, `%(folder-${at % 20})/$(HOME)`] as const),
];

function withoutSetting(count: number): readonly string[] {
  const names = [...options].filter(
    ([, row]) => row.row === "notYet" && row.risk === "warning" && !row.listens,
  );
  return names.slice(0, count).map(([name]) => name);
}

const FILES = {
  "uwsgi.ini": `[uwsgi]\n${PAIRS.map(([key, value]) => `${key} = ${value}\n`).join("")}`,
  "uwsgi.yaml": `uwsgi:\n${PAIRS.map(([key, value]) => `  ${key}: "${value}"\n`).join("")}`,
  "uwsgi.json": `{"uwsgi": {\n${PAIRS.map(([key, value]) => `"${key}": "${value}"`).join(",\n")}}}\n`,
  "uwsgi.xml": `<uwsgi>\n${PAIRS.map(([key, value]) => `<${key}>${value}</${key}>\n`).join("")}</uwsgi>\n`,
};

const folder = folderWith(FILES);
after(() => folder[Symbol.dispose]());

for (const file of Object.keys(FILES)) {
  test(`a ${file} of 100 lines is read in less than ${MOST} ms`, (context) => {
    measure(file);
    const times: number[] = [];
    const references: number[] = [];
    const bound = () => MOST * Math.max(1, Math.min(...references) / REFERENCE_TIME);
    do {
      references.push(measureReference());
      times.push(measure(file));
      references.push(measureReference());
    } while (times.length < MOST_RUNS && Math.min(...times) >= bound());
    const told = `${list(times)} ms; the reference: ${list(references)} ms`;
    context.diagnostic(told);
    assert.ok(Math.min(...times) < bound(), told);
  });
}

test("--help loads neither the server nor the parsers of files", () => {
  const loaded = `
    import { main } from "${fileURLToPath(new URL("../../src/main.ts", import.meta.url))}";
    import { registerHooks } from "node:module";
    registerHooks({ load: (url, context, next) => { console.error(url); return next(url, context); } });
    await main(["--help"]);`;
  const { status, stderr } = runModule(loaded, []);
  assert.equal(status, 0);
  assert.match(stderr, /help\.ts/);
  assert.doesNotMatch(stderr, /\/src\/(master|observe|config\/(ini|yaml|xml|json))|node_modules/);
});

function measure(file: string): number {
  const { stdout, stderr } = runModule(MEASURE, [file]);
  assert.equal(stderr, "");
  const { time, kind, entries } = JSON.parse(stdout);
  assert.deepEqual([kind, entries], ["settings", PAIRS.length]);
  return time;
}

function measureReference(): number {
  return Number(execFileSync(NODE, ["--no-warnings", "--eval", REFERENCE], { encoding: "utf8" }));
}

function list(times: readonly number[]): string {
  return times.map((time) => time.toFixed(1)).join(", ");
}

function runModule(source: string, args: readonly string[]) {
  const argv = ["--input-type=module", "--eval", source, "--", ...args];
  const env = { ...process.env, NODE_COMPILE_CACHE: join(folder.path, "cache") };
  return spawnSync(NODE, argv, { encoding: "utf8", timeout: 30_000, env, cwd: folder.path });
}
