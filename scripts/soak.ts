/**
 * Reloads, and every third round upgrades, under load for minutes, with workers and zygotes that are asked to leave and killed at
 * random: what test/promises/reload-under-load.test.ts does for seconds, in every shape in turn.
 *
 *     npm run soak -- --seconds 600 --seed 7
 *
 * Ends with 1, and the server's log, at the first broken promise.
 */

import { parseArgs } from "node:util";
import { type Blow, endure, type Plan } from "../test/support/ordeal.ts";
import { writeProbeApp } from "../test/support/probe-app.ts";
import { randomFrom, SEED } from "../test/support/random.ts";
import { Folder, startServer } from "../test/support/start-server.ts";
import { tryUpgrade } from "../test/support/upgrade.ts";

/** How long one server is tormented before the next one has its turn. */
const TURN = 20_000;

const SHAPES: readonly (readonly string[])[] = [
  [],
  ["--lazy-apps"],
  ["--chain-reload"],
  ["--http-processes", "2"],
  ["--processes", "1", "--threads", "1"],
];

const BLOWS: readonly Blow[] = [
  { role: "worker", signal: "SIGTERM" },
  { role: "worker", signal: "SIGTERM" },
  { role: "worker", signal: "SIGKILL" },
  { role: "worker", signal: "SIGKILL" },
  { role: "zygote", signal: "SIGKILL" },
];

const { values } = parseArgs({
  options: { seconds: { type: "string", default: "300" }, seed: { type: "string", default: String(SEED) } },
});
const random = randomFrom(Number(values.seed));
const end = Date.now() + Number(values.seconds) * 1000;
console.log(`seed ${values.seed}, ${values.seconds} s`);

for (let turn = 0; Date.now() < end; turn++) {
  const shape = SHAPES[turn % SHAPES.length] ?? [];
  // Every other round without blows: then not one request may fail.
  const isPeaceful = Math.floor(turn / SHAPES.length) % 2 === 1;
  const change = Math.floor(turn / SHAPES.length) % 3 === 2 ? tryUpgrade : null;
  // A predecessor that leaves has no second zygote to make workers from.
  const blows = change === null ? BLOWS : BLOWS.filter(({ role }) => role === "worker");
  // Without reloads in between the only worker's successors would have to wait, for dying young.
  const isTooMuch = change !== null && shape.includes("--processes");
  if (await endureTurn(shape, { blows: isPeaceful || isTooMuch ? [] : blows, change })) continue;
  process.exitCode = 1;
  break;
}

async function endureTurn(
  shape: readonly string[],
  { blows, change }: { blows: readonly Blow[]; change: Plan["change"] | null },
): Promise<boolean> {
  using folder = new Folder();
  const args = ["--processes", "3", "--threads", "2", ...shape, "--disable-logging"];
  await using server = await startServer([...args, writeProbeApp(folder)]);
  const turnEnd = Math.min(Date.now() + TURN, end);
  try {
    const ordeal = await endure(server, folder, {
      goOn: () => Date.now() < turnEnd,
      blows,
      random,
      ...(change == null ? {} : { change }),
    });
    if (blows.length === 0 && ordeal.lost > 0) throw new Error(`${ordeal.lost} requests were lost`);
    console.log(args.join(" "), JSON.stringify(ordeal));
    return true;
  } catch (error) {
    console.log(server.log);
    console.log(args.join(" "), error);
    return false;
  }
}
