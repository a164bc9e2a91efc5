/** What tests of SIGUSR2 share. */

import assert from "node:assert/strict";
import { type RunningServer, until } from "./start-server.ts";

/** The one master that there is. */
export function masterOf(server: RunningServer): number {
  const masters = server.pids("master");
  assert.equal(masters.length, 1, server.describeProcesses());
  return masters[0] ?? 0;
}

/** SIGUSR2, until the old one has left; answers the new master's pid. */
export async function upgrade(server: RunningServer): Promise<number> {
  const old = masterOf(server);
  process.kill(old, "SIGUSR2");
  return await untilSucceeded(server, old);
}

/** Slow machines: two whole starts, and the end of one. */
const PATIENCE = 60_000;

/** Answers the new master's pid: what it forks bears its title, too, for a moment. */
export async function untilSucceeded(server: RunningServer, old: number): Promise<number> {
  let masters: readonly number[] = [];
  await until(
    "the old master to leave",
    () => {
      assert.doesNotMatch(server.log, /the upgrade has failed|no upgrade:/);
      masters = server.pids("master");
      return !server.allPids().includes(old) && masters.length === 1;
    },
    () => `${server.describeProcesses()}\n${server.log}`,
    PATIENCE,
  );
  return masters[0] ?? 0;
}

/** The same where the new one may be killed while it starts: then the old one stays. */
export async function tryUpgrade(server: RunningServer): Promise<void> {
  const old = masterOf(server);
  const before = server.log.length;
  process.kill(old, "SIGUSR2");
  await until(
    "the upgrade",
    () => {
      const hasFailed = server.log.slice(before).includes("the upgrade has failed");
      return server.pids("master").length === 1 && (hasFailed || !server.allPids().includes(old));
    },
    () => `${server.describeProcesses()}\n${server.log}`,
    PATIENCE,
  );
}

/** SIGUSR2, and until the log says so; the same master is there afterwards. */
export async function upgradeInVain(server: RunningServer, pattern: RegExp): Promise<void> {
  const old = masterOf(server);
  process.kill(old, "SIGUSR2");
  await until(
    `the log to match ${pattern}`,
    () => pattern.test(server.log),
    () => server.log,
    PATIENCE,
  );
  await until("the new one to end", () => server.pids("master").length === 1);
  assert.equal(masterOf(server), old);
}
