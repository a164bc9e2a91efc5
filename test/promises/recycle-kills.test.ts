import assert from "node:assert/strict";
import { test } from "node:test";
import { checkFates } from "../support/fates.ts";
import { getOrPost, startLoad } from "../support/load.ts";
import { recorded, writeProbeApp } from "../support/probe-app.ts";
import { chooseFrom, randomFrom, SEED } from "../support/random.ts";
import { Folder, type RunningServer, sleep, startServer, until } from "../support/start-server.ts";

const BLOWS = 25;

function recycled(server: RunningServer): number {
  return server.log.match(/\(max-requests\); a successor starts/g)?.length ?? 0;
}

/** Whoever is there at the moment: those that leave, their successors, who may not serve yet, and the zygote. */
async function strike(server: RunningServer): Promise<void> {
  const random = randomFrom(SEED);
  for (let blow = 0; blow < BLOWS; blow += 1) {
    await sleep(random() * 200);
    const role = random() < 0.85 ? "worker" : "zygote";
    const signal = random() < 0.7 ? "SIGKILL" : "SIGTERM";
    const victim = chooseFrom(random, server.pids(role));
    try {
      if (victim !== undefined) process.kill(victim, role === "zygote" ? "SIGKILL" : signal);
    } catch {
      // It has gone in between.
    }
  }
}

test(`recycling goes on while processes are killed at random, and only what was begun fails (SEED=${SEED})`, async () => {
  using folder = new Folder();
  const limits = ["--min-worker-lifetime", "0", "--max-requests", "30", "--max-requests-jitter", "10"];
  const app = writeProbeApp(folder);
  await using server = await startServer([...limits, "--processes", "3", "--disable-logging", app]);
  const prefix = "struck";
  await using load = startLoad(server.port, { connections: 12, prefix, request: getOrPost });
  await until("the load to run", () => recycled(server) > 2);
  await strike(server);
  const before = recycled(server);
  // Those that died young twice wait some seconds for their next successor.
  await until(
    "recycling to go on",
    () => recycled(server) > before + 5,
    () => server.log,
    60_000,
  );
  await load.stop();
  assert.deepEqual(load.refused, []);
  checkFates(load.outcomes, recorded(folder, "ran"), `${prefix}-`);
  await server.untilPids("zygote", { count: 1 });
  await until(
    "three workers",
    () => server.pids("worker").length === 3,
    () => server.log,
    60_000,
  );
  assert.doesNotMatch(server.log, /a bug in tsgi/);
  assert.equal((await server.stop()).code, 0);
  assert.deepEqual(server.allPids(), []);
});
