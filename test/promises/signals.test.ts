/** What each signal does, in both dialects. Stops, reloads, pauses and logs have files of their own. */

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { SIGNALS } from "../../src/base/commands.ts";
import { startGunicorn } from "../support/start-gunicorn.ts";
import { Folder, type RunningServer, startServer } from "../support/start-server.ts";

const folder = new Folder();
after(() => folder[Symbol.dispose]());

const app = folder.write(
  "app.py",
  `import time
def application(environ, start_response):
    time.sleep(float(environ["QUERY_STRING"] or 0))
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"hello"]
`,
);

/** No terminal controls it, wherever the tests run. */
const WITHOUT_TERMINAL = { wrapper: ["setsid"] };

for (const dialect of ["uwsgi", "gunicorn"] as const) {
  async function start(own: Folder): Promise<RunningServer> {
    if (dialect === "uwsgi") return startServer(["--processes", "2", app], WITHOUT_TERMINAL);
    return startGunicorn(own, { configuration: "workers = 2\n", ...WITHOUT_TERMINAL });
  }

  test(`SIGTTIN and SIGTTOU change the number of workers (${dialect})`, async () => {
    using own = new Folder();
    await using server = await start(own);
    await server.untilPids("worker", { count: 2 });
    server.kill("SIGTTIN");
    await server.untilPids("worker", { count: 3 });
    await server.waitForLog(/SIGTTIN/);
    server.kill("SIGTTOU");
    await server.untilPids("worker", { count: 2 });
    await server.waitForLog(/SIGTTOU/);
    assert.equal((await server.fetch()).status, 200);
  });

  test(`SIGURG does nothing, and SIGWINCH no harm (${dialect})`, async () => {
    using own = new Folder();
    await using server = await start(own);
    await server.untilPids("worker", { count: 2 });
    const before = server.log;
    server.kill("SIGURG");
    assert.equal((await server.fetch()).status, 200);
    assert.equal(server.log.slice(before.length).includes("SIGURG"), false);
    server.kill("SIGWINCH");
    assert.equal((await server.fetch()).status, 200);
    if (dialect === "gunicorn") await server.waitForLog(/SIGWINCH/);
    else assert.doesNotMatch(server.log, /SIGWINCH/);
    assert.equal((await server.stop()).code, 0);
  });
}

test("a window that changes its size is no SIGWINCH to whoever has a terminal", async () => {
  using own = new Folder();
  // A pseudo terminal of its own, as an operator has one.
  const wrapper = ["setsid", "python3", "-c", "import pty, sys; sys.exit(pty.spawn(sys.argv[1:]) >> 8)"];
  await using server = await startGunicorn(own, { configuration: "workers = 1\n", wrapper });
  const [master = 0] = server.pids("master");
  process.kill(master, "SIGWINCH");
  process.kill(master, "SIGTTIN");
  await server.waitForLog(/SIGTTIN/);
  // The two may have come the other way round.
  process.kill(master, "SIGTTOU");
  await server.waitForLog(/SIGTTOU/);
  assert.doesNotMatch(server.log, /SIGWINCH/);
  assert.equal((await server.fetch()).status, 200);
});

test("with reload-on-term SIGTERM reloads at once, and SIGINT stops", async () => {
  await using server = await startServer(["--reload-on-term", app]);
  const [worker = 0] = server.pids("worker");
  server.kill("SIGTERM");
  await server.waitForLog(/SIGTERM \(reload-on-term\): reloading[\s\S]*generation 2 serves/);
  await server.untilPids("worker", { count: 1, without: [worker] });
  assert.equal((await server.fetch()).status, 200);
  assert.equal((await server.stop("SIGINT")).code, 0);
});

test("no signal that the master knows ends it in another way, in any order", async () => {
  const seed = Number(process.env["TSGI_TEST_SEED"] ?? Date.now() % 1_000_000);
  console.log(`seed ${seed}`);
  const random = randomFrom(seed);
  await using server = await startServer(["--processes", "2", app], WITHOUT_TERMINAL);
  const harmless = SIGNALS.filter((signal) => !["SIGTERM", "SIGINT", "SIGQUIT", "SIGUSR2"].includes(signal));
  for (let count = 0; count < 60; count += 1) {
    const signal = harmless[Math.floor(random() * harmless.length)] ?? "SIGURG";
    server.kill(signal);
    // The next one has to find it in the midst of things, sometimes.
    if (random() < 0.3) await new Promise((resolve) => setTimeout(resolve, random() * 50));
  }
  assert.equal((await server.stop()).code, 0);
  await server.untilGone();
  assert.doesNotMatch(server.log, /a bug in tsgi|TypeError|nobody knows/);
});

/** Park and Miller's generator. */
function randomFrom(seed: number): () => number {
  let state = (seed % 2_147_483_646) + 1;
  return () => {
    state = (state * 16_807) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}
