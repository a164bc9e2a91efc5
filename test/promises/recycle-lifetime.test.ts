import assert from "node:assert/strict";
import { after, test } from "node:test";
import { getOrPost, startLoad } from "../support/load.ts";
import { writeProbeApp } from "../support/probe-app.ts";
import { Folder, startServer, until } from "../support/start-server.ts";

const folder = new Folder();
after(() => folder[Symbol.dispose]());
const app = writeProbeApp(folder);

test("at max-worker-lifetime the workers are replaced one after the other, and no request fails", async () => {
  const lifetime = ["--max-worker-lifetime", "2"];
  await using server = await startServer([...lifetime, "--processes", "3", "--disable-logging", app]);
  const before = await server.untilPids("worker", { count: 3 });
  await using load = startLoad(server.port, { connections: 8, prefix: "age", request: getOrPost });
  let most = 0;
  const areReplaced = () => {
    const pids = server.pids("worker");
    most = Math.max(most, pids.length);
    return pids.length > 0 && !pids.some((pid) => before.includes(pid));
  };
  await until("all workers to be replaced", areReplaced, () => server.log);
  await load.stop();
  assert.deepEqual(load.refused, []);
  assert.deepEqual(
    load.outcomes.filter(({ status }) => status !== 200),
    [],
  );
  assert.ok(most <= 4, `${most} workers at a time`);
  for (const pid of before) {
    const line = `worker \\d \\(pid ${pid}\\): is 2s old \\(max-worker-lifetime\\); a successor starts`;
    assert.equal(server.log.match(new RegExp(line, "g"))?.length, 1, server.log);
  }
});

test("a long request is finished before its old worker leaves; worker-reload-mercy bounds that", async () => {
  const options = ["--max-worker-lifetime", "1", "--worker-reload-mercy", "3"];
  await using server = await startServer([...options, "--disable-logging", app]);
  assert.equal((await server.fetch("/sleep?2")).status, 200);
  await server.waitForLog(/\(max-worker-lifetime\); a successor starts/);
  const endless = await server.fetch("/sleep?60");
  assert.equal(endless.status, 502);
  assert.match(server.log, /has not left in time \(worker-reload-mercy\) and is killed/);
  assert.equal((await server.fetch("/pid")).status, 200);
});

test("max-worker-lifetime-delta lets the workers leave one by one", async () => {
  const options = ["--max-worker-lifetime", "1", "--max-worker-lifetime-delta", "60", "--processes", "2"];
  await using server = await startServer([...options, "--disable-logging", app]);
  const [, second = 0] = await server.untilPids("worker", { count: 2 });
  await until(
    "worker 1 to be replaced twice",
    () => (server.log.match(/worker 1 .* is 1s old/g)?.length ?? 0) >= 2,
  );
  assert.ok(server.pids("worker").includes(second));
  assert.doesNotMatch(server.log, /worker 2 .* old/);
});
