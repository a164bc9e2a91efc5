import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { test } from "node:test";
import { writeHelloApp } from "../support/hello-app.ts";
import { Folder, startServer } from "../support/start-server.ts";

test("a killed zygote is replaced, and its workers serve on", async () => {
  using folder = new Folder();
  await using server = await startServer(["--processes", "2", writeHelloApp(folder)]);
  const workers = await server.untilPids("worker", { count: 2 });
  const [zygote = 0] = server.pids("zygote");
  const running = server.fetch("/sleep?0.3");
  await server.waitForLog(/sleeping in/);
  process.kill(zygote, "SIGKILL");
  await server.untilPids("zygote", { count: 1, without: [zygote] });
  await server.waitForLog(
    new RegExp(`zygote \\(pid ${zygote}\\): killed by signal 9 \\(SIGKILL\\); a successor starts`),
  );
  assert.equal((await running).status, 200);
  assert.deepEqual(server.pids("worker"), workers);
  assert.ok(workers.includes(Number(await (await server.fetch()).text())));
});

test("a worker that outlived its zygote is replaced from the new one when it dies", async () => {
  using folder = new Folder();
  await using server = await startServer(["--processes", "2", writeHelloApp(folder)]);
  const workers = await server.untilPids("worker", { count: 2 });
  const [zygote = 0] = server.pids("zygote");
  process.kill(zygote, "SIGKILL");
  await server.untilPids("zygote", { count: 1, without: [zygote] });
  for (const worker of workers) process.kill(worker, "SIGKILL");
  await server.untilPids("worker", { count: 2, without: workers });
  await server.waitForLog(new RegExp(`worker 1 \\(pid ${workers[0]}\\): ended, nobody knows how`));
  assert.equal((await server.fetch()).status, 200);
});

test("zygote and workers killed at once: everything comes back", async () => {
  using folder = new Folder();
  await using server = await startServer(["--processes", "2", writeHelloApp(folder)]);
  const before = [...(await server.untilPids("worker", { count: 2 })), ...server.pids("zygote")];
  for (const pid of before) process.kill(pid, "SIGKILL");
  await server.untilPids("worker", { count: 2, without: before });
  assert.equal((await server.fetch()).status, 200);
});

test("code that broke in the meantime does not stop those who serve: the error is logged, and tried again", async () => {
  using folder = new Folder();
  const app = writeHelloApp(folder);
  await using server = await startServer([app]);
  const [worker = 0] = await server.untilPids("worker", { count: 1 });
  const [zygote = 0] = server.pids("zygote");
  writeFileSync(app, "raise RuntimeError('half a deployment')\n");
  process.kill(zygote, "SIGKILL");
  await server.waitForLog(/zygote: [\s\S]*RuntimeError: half a deployment/);
  assert.equal(await (await server.fetch()).text(), String(worker));
  await server.waitForLog(
    /zygote \(pid \d+\): exit code 1; it keeps dying young, a successor starts in \d+ s/,
  );
  writeHelloApp(folder);
  process.kill(worker, "SIGKILL");
  await server.untilPids("worker", { count: 1, without: [worker] });
  assert.equal((await server.fetch()).status, 200);
});

test("the server stops in order without its zygote's having forked the workers", async () => {
  using folder = new Folder();
  await using server = await startServer(["--processes", "2", writeHelloApp(folder)]);
  await server.untilPids("worker", { count: 2 });
  const [zygote = 0] = server.pids("zygote");
  process.kill(zygote, "SIGKILL");
  await server.untilPids("zygote", { count: 1, without: [zygote] });
  assert.deepEqual(await server.stop(), { code: 0, signal: null });
  assert.deepEqual(server.allPids(), []);
});
