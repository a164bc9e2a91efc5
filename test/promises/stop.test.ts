import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { connect } from "node:net";
import { test } from "node:test";
import { writeHelloApp } from "../support/hello-app.ts";
import { Folder, startServer, until } from "../support/start-server.ts";

const CLEAN = { code: 0, signal: null };

for (const signal of ["SIGTERM", "SIGINT"] as const) {
  test(`${signal}: what runs is finished, then all end, exit code 0, nothing left behind`, async () => {
    using folder = new Folder();
    folder.write("tmp/here", "");
    const path = folder.file("a.sock");
    const args = ["--http", "127.0.0.1:0", "--http", path, "--processes", "2", writeHelloApp(folder)];
    await using server = await startServer(args, { environment: { TMPDIR: folder.file("tmp") } });
    let isRunning = true;
    const slow = server.fetch("/sleep?1").finally(() => {
      isRunning = false;
    });
    await server.waitForLog(/sleeping in/);
    const { port } = server;
    const exit = server.stop(signal);
    await until("the door to close", () => refusesConnections(port));
    assert.ok(isRunning, "the door closes first");
    assert.equal((await slow).status, 200);
    assert.deepEqual(await exit, CLEAN);
    assert.deepEqual(server.allPids(), []);
    assert.ok(!existsSync(path));
    assert.deepEqual(readdirSync(folder.file("tmp")), ["here"]);
    assert.match(server.log, new RegExp(`master: ${signal}: no new connections`));
    assert.doesNotMatch(server.log, /killed|exit code|died/);
  });
}

test("workers end as interpreters do: atexit handlers run", async () => {
  using folder = new Folder();
  const more = "\natexit.register(lambda: print(f'atexit in {os.getpid()}\\n', end=''))\n";
  await using server = await startServer([
    "--processes",
    "2",
    "--threads",
    "2",
    writeHelloApp(folder, { more }),
  ]);
  const workers = await server.untilPids("worker", { count: 2 });
  assert.deepEqual(await server.stop(), CLEAN);
  for (const pid of workers) assert.match(server.log, new RegExp(`atexit in ${pid}\\n`));
});

test("requests that wait for a worker when the stop begins are answered too", async () => {
  using folder = new Folder();
  await using server = await startServer([writeHelloApp(folder)]);
  const first = server.fetch("/sleep?2");
  await server.waitForLog(/sleeping in/);
  const waiting = Promise.all([1, 2, 3].map(async () => (await server.fetch("/sleep?0.1")).status));
  await until("them to be connected", () => countConnections(server.port) >= 4);
  const exit = server.stop();
  assert.equal((await first).status, 200);
  assert.deepEqual(await waiting, [200, 200, 200]);
  assert.deepEqual(await exit, CLEAN);
});

test("requests that wait are answered although every worker is killed in the stop", async () => {
  using folder = new Folder();
  await using server = await startServer(["--reload-mercy", "50", writeHelloApp(folder)]);
  const lost = server.fetch("/sleep?60");
  await server.waitForLog(/sleeping in/);
  const waiting = [1, 2, 3].map(async () => (await server.fetch("/")).status);
  await until("them to be connected", () => countConnections(server.port) >= 4);
  const exit = server.stop();
  await server.waitForLog(/SIGTERM: no new connections/);
  for (const pid of server.pids("worker")) process.kill(pid, "SIGKILL");
  assert.equal((await lost).status, 502);
  assert.deepEqual(await Promise.all(waiting), [200, 200, 200]);
  assert.deepEqual(await exit, CLEAN);
  assert.doesNotMatch(server.log, /time is up/);
});

test("an idle keep-alive connection does not hold up the stop", async () => {
  using folder = new Folder();
  await using server = await startServer([writeHelloApp(folder)]);
  const socket = connect(server.port, "127.0.0.1");
  socket.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  await new Promise((resolve) => socket.once("data", resolve));
  const begin = performance.now();
  assert.deepEqual(await server.stop(), CLEAN);
  assert.ok(performance.now() - begin < 2000);
  socket.destroy();
});

