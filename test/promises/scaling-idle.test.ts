import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { after, test } from "node:test";
import { writeHelloApp } from "../support/hello-app.ts";
import { startLoad } from "../support/load.ts";
import { Folder, startServer, until } from "../support/start-server.ts";

const folder = new Folder();
after(() => folder[Symbol.dispose]());
const app = writeHelloApp(folder);

function sleepFor(seconds: number) {
  return (id: string) => `GET /sleep?${seconds} HTTP/1.1\r\nHost: a\r\nX-Id: ${id}\r\n\r\n`;
}

for (const lazy of [[], ["--lazy-apps"]]) {
  test(`cheap: no worker before the first request, which is served by the one that starts ${lazy.join("")}`, async () => {
    await using server = await startServer(["--cheap", "--processes", "2", ...lazy, app]);
    assert.match(server.log, /2 workers after the first request/);
    assert.deepEqual(server.pids("worker"), []);
    await using load = startLoad(server.port, { connections: 8, prefix: "a", request: sleepFor(0.01) });
    await server.waitForLog(/a request waits: 2 workers start/);
    await until("answers", () => load.outcomes.length > 50);
    await load.stop();
    assert.ok(
      load.outcomes.every(({ status }) => status === 200),
      "all are answered",
    );
    assert.equal(load.refused.length, 0);
    await server.untilPids("worker", { count: 2 });
    assert.equal((await server.stop()).code, 0);
  });
}

test("idle: the workers leave when nothing is to be done, and come back with the next request", async () => {
  await using server = await startServer(["--idle", "1", "--processes", "2", app]);
  const first = await server.untilPids("worker", { count: 2 });
  const running = server.fetch("/sleep?2.5");
  assert.equal((await running).status, 200);
  assert.ok(!/\(idle\)/.test(server.log), "a request that runs is something to be done");
  await server.waitForLog(/no request for 1 s \(idle\): all workers leave until the next request comes/);
  await server.untilPids("worker", { count: 0 });
  server.kill("SIGHUP");
  await server.waitForLog(/reloaded in/);
  assert.deepEqual(server.pids("worker"), [], "a reload brings the new code, and no workers");
  assert.equal((await server.fetch()).status, 200);
  await server.untilPids("worker", { count: 2, without: first });
});

test("SIGTTOU where there are no workers starts none", async () => {
  await using server = await startServer(["--cheap", "--cheaper", "2", "--processes", "4", app]);
  server.kill("SIGTTOU");
  await server.waitForLog(/SIGTTOU: there are no workers already/);
  assert.doesNotMatch(server.log, /from 0 workers/);
  assert.equal((await server.fetch()).status, 200);
});

test("die-on-idle: it stops when nothing is to be done", async () => {
  await using server = await startServer(["--idle", "1", "--die-on-idle", app]);
  assert.equal((await server.fetch()).status, 200);
  assert.deepEqual(await server.exit, { code: 0, signal: null });
  assert.match(server.log, /no request for 1 s \(idle, die-on-idle\): no new connections/);
});

test("no request is lost while workers leave and come back again and again", async () => {
  const fifo = folder.file("fifo");
  await using server = await startServer(["--master-fifo", fifo, "--processes", "2", app]);
  await using load = startLoad(server.port, { connections: 8, prefix: "a", request: sleepFor(0.005) });
  for (let round = 1; round <= 10; round += 1) {
    await until("some answers", () => load.outcomes.length > round * 40);
    const woken = () => [...server.log.matchAll(/a request waits: 2 workers start/g)].length;
    const before = woken();
    writeFileSync(fifo, "C", { flag: "r+" });
    await server.until("the next workers", () => woken() > before);
  }
  await load.stop();
  assert.ok(load.outcomes.every(({ status }) => status === 200));
  assert.equal((await server.stop()).code, 0);
});
