/**
 * What reading a configuration of 100 lines adds to a start: measured in a fresh process each time, with the
 * loading of the format's parser, but without what a start without a file loads as well. Compiled code is kept
 * between starts, as bin/tsgi.js keeps it.
 */

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { options } from "../../src/settings/options.ts";
import { folderWith } from "../cli/run-tsgi.ts";
import { NODE } from "../support/start-server.ts";

/** Milliseconds. */
const MOST = 50;
/** The machine may be busy with something else: one of these runs has to show it. */
const MOST_RUNS = 12;

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
    while (times.length < MOST_RUNS && !times.some((time) => time < MOST)) times.push(measure(file));
    const told = `${times.map((time) => time.toFixed(1)).join(", ")} ms`;
    context.diagnostic(told);
    assert.ok(Math.min(...times) < MOST, told);
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

function runModule(source: string, args: readonly string[]) {
  const argv = ["--input-type=module", "--eval", source, "--", ...args];
  const env = { ...process.env, NODE_COMPILE_CACHE: join(folder.path, "cache") };
  return spawnSync(NODE, argv, { encoding: "utf8", timeout: 30_000, env, cwd: folder.path });
}
