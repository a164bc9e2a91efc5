/** What comes while a stop waits for running requests. */

import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { after, test } from "node:test";
import { writeHelloApp } from "../support/hello-app.ts";
import { Folder, type RunningServer, sleep, startServer } from "../support/start-server.ts";

const folder = new Folder();
after(() => folder[Symbol.dispose]());
const app = writeHelloApp(folder);

/** A request runs, and the stop waits for it. */
async function stopUnderRequest(
  server: RunningServer,
  seconds: number,
): Promise<{ slow: Promise<Response> }> {
  const slow = server.fetch(`/sleep?${seconds}`);
  await server.waitForLog(/sleeping in/);
  server.kill("SIGTERM");
  await server.waitForLog(/SIGTERM: no new connections/);
  return { slow };
}

/** Resolves with the answer's status when the instance has ended in order. */
async function statusAtEnd(server: RunningServer, slow: Promise<Response>): Promise<number> {
  const { status } = await slow;
  assert.deepEqual(await server.exit, { code: 0, signal: null });
  assert.deepEqual(server.allPids(), []);
  return status;
}

test("a request that takes too long is ended by harakiri in a stop, too", async () => {
  await using server = await startServer(["--harakiri", "2", "--reload-mercy", "60", app]);
  const { slow } = await stopUnderRequest(server, 60);
  assert.equal(await statusAtEnd(server, slow), 504);
  assert.match(server.log, /longer than harakiri/);
  assert.doesNotMatch(server.log, /time is up/);
});

for (const signal of ["SIGTSTP", "SIGHUP", "SIGUSR2"] as const) {
  test(`${signal} in a stop does nothing, and the log says so`, async () => {
    await using server = await startServer([app]);
    const { slow } = await stopUnderRequest(server, 1.5);
    server.kill(signal);
    await server.waitForLog(new RegExp(`${signal}: nothing is done: the instance stops`));
    assert.equal(await statusAtEnd(server, slow), 200);
  });
}

test("SIGHUP in a stop cuts off no request with exit-on-reload, as service managers send it after SIGTERM", async () => {
  await using server = await startServer(["--exit-on-reload", app]);
  const { slow } = await stopUnderRequest(server, 1.5);
  server.kill("SIGHUP");
  assert.equal(await statusAtEnd(server, slow), 200);
});

test("an attach-control-daemon that ends in a stop, as after a signal to all, cuts off no request", async () => {
  const pidfile = folder.file("control.pid");
  const command = `echo $$ > ${pidfile}; exec sleep 1000`;
  await using server = await startServer([`--attach-control-daemon=${command}`, app]);
  const pid = () => (existsSync(pidfile) ? Number(readFileSync(pidfile, "utf8")) : 0);
  await server.until("the program to run", () => pid() > 0);
  const { slow } = await stopUnderRequest(server, 2);
  process.kill(pid(), "SIGTERM");
  await server.waitForLog(/attached program .*: killed by signal 15/);
  assert.equal(await statusAtEnd(server, slow), 200);
  assert.doesNotMatch(server.log, /stopping at once|started again/);
});

test("a master whose attached program has a pidfile does not spin in a stop", async () => {
  const pidfile = folder.file("smart.pid");
  const command = `${pidfile} sleep 1000 & echo $! > ${pidfile}`;
  await using server = await startServer([`--smart-attach-daemon=${command}`, app]);
  await server.waitForLog(/attached program .*: runs/);
  const { slow } = await stopUnderRequest(server, 4);
  await sleep(1500); // its pidfile is due to be read again
  const before = wakeUps(server.pid);
  await sleep(1000);
  const count = wakeUps(server.pid) - before;
  assert.ok(count < 100, `woke up ${count} times in a second`);
  process.kill(Number(readFileSync(pidfile, "utf8")), "SIGKILL");
  assert.equal(await statusAtEnd(server, slow), 200);
});

/** Of the main thread, so far. */
function wakeUps(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  return Number(/^voluntary_ctxt_switches:\s+(\d+)/m.exec(status)?.[1]);
}
