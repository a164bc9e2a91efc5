/**
 * Reloads under load, and what became of every request; on demand with workers that are asked to
 * leave or are killed at random moments. The promise tests run it for a while, `npm run soak` for minutes.
 */

import assert from "node:assert/strict";
import { checkFates } from "./fates.ts";
import { type Load, type Outcome, startLoad } from "./load.ts";
import { recorded } from "./probe-app.ts";
import { chooseFrom, type Random } from "./random.ts";
import type { Folder, RunningServer } from "./start-server.ts";
import { sleep } from "./start-server.ts";

/** A request that takes longer is as bad as one that fails. */
const SLOW = 1000;
/** Half of them keep their connection, half make one for each request. */
const CONNECTIONS = 32;
/** Between a response and the next request of a client: the machine has to import the application as well. */
const THINKING = 40;
const LARGE_BODY = 20_000;

export interface Plan {
  /** Whether to go on, asked after each reload. */
  readonly goOn: (reloads: number) => boolean;
  /** Done again and again instead of reloads. */
  readonly change?: (server: RunningServer) => Promise<void>;
  /** What is done to processes that are chosen by `random`; nothing for reloads alone. */
  readonly blows?: readonly Blow[];
  readonly random: Random;
}

export interface Blow {
  readonly role: "worker" | "zygote";
  readonly signal: "SIGTERM" | "SIGKILL";
}

export interface Ordeal {
  readonly reloads: number;
  readonly requests: number;
  /** 502, each with a killed worker. */
  readonly lost: number;
  readonly slowest: number;
  readonly blows: number;
}

/** The server runs the probe application of that folder, with --disable-logging. Rejects where a promise is broken. */
export async function endure(server: RunningServer, folder: Folder, plan: Plan): Promise<Ordeal> {
  await using kept = startLoads(server, { prefix: "kept" });
  await using once = startLoads(server, { prefix: "once", once: true });
  const loads = [kept, once];
  const killed: number[] = [];
  let isOver = false;
  const killing = killAtRandom(server, plan, { isOver: () => isOver, killed });
  const reloads = await reloadOnAndOn(server, plan).finally(() => {
    isOver = true;
  });
  await killing;
  for (const load of loads) await load.stop();
  const outcomes = loads.flatMap((load) => load.outcomes);
  assert.deepEqual(
    loads.flatMap((load) => load.refused),
    [],
  );
  checkFates(outcomes, recorded(folder, "ran"), "");
  checkTimes(outcomes);
  const lost = checkLosses(server, outcomes, killed);
  return {
    reloads,
    requests: outcomes.length,
    lost,
    slowest: Math.round(Math.max(...outcomes.map(({ milliseconds }) => milliseconds))),
    blows: killed.length,
  };
}

function startLoads(
  server: RunningServer,
  { prefix, once = false }: { prefix: string; once?: boolean },
): Load {
  return startLoad(server.port, {
    connections: CONNECTIONS / 2,
    prefix,
    once,
    pause: THINKING,
    request: mixed,
    isRight: (id, number, body) => isRight(id, number, body),
  });
}

/** GET and POST, with small bodies and with those that a router collects first. */
function mixed(id: string, number: number): string {
  const rest = `HTTP/1.1\r\nHost: a\r\nX-Id: ${id}\r\n`;
  if (number % 4 === 0) return `GET /sleep?0.00${number % 3} ${rest}\r\n`;
  if (number % 4 === 1) return `GET /environ ${rest}\r\n`;
  const body = bodyOf(id, number);
  return `POST /echo ${rest}Content-Length: ${body.length}\r\n\r\n${body}`;
}

function bodyOf(id: string, number: number): string {
  return number % 4 === 2 ? id : id.padEnd(LARGE_BODY, `${id} `);
}

function isRight(id: string, number: number, body: Buffer): boolean {
  const text = body.toString("latin1");
  if (number % 4 === 0) return text === "slept";
  if (number % 4 === 1) return text.includes(`"HTTP_X_ID": "${id}"`);
  return text === bodyOf(id, number);
}

async function reloadOnAndOn(server: RunningServer, { goOn, change = reload }: Plan): Promise<number> {
  let reloads = 0;
  for (; goOn(reloads); reloads += 1) await change(server);
  return reloads;
}

async function reload(server: RunningServer): Promise<void> {
  const before = server.log.length;
  server.kill("SIGHUP");
  // A killed zygote is a reload that has failed, which the next one makes good.
  const over = /reloaded in|the reload has failed/;
  await server.until("the reload", () => over.test(server.log.slice(before)));
}

async function killAtRandom(
  server: RunningServer,
  { blows = [], random }: Plan,
  { isOver, killed }: { isOver: () => boolean; killed: number[] },
): Promise<void> {
  while (blows.length > 0 && !isOver()) {
    await sleep(50 + random() * 350);
    const blow = chooseFrom(random, blows);
    const pid = blow === undefined ? undefined : chooseFrom(random, server.pids(blow.role));
    if (pid === undefined || blow === undefined) continue;
    killed.push(pid);
    kill(pid, blow.signal);
  }
}

function kill(pid: number, signal: Blow["signal"]): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has left in between.
  }
}

function checkTimes(outcomes: readonly Outcome[]): void {
  const slow = outcomes.filter(({ milliseconds }) => milliseconds > SLOW);
  const [first] = slow;
  assert.equal(slow.length, 0, `${slow.length} of ${outcomes.length} requests were slow: ${first?.id} …`);
}

/** What failed was running in a worker that was killed; the routers have said so of each. */
function checkLosses(server: RunningServer, outcomes: readonly Outcome[], killed: readonly number[]): number {
  const lost = outcomes.filter(({ status }) => status === 502).length;
  const said = [
    ...server.log.matchAll(/worker \d+ \(pid (\d+)\) died, requests that it was running: (\d+)/g),
  ];
  for (const [line, pid] of said) assert.ok(killed.includes(Number(pid)), line);
  const running = said.reduce((all, [, , count]) => all + Number(count), 0);
  assert.equal(lost, running, "requests that failed, and that killed workers were running");
  assert.doesNotMatch(server.log, /a bug in tsgi|tsgi failed|has not left in time/);
  return lost;
}