test("what has not finished within --reload-mercy is killed, and said", async () => {
  using folder = new Folder();
  await using server = await startServer(["--reload-mercy", "500ms", writeHelloApp(folder)]);
  const slow = server.fetch("/sleep?60").catch(() => undefined);
  await server.waitForLog(/sleeping in/);
  assert.deepEqual(await server.stop(), CLEAN);
  const line =
    /time is up \(reload-mercy\): killing worker 1 \(pid \d+\): requests that it was running are lost/;
  assert.match(server.log, line);
  assert.match(server.log, /worker 1 \(pid \d+\): killed by this stop after/);
  assert.deepEqual(server.allPids(), []);
  await slow;
});

test("a second SIGINT stops at once", async () => {
  using folder = new Folder();
  await using server = await startServer([writeHelloApp(folder)]);
  const slow = server.fetch("/sleep?60").catch(() => undefined);
  await server.waitForLog(/sleeping in/);
  server.kill("SIGINT");
  await server.waitForLog(/SIGINT: no new connections/);
  assert.deepEqual(await server.stop("SIGINT"), CLEAN);
  const line =
    /SIGINT: stopping at once: killing worker 1 \(pid \d+\): requests that it was running are lost/;
  assert.match(server.log, line);
  assert.doesNotMatch(server.log, /nobody knows/);
  assert.deepEqual(server.allPids(), []);
  await slow;
});

test("SIGQUIT stops at once", async () => {
  using folder = new Folder();
  await using server = await startServer([writeHelloApp(folder)]);
  const slow = server.fetch("/sleep?60").catch(() => undefined);
  await server.waitForLog(/sleeping in/);
  assert.deepEqual(await server.stop("SIGQUIT"), CLEAN);
  assert.match(server.log, /SIGQUIT: stopping at once: killing worker 1 /);
  assert.match(server.log, /worker 1 \(pid \d+\): killed by this stop after/);
  assert.deepEqual(server.allPids(), []);
  await slow;
});

test("a stop while the application still loads ends at once", async () => {
  using folder = new Folder();
  const app = folder.write("app.py", "import time\nprint('loading', flush=True)\ntime.sleep(600)\n");
  await using server = await startServer([app], { withoutWaiting: true });
  await server.waitForLog(/loading/);
  assert.deepEqual(await server.stop(), CLEAN);
  assert.deepEqual(server.allPids(), []);
});

test("SIGUSR1 writes the state to the log, changes nothing and opens nothing", async () => {
  using folder = new Folder();
  await using server = await startServer([writeHelloApp(folder)]);
  const before = server.allPids();
  server.kill("SIGUSR1");
  await server.waitForLog(/SIGUSR1: tsgi [^\n]+serving, generation 1, 1 worker\n/);
  process.kill(server.pids("router")[0] ?? 0, "SIGUSR1");
  assert.equal((await server.fetch()).status, 200);
  assert.deepEqual(server.allPids(), before);
  assert.doesNotMatch(server.log, /[Dd]ebugger/);
});

for (const signal of ["SIGTERM", "SIGINT"] as const) {
  test(`${signal} to every process at once, as service managers send it, is a graceful stop`, async () => {
    using folder = new Folder();
    await using server = await startServer(["--processes", "2", writeHelloApp(folder)]);
    await server.untilPids("worker", { count: 2 });
    const slow = server.fetch("/sleep?0.5");
    await server.waitForLog(/sleeping in/);
    // The master last: whatever the others do, it hears of that first.
    for (const pid of server.allPids().toReversed()) process.kill(pid, signal);
    assert.equal((await slow).status, 200);
    assert.deepEqual(await server.exit, CLEAN);
    assert.doesNotMatch(server.log, /successor|nobody knows|killed|KeyboardInterrupt|died/);
  });
}

function refusesConnections(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => {
      socket.destroy();
      resolve(false);
    });
    socket.once("error", () => resolve(true));
  });
}

/** Established ones, as the server's side sees them. */
function countConnections(port: number): number {
  const end = `:${port.toString(16).toUpperCase().padStart(4, "0")}`;
  const rows = readFileSync("/proc/net/tcp", "utf8")
    .split("\n")
    .map((row) => row.trim().split(/\s+/));
  return rows.filter((row) => row[1]?.endsWith(end) && row[3] === "01").length;
}
