import assert from "node:assert/strict";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { type RunningServer, startServer, until } from "../support/start-server.ts";

const APP = fileURLToPath(new URL("../apps/meeting_app.py", import.meta.url));

async function text(server: RunningServer, path: string): Promise<string> {
  return (await server.fetch(path, { signal: AbortSignal.timeout(15_000) })).text();
}

function many(server: RunningServer, count: number, path: string): Promise<string[]> {
  return Promise.all(Array.from({ length: count }, () => text(server, path)));
}

test("--threads 4: four requests run at once in one process", async () => {
  await using server = await startServer(["--threads", "4", APP]);
  assert.deepEqual(await many(server, 4, "/meet?4"), ["met", "met", "met", "met"]);
});

test("--threads 4: all four threads serve, in one process, each by its name", async () => {
  await using server = await startServer(["--threads", "4", APP]);
  const seen = new Set<string>();
  await until("every thread to have served", async () => {
    const [place] = await Promise.all([text(server, "/where"), many(server, 3, "/sleep?0.02")]);
    seen.add(place);
    return seen.size === 4;
  });
  assert.equal(new Set([...seen].map((place) => place.split(" ")[0])).size, 1);
});

test("one thread: one request after the other", async () => {
  await using server = await startServer([APP]);
  const start = performance.now();
  await many(server, 3, "/sleep?0.1");
  assert.ok(performance.now() - start >= 290);
});

test("--processes 3: requests run in three processes at once", async () => {
  await using server = await startServer(["--processes", "3", APP]);
  const workers = await server.untilPids("worker", { count: 3 });
  const seen = new Set<string>();
  await until("every process to have served", async () => {
    const [place] = await Promise.all([text(server, "/where"), many(server, 2, "/sleep?0.02")]);
    seen.add(place.split(" ")[0] ?? "");
    return seen.size === 3;
  });
  assert.deepEqual([...seen].map(Number).sort(), [...workers].sort());
});

test("a slow request holds up nobody while another thread or process is free", async () => {
  for (const counts of [
    ["--threads", "2"],
    ["--processes", "2"],
  ]) {
    await using server = await startServer([...counts, APP]);
    const slow = text(server, "/sleep?1");
    const start = performance.now();
    for (let request = 0; request < 30; request += 1) await text(server, "/where");
    assert.ok(performance.now() - start < 900, `took ${performance.now() - start} ms`);
    assert.equal(await slow, "slept");
  }
});

test("several routers, processes and threads serve as one", async () => {
  await using server = await startServer([
    ...["--http-processes", "2", "--processes", "2", "--threads", "2"],
    APP,
  ]);
  const answers = await many(server, 60, "/where");
  const workers = await server.untilPids("worker", { count: 2 });
  for (const answer of answers) assert.ok(workers.includes(Number(answer.split(" ")[0])));
});
