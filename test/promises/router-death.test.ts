import assert from "node:assert/strict";
import { test } from "node:test";
import { writeHelloApp } from "../support/hello-app.ts";
import { Folder, sleep, startServer } from "../support/start-server.ts";

test("a killed router is replaced; the listener never refuses a connection", async () => {
  using folder = new Folder();
  await using server = await startServer(["--processes", "2", writeHelloApp(folder)]);
  const workers = await server.untilPids("worker", { count: 2 });
  await sleep(1100);
  const [router = 0] = server.pids("router");
  process.kill(router, "SIGKILL");
  // Nobody listens at this moment but the kernel, which keeps them for the successor.
  const statuses = await Promise.all(Array.from({ length: 20 }, async () => (await server.fetch()).status));
  assert.deepEqual(new Set(statuses), new Set([200]));
  await server.untilPids("router", { count: 1, without: [router] });
  await server.waitForLog(
    new RegExp(`router 1 \\(pid ${router}\\): killed by signal 9 \\(SIGKILL\\); a successor starts`),
  );
  assert.deepEqual(server.pids("worker"), workers, "the workers stay");
});

test("four kills of the router in a row: each time another serves", async () => {
  using folder = new Folder();
  await using server = await startServer([writeHelloApp(folder)]);
  const killed: number[] = [];
  for (let round = 0; round < 4; round += 1) {
    await sleep(1100);
    const [router = 0] = await server.untilPids("router", { count: 1, without: killed });
    killed.push(router);
    process.kill(router, "SIGKILL");
    assert.equal((await server.fetch()).status, 200);
  }
});

test("two routers: either may be killed", async () => {
  using folder = new Folder();
  await using server = await startServer([
    "--http-processes",
    "2",
    "--processes",
    "2",
    writeHelloApp(folder),
  ]);
  const killed: number[] = [];
  for (let round = 0; round < 2; round += 1) {
    const routers = await server.untilPids("router", { count: 2, without: killed });
    const [victim = 0] = routers;
    killed.push(victim);
    process.kill(victim, "SIGKILL");
    await server.untilPids("router", { count: 2, without: killed });
    for (let request = 0; request < 5; request += 1) assert.equal((await server.fetch()).status, 200);
  }
});

test("a router that starts while workers die is told of it in time", async () => {
  using folder = new Folder();
  await using server = await startServer(["--processes", "2", writeHelloApp(folder)]);
  await sleep(1100);
  const [workers, routers] = [server.pids("worker"), server.pids("router")];
  for (const pid of [...routers, ...workers]) process.kill(pid, "SIGKILL");
  await server.untilPids("router", { count: 1, without: routers });
  await server.untilPids("worker", { count: 2, without: workers });
  assert.equal((await server.fetch()).status, 200);
  assert.doesNotMatch(server.log, /Error/);
});

test("a worker that is to leave, leaves also when the router that should tell it died", async () => {
  using folder = new Folder();
  await using server = await startServer([writeHelloApp(folder)]);
  const [worker = 0] = await server.untilPids("worker", { count: 1 });
  const [router = 0] = server.pids("router");
  process.kill(worker, "SIGTERM");
  process.kill(router, "SIGKILL");
  await server.untilPids("worker", { count: 1, without: [worker] });
  assert.equal((await server.fetch()).status, 200);
});
