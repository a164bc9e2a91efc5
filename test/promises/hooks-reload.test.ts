import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { test } from "node:test";
import { writeHelloApp } from "../support/hello-app.ts";
import { Folder, startServer } from "../support/start-server.ts";

function configure(folder: Folder, lines: readonly string[]): string {
  const application = `wsgi-file = ${writeHelloApp(folder)}`;
  return folder.write("site.ini", ["[uwsgi]", "http-socket = 127.0.0.1:0", application, ...lines].join("\n"));
}

const PHASES = ["asap", "pre-jail", "in-jail", "as-user", "pre-app", "post-app", "as-user-atexit"];

test("hooks run again at a reload, as when uWSGI executes itself anew", async () => {
  using folder = new Folder();
  const file = folder.file("notes");
  const lines = PHASES.map((phase) => `exec-${phase} = echo ${phase} >>${file}`);
  await using server = await startServer([configure(folder, lines)]);
  rmSync(file);
  server.kill("SIGHUP");
  await server.waitForLog(/generation 2 serves/);
  const expected = ["as-user-atexit", "asap", "in-jail", "as-user", "pre-app", "post-app"];
  assert.deepEqual(folder.read("notes").trim().split("\n"), expected);
});

test("hooks: putenv of a configuration that was read again reaches the new code, and not what came before", async () => {
  using folder = new Folder();
  await using server = await startServer([configure(folder, ["hook-asap = putenv:OLD=1"])]);
  configure(folder, ["hook-asap = putenv:NEW=1"]);
  server.kill("SIGHUP");
  await server.waitForLog(/generation 2 serves/);
  assert.equal(await (await server.fetch("/env?NEW")).text(), "1");
  assert.equal(await (await server.fetch("/env?OLD")).text(), "");
});

for (const phase of ["asap", "as-user", "pre-app", "post-app", "post-fork", "accepting"]) {
  test(`hooks: one that fails at ${phase} fails the reload, and the running code serves on`, async () => {
    using folder = new Folder();
    await using server = await startServer([configure(folder, [])]);
    const [worker] = server.pids("worker");
    configure(folder, [`hook-${phase} = exec:exit 3`]);
    server.kill("SIGHUP");
    await server.waitForLog(/the reload has failed/);
    assert.match(server.log, new RegExp(`${phase}: exec:exit 3: ended with exit code 3`));
    assert.equal(await (await server.fetch()).text(), String(worker));
    configure(folder, []);
    server.kill("SIGHUP");
    await server.waitForLog(/generation 2 serves/);
  });
}

for (const phase of ["asap", "pre-app"]) {
  test(`hooks: a reload that is asked for while ${phase} hangs begins afresh, and the hook ends`, async () => {
    using folder = new Folder();
    await using server = await startServer([configure(folder, [])]);
    configure(folder, [`exec-${phase} = echo hangs; sleep 1000; true`]);
    server.kill("SIGHUP");
    await server.waitForLog(/^hangs$/m);
    configure(folder, [`exec-${phase} = echo passes`]);
    server.kill("SIGHUP");
    await server.waitForLog(/generation 2 serves/);
    assert.match(server.log, /^passes$/m);
    await server.until("the hook's end", () => !server.describeProcesses().includes("sleep 1000"));
  });
}

test("hooks: those that run once do not run for a successor, and again after a reload", async () => {
  using folder = new Folder();
  const lines = ["hook-accepting-once = print:once", "hook-accepting = print:always"];
  await using server = await startServer([configure(folder, lines)]);
  const seen = (word: string) => server.log.match(new RegExp(`^${word}$`, "gm"))?.length ?? 0;
  await server.until("the first worker", () => seen("once") === 1 && seen("always") === 1);
  const [worker = 0] = server.pids("worker");
  process.kill(worker, "SIGKILL");
  await server.until("its successor", () => seen("always") === 2);
  assert.equal(seen("once"), 1);
  server.kill("SIGHUP");
  await server.waitForLog(/generation 2 serves/);
  assert.equal(seen("once"), 2);
});
