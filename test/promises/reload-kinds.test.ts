import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { writeHelloApp } from "../support/hello-app.ts";
import { getOrPost, startLoad } from "../support/load.ts";
import { writeProbeApp } from "../support/probe-app.ts";
import { Folder, type RunningServer, startServer, until } from "../support/start-server.ts";

const RELOADED = /reloaded in/g;
const REPLACED = /replaced the workers in/g;

interface Instance extends AsyncDisposable {
  readonly server: RunningServer;
  /** Sends letters to the master FIFO. */
  send(letters: string): void;
  /** The same, and waits until the log says once more that it is over. */
  reload(letter: string, over: RegExp): Promise<void>;
}

async function start(folder: Folder, args: readonly string[]): Promise<Instance> {
  const fifo = folder.file("fifo");
  const server = await startServer(["--master-fifo", fifo, ...args]);
  const send = (letters: string): void => writeFileSync(fifo, letters, { flag: "r+" });
  const count = (pattern: RegExp): number => server.log.match(pattern)?.length ?? 0;
  return {
    server,
    send,
    reload: async (letter, over) => {
      const before = count(over);
      send(letter);
      await server.until(`${letter} to be over`, () => count(over) > before);
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

/** Answers the largest number of workers that were seen until it is called. */
function watchWorkers(server: RunningServer): () => Promise<number> {
  let most = 0;
  let isOver = false;
  const watching = (async () => {
    while (!isOver) {
      // The newer zygote first: what leaves and what comes in between is not counted together.
      const zygotes = server.pids("zygote").toReversed();
      most = Math.max(
        most,
        zygotes.reduce((all, pid) => all + countChildren(pid), 0),
      );
      await new Promise((resolve) => setImmediate(resolve));
    }
  })();
  return async () => {
    isOver = true;
    await watching;
    return most;
  };
}

function countChildren(pid: number): number {
  try {
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8");
    return children.split(" ").filter((child) => child !== "").length;
  } catch {
    return 0;
  }
}

for (const { args, letter } of [
  { args: [], letter: "c" },
  { args: ["--chain-reload"], letter: "r" },
]) {
  test(`a chain has never more than one worker beyond their number: ${letter} ${args.join(" ")}`, async () => {
    using folder = new Folder();
    await using one = await start(folder, [...args, "--processes", "4", writeProbeApp(folder)]);
    const before = await one.server.untilPids("worker", { count: 4 });
    await using load = startLoad(one.server.port, { connections: 8, prefix: "chain", request: getOrPost });
    const most = watchWorkers(one.server);
    await one.reload(letter, RELOADED);
    assert.equal(await most(), 5);
    await load.stop();
    assert.ok(load.outcomes.every(({ status }) => status === 200));
    await one.server.untilPids("worker", { count: 4, without: before });
    await one.server.waitForLog(/reloading, one after the other; the running workers serve on/);
  });
}

test("a chain waits for a worker that still has a request, and goes on when it has left", async () => {
  using folder = new Folder();
  const app = writeHelloApp(folder);
  await using one = await start(folder, ["--processes", "2", app]);
  const before = await one.server.untilPids("worker", { count: 2 });
  // Both are busy, so the first that is succeeded cannot leave at once.
  const running = [one.server.fetch("/sleep?1.5"), one.server.fetch("/sleep?1.5")];
  await one.server.until("both to run", () => one.server.log.match(/sleeping in/g)?.length === 2);
  one.send("c");
  const most = watchWorkers(one.server);
  await one.server.waitForLog(/generation 2 serves/);
  assert.equal(await most(), 3);
  for (const response of await Promise.all(running)) assert.equal(response.status, 200);
  await one.server.untilPids("worker", { count: 2, without: before });
});

test("at once: a worker with a request is killed as soon as its successor serves", async () => {
  using folder = new Folder();
  await using one = await start(folder, ["--processes", "2", writeHelloApp(folder)]);
  const before = await one.server.untilPids("worker", { count: 2 });
  const running = one.server.fetch("/sleep?60");
  await one.server.waitForLog(/sleeping in/);
  await one.reload("R", RELOADED);
  assert.equal((await running).status, 502);
  await one.server.untilPids("worker", { count: 2, without: before });
  await one.server.untilPids("zygote", { count: 1 });
});

test("at once also ends what a graceful reload waits for", async () => {
  using folder = new Folder();
  await using one = await start(folder, ["--processes", "1", "--chain-reload", writeHelloApp(folder)]);
  const before = await one.server.untilPids("worker", { count: 1 });
  const running = one.server.fetch("/sleep?60");
  await one.server.waitForLog(/sleeping in/);
  await one.reload("r", RELOADED);
  await one.reload("R", RELOADED);
  assert.equal((await running).status, 502);
  await one.server.untilPids("worker", { count: 1, without: before });
});

for (const letter of ["w", "W"]) {
  test(`${letter} replaces the workers alone: the same zygote, the same code`, async () => {
    using folder = new Folder();
    const app = writeHelloApp(folder);
    await using one = await start(folder, ["--processes", "3", app]);
    const workers = await one.server.untilPids("worker", { count: 3 });
    const zygotes = one.server.pids("zygote");
    folder.write("app.py", "raise RuntimeError('not read')\n");
    await one.reload(letter, REPLACED);
    await one.server.untilPids("worker", { count: 3, without: workers });
    assert.deepEqual(one.server.pids("zygote"), zygotes);
    assert.equal((await one.server.fetch()).status, 200);
  });
}

test("with lazy-apps the workers alone bring new code, and broken code leaves the old ones", async () => {
  using folder = new Folder();
  const app = writeHelloApp(folder);
  await using one = await start(folder, ["--lazy-apps", "--processes", "2", app]);
  const workers = await one.server.untilPids("worker", { count: 2 });
  folder.write("app.py", "raise RuntimeError('broken')\n");
  one.send("w");
  await one.server.waitForLog(
    /the reload has failed, the running workers serve on:[\s\S]*RuntimeError: broken/,
  );
  assert.deepEqual(await one.server.untilPids("worker", { count: 2 }), workers);
  writeHelloApp(folder, { more: "VERSION = 2\n" });
  await one.reload("w", REPLACED);
  await one.server.untilPids("worker", { count: 2, without: workers });
  assert.equal((await one.server.fetch()).status, 200);
});

test("new workers that die before they serve are tried three times, and the old ones stay", async () => {
  using folder = new Folder();
  const app = writeHelloApp(folder);
  await using one = await start(folder, [app]);
  const [worker = 0] = await one.server.untilPids("worker", { count: 1 });
  writeHelloApp(folder, {
    more: "os.register_at_fork(after_in_child=lambda: os.kill(os.getpid(), 11))\n",
  });
  one.send("r");
  await one.server.waitForLog(
    /the reload has failed[^\n]*:\n +3 new workers have died before one could serve/,
  );
  assert.equal(await (await one.server.fetch()).text(), String(worker));
  writeHelloApp(folder);
  await one.reload("r", RELOADED);
  await one.server.untilPids("worker", { count: 1, without: [worker] });
});

test("a request that runs longer than worker-reload-mercy is cut off, and the log says so", async () => {
  using folder = new Folder();
  await using one = await start(folder, ["--worker-reload-mercy", "1", writeHelloApp(folder)]);
  const running = one.server.fetch("/sleep?60");
  await one.server.waitForLog(/sleeping in/);
  await one.reload("r", RELOADED);
  assert.equal((await running).status, 502);
  await one.server.waitForLog(
    /worker 1 \(pid \d+\): has not left in time \(worker-reload-mercy\) and is killed/,
  );
});

test("old workers that do not leave hold up the reloads after the next, which says so", async () => {
  using folder = new Folder();
  await using one = await start(folder, ["--threads", "2", writeHelloApp(folder)]);
  const running: Promise<Response>[] = [];
  for (let round = 1; round <= 2; round++) {
    running.push(one.server.fetch("/sleep?3"));
    await one.server.until("it to run", () => one.server.log.match(/sleeping in/g)?.length === round);
    await one.reload("r", RELOADED);
  }
  one.send("r");
  await one.server.waitForLog(/: waits until some of the 2 old workers that still run have left/);
  await one.server.waitForLog(/generation 4 serves/);
  for (const response of await Promise.all(running)) assert.equal(response.status, 200);
});

test("exit-on-reload: a reload is a stop", async () => {
  using folder = new Folder();
  await using one = await start(folder, ["--exit-on-reload", writeHelloApp(folder)]);
  await one.reload("w", REPLACED);
  one.server.kill("SIGHUP");
  assert.deepEqual(await one.server.exit, { code: 0, signal: null });
  assert.match(one.server.log, /SIGHUP \(exit-on-reload\): no new connections/);
});

test("workers that keep dying need not sit out their pause when a reload brings better code", async () => {
  using folder = new Folder();
  const app = writeHelloApp(folder);
  await using one = await start(folder, [app]);
  await until("a long pause", async () => {
    await one.server.fetch("/exit?1").catch(() => undefined);
    return /a successor starts in ([4-9]|\d\d) s/.test(one.server.log);
  });
  const begun = performance.now();
  await one.reload("r", RELOADED);
  assert.ok(performance.now() - begun < 3500, `${performance.now() - begun} ms`);
});
