import assert from "node:assert/strict";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { type RunningServer, startServer } from "../support/start-server.ts";

const APP = fileURLToPath(new URL("../apps/meeting_app.py", import.meta.url));

interface Place {
  readonly pid: string;
  readonly thread: string;
}

/** Where the request ran. */
async function ask(server: RunningServer, path: string): Promise<Place> {
  const response = await server.fetch(path, { signal: AbortSignal.timeout(15_000) });
  assert.equal(response.status, 200, server.log);
  const [pid = "", thread = ""] = (await response.text()).split(" ");
  return { pid, thread };
}

function askOften(server: RunningServer, count: number, path: string): Promise<Place[]> {
  return Promise.all(Array.from({ length: count }, () => ask(server, path)));
}

test("--threads 4: four requests run at once, in four threads of one process", async () => {
  await using server = await startServer(["--threads", "4", APP]);
  const places = await askOften(server, 4, "/meet?4");
  assert.equal(new Set(places.map(({ pid }) => pid)).size, 1);
  assert.equal(new Set(places.map(({ thread }) => thread)).size, 4);
});

test("one thread: one request after the other", async () => {
  await using server = await startServer([APP]);
  const start = performance.now();
  await askOften(server, 3, "/sleep?0.1");
  assert.ok(performance.now() - start >= 290);
});

test("--processes 3: requests run in three processes at once", async () => {
  await using server = await startServer(["--processes", "3", APP]);
  const workers = await server.untilPids("worker", { count: 3 });
  const places = await askOften(server, 3, "/sleep?1");
  assert.deepEqual(places.map(({ pid }) => Number(pid)).sort(), [...workers].sort());
});

test("--processes 2 --threads 2: four requests run at once", async () => {
  await using server = await startServer(["--processes", "2", "--threads", "2", APP]);
  await server.untilPids("worker", { count: 2 });
  const places = await askOften(server, 4, "/sleep?1");
  assert.equal(new Set(places.map(({ pid, thread }) => pid + thread)).size, 4);
});

test("a slow request holds up nobody while another thread or process is free", async () => {
  for (const counts of [
    ["--threads", "2"],
    ["--processes", "2"],
  ]) {
    await using server = await startServer([...counts, APP]);
    let isSlowDone = false;
    const slow = ask(server, "/sleep?2").then(() => {
      isSlowDone = true;
    });
    for (let request = 0; request < 30; request += 1) await ask(server, "/");
    assert.equal(isSlowDone, false);
    await slow;
  }
});

test("several routers, processes and threads serve as one", async () => {
  const counts = ["--http-processes", "2", "--processes", "2", "--threads", "2"];
  await using server = await startServer([...counts, APP]);
  const workers = await server.untilPids("worker", { count: 2 });
  for (const { pid } of await askOften(server, 60, "/")) assert.ok(workers.includes(Number(pid)));
});

test("a reply does not wait for the slow request that follows it on the same thread", async () => {
  await using server = await startServer([APP]);
  // Many fast ones, until they are sent to the worker in batches.
  for (let round = 0; round < 20; round += 1) await askOften(server, 50, "/");
  let isSlowDone = false;
  const fast = askOften(server, 10, "/").then(() => assert.equal(isSlowDone, false));
  const slow = ask(server, "/sleep?2").then(() => {
    isSlowDone = true;
  });
  await fast;
  await slow;
});
