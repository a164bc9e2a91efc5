import assert from "node:assert/strict";
import { mkdirSync, readdirSync, unlinkSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { writeHelloApp } from "../support/hello-app.ts";
import { Folder, sleep, startServer, until } from "../support/start-server.ts";

test("a killed worker is replaced, and the log says once how it died", async () => {
  using folder = new Folder();
  await using server = await startServer(["--processes", "3", writeHelloApp(folder)]);
  const before = await server.untilPids("worker", { count: 3 });
  const [, victim = 0] = before;
  process.kill(victim, "SIGKILL");
  await server.untilPids("worker", { count: 3, without: [victim] });
  const line = `worker 2 \\(pid ${victim}\\): killed by signal 9 \\(SIGKILL\\) after [\\d.]+ s; a successor starts`;
  await server.waitForLog(new RegExp(line));
  assert.equal(server.log.split(`worker 2 (pid ${victim})`).length, 2, server.log);
  assert.match(server.describeProcesses(), /tsgi: worker 2 \[app:application\]/);
  assert.equal((await server.fetch()).status, 200);
});

test("any worker may be killed, again and again: another takes its place", async () => {
  using folder = new Folder();
  await using server = await startServer(["--processes", "4", writeHelloApp(folder)]);
  let workers = await server.untilPids("worker", { count: 4 });
  const killed: number[] = [];
  for (const signal of ["SIGKILL", "SIGSEGV", "SIGABRT", "SIGBUS"] as const) {
    const [victim = 0] = workers.slice(killed.length);
    killed.push(victim);
    process.kill(victim, signal);
    workers = await server.untilPids("worker", { count: 4, without: killed });
    assert.equal((await server.fetch()).status, 200);
  }
});

test("all workers killed at once are all replaced within a second, and no connection is refused", async () => {
  using folder = new Folder();
  await using server = await startServer(["--processes", "4", writeHelloApp(folder)]);
  const before = await server.untilPids("worker", { count: 4 });
  // They have lived long enough to count as grown up.
  await sleep(1100);
  const begin = performance.now();
  for (const pid of before) process.kill(pid, "SIGKILL");
  const response = await server.fetch();
  assert.equal(response.status, 200);
  assert.ok(!before.includes(Number(await response.text())));
  await server.untilPids("worker", { count: 4, without: before });
  assert.ok(performance.now() - begin < 1000, `took ${performance.now() - begin} ms`);
});

test("a worker that calls os._exit() is logged with its exit code", async () => {
  using folder = new Folder();
  await using server = await startServer([writeHelloApp(folder)]);
  const response = await server.fetch("/exit?7");
  assert.equal(response.status, 502);
  await server.waitForLog(/worker 1 \(pid \d+\): exit code 7 after [\d.]+ s; a successor starts/);
  assert.equal((await server.fetch()).status, 200);
});

test("workers that keep dying young are started after 1, 2, 4 … s, never in a spin", async () => {
  using folder = new Folder();
  const app = writeHelloApp(folder, {
    more: "\nif os.path.exists(os.path.join(os.path.dirname(__file__), 'broken')): os._exit(9)\n",
  });
  await using server = await startServer(["--lazy-apps", app]);
  folder.write("broken", "");
  const [worker = 0] = await server.untilPids("worker", { count: 1 });
  await sleep(1100);
  process.kill(worker, "SIGKILL");
  await server.waitForLog(/exit code 9 .*it keeps dying young, a successor starts in 1 s/);
  await server.waitForLog(/exit code 9 .*it keeps dying young, a successor starts in 2 s/);
  assert.ok((server.log.match(/exit code 9/g)?.length ?? 0) <= 3, server.log);
  unlinkSync(folder.file("broken"));
  assert.equal((await server.fetch()).status, 200);
});

test("SIGTERM to a worker: its successor serves before it leaves, and what it runs is finished", async () => {
  using folder = new Folder();
  await using server = await startServer([writeHelloApp(folder)]);
  const [worker = 0] = await server.untilPids("worker", { count: 1 });
  const slow = server.fetch("/sleep?1");
  await server.waitForLog(new RegExp(`sleeping in ${worker}`));
  process.kill(worker, "SIGTERM");
  const response = await slow;
  assert.equal(await response.text(), String(worker));
  await server.untilPids("worker", { count: 1, without: [worker] });
  await server.waitForLog(new RegExp(`worker 1 \\(pid ${worker}\\): asked to leave \\(SIGTERM\\)`));
  await server.waitForLog(new RegExp(`worker 1 \\(pid ${worker}\\): has left after`));
  assert.equal((await server.fetch()).status, 200);
});

test("SIGINT to a worker changes nothing", async () => {
  using folder = new Folder();
  await using server = await startServer([writeHelloApp(folder)]);
  const [worker = 0] = await server.untilPids("worker", { count: 1 });
  process.kill(worker, "SIGINT");
  assert.equal(await (await server.fetch()).text(), String(worker));
});

test("a worker that has died leaves no file behind", async () => {
  using folder = new Folder();
  const scratch = folder.file("scratch");
  mkdirSync(scratch);
  const environment = { TMPDIR: scratch };
  await using server = await startServer([writeHelloApp(folder)], { environment });
  const [worker = 0] = await server.untilPids("worker", { count: 1 });
  process.kill(worker, "SIGKILL");
  await server.untilPids("worker", { count: 1, without: [worker] });
  assert.equal((await server.fetch()).status, 200);
  const [directory = ""] = readdirSync(scratch);
  const left = () => readdirSync(join(scratch, directory)).filter((name) => name.startsWith("counters"));
  await until("one page of counters", () => left().join() === "counters.2");
});
