import assert from "node:assert/strict";
import { after, test } from "node:test";
import { getOrPost, startLoad } from "../support/load.ts";
import { writeProbeApp } from "../support/probe-app.ts";
import { startGunicorn } from "../support/start-gunicorn.ts";
import { Folder, type RunningServer, startServer, until } from "../support/start-server.ts";

const folder = new Folder();
after(() => folder[Symbol.dispose]());
const app = writeProbeApp(folder);
const AT_ANY_AGE = ["--min-worker-lifetime", "0"];

async function pidOf(server: RunningServer): Promise<number> {
  return Number(await (await server.fetch("/pid")).text());
}

function recycled(server: RunningServer): number {
  return server.log.match(/\(max-requests\); a successor starts/g)?.length ?? 0;
}

test("a worker is replaced after exactly max-requests answers, and the log says so once", async () => {
  await using server = await startServer([...AT_ANY_AGE, "--max-requests", "30", "--disable-logging", app]);
  const first = await pidOf(server);
  for (let count = 2; count < 30; count += 1) assert.equal(await pidOf(server), first);
  assert.equal(recycled(server), 0);
  assert.equal(await pidOf(server), first);
  await server.untilPids("worker", { count: 1, without: [first] });
  assert.notEqual(await pidOf(server), first);
  const line = `worker 1 \\(pid ${first}\\): has answered 30 requests \\(max-requests\\); a successor starts`;
  await server.waitForLog(new RegExp(line));
  await server.waitForLog(new RegExp(`worker 1 \\(pid ${first}\\): has left after`));
  assert.equal(recycled(server), 1);
});

for (const once of [false, true]) {
  const connections = once ? "one connection per request" : "keep-alive";
  test(`recycling under load, ${connections}: no request fails, is slow or doubled, never two leave at once`, async () => {
    const workers = ["--processes", "3", "--threads", "2"];
    const limit = ["--max-requests", "40", "--max-requests-delta", "7"];
    await using server = await startServer([...AT_ANY_AGE, ...workers, ...limit, "--disable-logging", app]);
    const prefix = `load-${once}`;
    await using load = startLoad(server.port, { connections: 16, prefix, request: getOrPost, once });
    let most = 0;
    const isEnough = () => {
      most = Math.max(most, server.pids("worker").length);
      return recycled(server) >= 12;
    };
    await until("twelve workers to be recycled", isEnough, () => server.log);
    await load.stop();
    assert.deepEqual(load.refused, []);
    const failed = load.outcomes.filter(({ status }) => status !== 200);
    assert.deepEqual(failed, [], server.log);
    // A slow machine is let be slow, a request that was put off is not.
    assert.ok(Math.max(...load.outcomes.map(({ milliseconds }) => milliseconds)) < 5000);
    const ran = folder
      .read("ran")
      .split("\n")
      .filter((id) => id.startsWith(`${prefix}-`));
    assert.equal(ran.length, load.outcomes.length);
    assert.equal(new Set(ran).size, ran.length);
    assert.ok(most <= 4, `${most} workers at a time`);
    assert.equal((await server.stop()).code, 0);
  });
}

test("what a worker is running when it has had its requests is finished", async () => {
  const threads = ["--threads", "2", "--max-requests", "3"];
  await using server = await startServer([...AT_ANY_AGE, ...threads, "--disable-logging", app]);
  const first = await pidOf(server);
  const slow = server.fetch("/sleep?1");
  for (let count = 0; count < 2; count += 1) await pidOf(server);
  await server.waitForLog(/has answered 3 requests/);
  assert.equal((await slow).status, 200);
  await server.untilPids("worker", { count: 1, without: [first] });
});

test("with several routers it is their sum that counts", async () => {
  const routers = ["--http-processes", "2", "--max-requests", "50"];
  await using server = await startServer([...AT_ANY_AGE, ...routers, "--disable-logging", app]);
  const first = await pidOf(server);
  let count = 1;
  while (recycled(server) === 0) {
    await pidOf(server);
    count += 1;
    assert.ok(count < 200, "it is never replaced");
  }
  assert.ok(count >= 50, `after ${count}`);
  await server.untilPids("worker", { count: 1, without: [first] });
});

test("a worker younger than min-worker-lifetime is not replaced, later it is", async () => {
  const limits = ["--max-requests", "1", "--min-worker-lifetime", "5"];
  await using server = await startServer([...limits, "--disable-logging", app]);
  const [first] = await server.untilPids("worker", { count: 1 });
  const began = performance.now();
  while (performance.now() - began < 1000) assert.equal(await pidOf(server), first);
  assert.equal(recycled(server), 0);
  await server.waitForLog(/has answered 1 requests \(max-requests\)/);
});

test("a reload replaces such a worker once", async () => {
  const limits = ["--max-requests", "5", "--min-worker-lifetime", "30"];
  await using server = await startServer([...limits, "--processes", "2", "--disable-logging", app]);
  for (let count = 0; count < 20; count += 1) await pidOf(server);
  server.kill("SIGHUP");
  await server.waitForLog(/reloaded in/);
  await server.untilPids("worker", { count: 2 });
  assert.equal(recycled(server), 0, server.log);
});

test("a reload brings another max-requests", async () => {
  const ini = (limit: number) =>
    folder.write(
      "site.ini",
      `[uwsgi]\nwsgi-file = %dapp.py\nmin-worker-lifetime = 0\nmax-requests = ${limit}\n`,
    );
  await using server = await startServer(["--http", "127.0.0.1:0", ini(1000)]);
  for (let count = 0; count < 10; count += 1) await pidOf(server);
  ini(5);
  server.kill("SIGHUP");
  await server.waitForLog(/reloaded in/);
  const [worker = 0] = await server.untilPids("worker", { count: 1 });
  for (let count = 0; count < 5; count += 1) await pidOf(server);
  await server.waitForLog(new RegExp(`worker 1 \\(pid ${worker}\\): has answered 5 requests`));
});

test("Gunicorn's max_requests and max_requests_jitter, however young the worker is", async () => {
  using own = new Folder();
  const configuration = "max_requests = 5\nmax_requests_jitter = 3\n";
  await using server = await startGunicorn(own, { configuration });
  const first = await (await server.fetch()).text();
  for (let count = 1; count < 8; count += 1) await server.fetch();
  await server.waitForLog(/worker 1 \(pid \d+\): has answered [5-8] requests \(max-requests\); a successor/);
  await until("the successor", async () => (await (await server.fetch()).text()) !== first);
});
