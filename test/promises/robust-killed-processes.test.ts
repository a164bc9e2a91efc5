import assert from "node:assert/strict";
import { test } from "node:test";
import { checkFates } from "../support/fates.ts";
import { getOrPost, startLoad } from "../support/load.ts";
import { recorded, writeProbeApp } from "../support/probe-app.ts";
import { ask } from "../support/raw-client.ts";
import { Folder, type RunningServer, sleep, startServer, until } from "../support/start-server.ts";

const get = (path: string): string => `GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`;

/** Kills each worker in turn under load; each time all are back and answer within a second. */
async function killWorkers(server: RunningServer, processes: number, rounds: number): Promise<void> {
  for (let round = 0; round < rounds; round += 1) {
    const workers = await server.untilPids("worker", { count: processes });
    const victim = workers[round % processes] ?? 0;
    process.kill(victim, "SIGKILL");
    const start = performance.now();
    await server.untilPids("worker", { count: processes, without: [victim] });
    const [successor] = server.pids("worker").filter((pid) => !workers.includes(pid));
    await until("the successor to answer", async () =>
      (await Promise.all(Array.from({ length: 4 }, () => ask(server.port, get("/pid"))))).some(
        ({ text }) => text === String(successor),
      ),
    );
    assert.ok(performance.now() - start < 1000, `${performance.now() - start} ms`);
    await sleep(400); // a successor that died within its first second would be held back, by intention
  }
}

for (const routers of [1, 2]) {
  test(`kill -9 of workers under load, ${routers} router(s): only what was begun fails, nothing runs twice`, async () => {
    using folder = new Folder();
    const args = ["--processes", "3", "--threads", "2", "--http-processes", String(routers)];
    await using server = await startServer([...args, "--disable-logging", writeProbeApp(folder)]);
    const prefix = "killed";
    await using load = startLoad(server.port, { connections: 32, prefix, request: getOrPost });
    await until("the load to run", () => load.outcomes.length > 1000);
    await killWorkers(server, 3, 6);
    await load.stop();
    checkFates(load.outcomes, recorded(folder, "ran"), `${prefix}-`);
    const lost = load.outcomes.filter(({ status }) => status === 502).length;
    // Two slots died each time with what stood on them: usually a handful.
    assert.ok(lost <= 6 * 2 * 16, `${lost} of ${load.outcomes.length} were lost`);
    await server.waitForLog(/worker \d+ \(pid \d+\)[^\n]*signal 9/);
    assert.doesNotMatch(server.log, /a bug in tsgi|tsgi failed/);
    assert.deepEqual(load.refused, []);
  });
}

test("kill -9 of the worker that runs a slow request: 502, and the one that waited runs elsewhere", async () => {
  using folder = new Folder();
  await using server = await startServer([writeProbeApp(folder)]);
  const [worker = 0] = await server.untilPids("worker", { count: 1 });
  const begun = ask(server.port, get("/sleep?5"));
  await until("the slow request to run", () => recorded(folder, "ran").length === 1);
  const waiting = ask(server.port, get("/pid"));
  await sleep(20);
  process.kill(worker, "SIGKILL");
  assert.equal((await begun).status, 502);
  const answered = await waiting;
  assert.equal(answered.status, 200);
  assert.notEqual(answered.text, String(worker));
});

test("kill -9 of a router under load: the listener never refuses, the next router serves the same workers", async () => {
  using folder = new Folder();
  await using server = await startServer(["--processes", "2", "--disable-logging", writeProbeApp(folder)]);
  const workers = await server.untilPids("worker", { count: 2 });
  await using load = startLoad(server.port, { connections: 16, prefix: "router", request: getOrPost });
  for (let round = 0; round < 2; round += 1) {
    const answered = load.outcomes.length;
    await until("the load to run", () => load.outcomes.length > answered + 300);
    const routers = await server.untilPids("router", { count: 1 });
    process.kill(routers[0] ?? 0, "SIGKILL");
    await server.untilPids("router", { count: 1, without: routers });
  }
  const answered = load.outcomes.length;
  await until("the load to run on", () => load.outcomes.length > answered + 300);
  await load.stop();
  assert.deepEqual(load.refused, []);
  assert.ok(load.outcomes.every(({ status }) => status === 200 || status === 0));
  const cut = load.outcomes.filter(({ status }) => status === 0).length;
  assert.ok(cut <= 2 * 16, `${cut} were cut`);
  const ran = recorded(folder, "ran");
  assert.equal(new Set(ran).size, ran.length, "none ran twice");
  assert.deepEqual(server.pids("worker"), workers);
});

test("kill -9 of one of two routers: the other serves on, and a new one joins it", async () => {
  using folder = new Folder();
  await using server = await startServer([
    "--processes",
    "2",
    "--http-processes",
    "2",
    "-L",
    writeProbeApp(folder),
  ]);
  const [victim = 0] = await server.untilPids("router", { count: 2 });
  await using load = startLoad(server.port, { connections: 16, prefix: "router", request: getOrPost });
  await until("the load to run", () => load.outcomes.length > 300);
  process.kill(victim, "SIGKILL");
  await server.untilPids("router", { count: 2, without: [victim] });
  const answered = load.outcomes.length;
  await until("the load to run on", () => load.outcomes.length > answered + 500);
  await load.stop();
  assert.deepEqual(load.refused, []);
  assert.ok(load.outcomes.every(({ status }) => status === 200 || status === 0));
});

test("kill -9 of the zygote: the workers serve on, and the next fork has a new one", async () => {
  using folder = new Folder();
  await using server = await startServer(["--processes", "2", "--disable-logging", writeProbeApp(folder)]);
  const workers = await server.untilPids("worker", { count: 2 });
  const zygotes = await server.untilPids("zygote", { count: 1 });
  await using load = startLoad(server.port, { connections: 8, prefix: "zygote", request: getOrPost });
  await until("the load to run", () => load.outcomes.length > 200);
  process.kill(zygotes[0] ?? 0, "SIGKILL");
  await server.untilPids("zygote", { count: 1, without: zygotes });
  assert.deepEqual(server.pids("worker"), workers);
  assert.ok(load.outcomes.every(({ status }) => status === 200));
  process.kill(workers[0] ?? 0, "SIGKILL");
  await server.untilPids("worker", { count: 2, without: workers.slice(0, 1) });
  const answered = load.outcomes.length;
  await until("the load to run on", () => load.outcomes.length > answered + 200);
  await load.stop();
  checkFates(load.outcomes, recorded(folder, "ran"), "zygote-");
});
