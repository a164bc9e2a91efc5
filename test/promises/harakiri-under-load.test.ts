/** Requests that hang at random among many that do not. The seed is printed by a failure. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { getOrPost, startLoad } from "../support/load.ts";
import { recorded, writeProbeApp } from "../support/probe-app.ts";
import { Folder, startServer, until } from "../support/start-server.ts";

const SEED = Number(process.env["TEST_SEED"] ?? Math.floor(Math.random() * 2 ** 31));
const HANGS = 12;
/** One request in 300. */
const RARELY = 2 ** 32 / 300;

for (const options of [
  ["--processes", "3"],
  ["--processes", "2", "--threads", "3"],
  ["--processes", "2", "--threads", "2", "--http-processes", "2"],
]) {
  test(`under load nothing suffers but what hangs, and nothing runs twice: ${options.join(" ")}`, async () => {
    using folder = new Folder();
    const args = [...options, "--harakiri", "2", "--disable-logging", writeProbeApp(folder)];
    await using server = await startServer(args);
    const processes = Number(options[1]);
    await server.untilPids("worker", { count: processes });
    const hung = new Set<string>();
    let random = SEED;
    const isChosen = () => {
      random = (Math.imul(random, 1_103_515_245) + 12_345) >>> 0;
      return hung.size < HANGS && random < RARELY;
    };
    const request = (id: string, number: number): string => {
      if (!isChosen()) return getOrPost(id, number);
      hung.add(id);
      return `GET /sleep?600 HTTP/1.1\r\nHost: a\r\nX-Id: ${id}\r\n\r\n`;
    };
    await using load = startLoad(server.port, { connections: 24, prefix: "load", request });
    const ended = () => load.outcomes.filter(({ id }) => hung.has(id)).length;
    const describe = () => `seed ${SEED}: ${ended()} of ${hung.size}\n${server.log.slice(-3000)}`;
    await until("all that hang to be answered", () => ended() === HANGS, describe, 60_000);
    await load.stop();
    const wrong = load.outcomes.filter(({ id, status }) => status !== (hung.has(id) ? 504 : 200));
    assert.deepEqual(wrong, [], describe());
    const ran = recorded(folder, "ran");
    assert.equal(new Set(ran).size, ran.length, `seed ${SEED}: none ran twice`);
    assert.equal(ran.length, load.outcomes.length, `seed ${SEED}: all ran`);
    assert.deepEqual(load.refused, []);
    assert.doesNotMatch(server.log, /a bug in tsgi|tsgi failed|could not be had/);
    await server.untilPids("worker", { count: processes });
  });
}
