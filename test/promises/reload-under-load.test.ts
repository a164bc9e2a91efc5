import assert from "node:assert/strict";
import { test } from "node:test";
import { type Blow, endure } from "../support/ordeal.ts";
import { writeProbeApp } from "../support/probe-app.ts";
import { randomFrom, SEED } from "../support/random.ts";
import { Folder, startServer } from "../support/start-server.ts";

const ARGS = ["--processes", "2", "--threads", "2", "--disable-logging"];

test("200 reloads under load: not one request fails, takes a second, or runs twice", async (t) => {
  using folder = new Folder();
  await using server = await startServer([...ARGS, writeProbeApp(folder)]);
  const ordeal = await endure(server, folder, {
    goOn: (reloads) => reloads < 200,
    random: randomFrom(SEED),
  });
  assert.equal(ordeal.lost, 0);
  t.diagnostic(JSON.stringify(ordeal));
  assert.deepEqual(await server.stop(), { code: 0, signal: null });
});

const blows: readonly { readonly what: string; readonly blows: readonly Blow[] }[] = [
  { what: "workers are asked to leave", blows: [{ role: "worker", signal: "SIGTERM" }] },
  {
    what: "workers and zygotes are killed",
    blows: [
      { role: "worker", signal: "SIGKILL" },
      { role: "worker", signal: "SIGKILL" },
      { role: "worker", signal: "SIGTERM" },
      { role: "zygote", signal: "SIGKILL" },
    ],
  },
];

for (const { what, blows: some } of blows) {
  test(`reloads under load while ${what} at random: only what a killed worker ran is lost (TSGI_SEED=${SEED})`, async (t) => {
    using folder = new Folder();
    await using server = await startServer([...ARGS, writeProbeApp(folder)]);
    const end = Date.now() + 5000;
    const ordeal = await endure(server, folder, {
      goOn: (reloads) => reloads < 5 || Date.now() < end,
      blows: some,
      random: randomFrom(SEED),
    });
    t.diagnostic(JSON.stringify(ordeal));
    assert.ok(ordeal.blows > 0 && ordeal.requests > 500);
    if (some.every(({ signal }) => signal !== "SIGKILL")) assert.equal(ordeal.lost, 0);
    await server.untilPids("worker", { count: 2 });
    assert.deepEqual(await server.stop(), { code: 0, signal: null });
    assert.deepEqual(server.allPids(), []);
  });
}
