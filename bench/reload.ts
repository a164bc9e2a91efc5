/**
 * node_modules/.bin/node bench/reload.ts
 *
 * What a reload of the Django example takes: the time until new code answers, the time until a killed
 * worker's successor does, and the memory (PSS of all processes) before and at most during a reload.
 */

import { readFileSync } from "node:fs";
import { example, HOME } from "../test/support/framework-server.ts";
import { Folder, type RunningServer, sleep, startServer } from "../test/support/start-server.ts";

const RELOADS = 11;
const KILLS = 9;
/** A worker that dies younger lets its successor wait. */
const GROWN_UP = 1200;

using folder = new Folder();
await measureReload();
await measureKill();
for (const args of [[], ["--chain-reload"], ["--lazy-apps"], ["--lazy-apps", "--chain-reload"]])
  await measureMemory(args);

/** The Django example, which at /version says which code it is. */
function writeApp(version: number): string {
  return folder.write(
    "app.py",
    `import os, sys
sys.path.insert(0, ${JSON.stringify(example("django"))})
os.environ.update(DATABASE=${JSON.stringify(folder.file("db.sqlite3"))}, MEDIA=${JSON.stringify(folder.file("media"))})
from mysite.wsgi import application as django
def application(environ, start_response):
    if environ["PATH_INFO"] != "/version":
        return django(environ, start_response)
    start_response("200 OK", [])
    return [b"${version}"]
`,
  );
}

function start(processes: number, args: readonly string[] = []): Promise<RunningServer> {
  const common = ["--home", HOME, "--disable-logging", "--processes", String(processes)];
  return startServer([...common, ...args, writeApp(1)]);
}

async function measureReload(): Promise<void> {
  await using server = await start(4);
  const times: number[] = [];
  for (let version = 2; version < 2 + RELOADS; version++) {
    await server.untilPids("worker", { count: 4 });
    writeApp(version);
    const begun = performance.now();
    server.kill("SIGHUP");
    while ((await askVersion(server)) !== String(version)) await sleep(2);
    times.push(performance.now() - begun);
    await server.waitForLog(new RegExp(`generation ${version} serves`));
  }
  console.log(`SIGHUP to the first answer of new code: ${median(times)} ms (median of ${RELOADS})`);
}

async function measureKill(): Promise<void> {
  await using server = await start(1);
  const times: number[] = [];
  for (let round = 0; round < KILLS; round++) {
    const [worker = 0] = await server.untilPids("worker", { count: 1 });
    await askVersion(server);
    await sleep(GROWN_UP);
    const begun = performance.now();
    process.kill(worker, "SIGKILL");
    await askVersion(server);
    times.push(performance.now() - begun);
  }
  console.log(
    `kill -9 of the only worker to its successor's answer: ${median(times)} ms (median of ${KILLS})`,
  );
}

async function measureMemory(args: readonly string[]): Promise<void> {
  await using server = await start(8, args);
  await server.untilPids("worker", { count: 8 });
  for (let request = 0; request < 60; request++) await server.fetch("/");
  const before = memoryOf(server);
  const peaks: number[] = [];
  for (let version = 2; version <= 5; version++) {
    writeApp(version);
    server.kill("SIGHUP");
    let peak = 0;
    while (!server.log.includes(`generation ${version} serves`)) {
      peak = Math.max(peak, memoryOf(server));
      await sleep(1);
    }
    peaks.push(peak);
    await server.untilPids("worker", { count: 8 });
  }
  const name = ["8 workers", ...args].join(" ");
  console.log(`${name}: ${Math.round(before)} MB, in a reload at most ${Math.round(Math.max(...peaks))} MB`);
}

async function askVersion(server: RunningServer): Promise<string> {
  return (await server.fetch("/version")).text();
}

/** Megabytes; pages that processes share are counted once. */
function memoryOf(server: RunningServer): number {
  return server.allPids().reduce((all, pid) => all + readPss(pid), 0) / 1024;
}

function readPss(pid: number): number {
  try {
    return Number(/Pss:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/smaps_rollup`, "latin1"))?.[1] ?? 0);
  } catch {
    return 0; // it has ended in between
  }
}

function median(times: readonly number[]): number {
  return Math.round(times.toSorted((left, right) => left - right)[Math.floor(times.length / 2)] ?? 0);
}
