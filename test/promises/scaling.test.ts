import assert from "node:assert/strict";
import { after, test } from "node:test";
import { writeHelloApp } from "../support/hello-app.ts";
import { startLoad } from "../support/load.ts";
import { Folder, type RunningServer, startServer, until } from "../support/start-server.ts";

const folder = new Folder();
after(() => folder[Symbol.dispose]());
const app = writeHelloApp(folder);

function occurrences(server: RunningServer, pattern: RegExp): number {
  return [...server.log.matchAll(new RegExp(pattern, "g"))].length;
}

async function reload(server: RunningServer): Promise<void> {
  const before = occurrences(server, /reloaded in/);
  server.kill("SIGHUP");
  await server.until("the reload", () => occurrences(server, /reloaded in/) > before);
}

/** A request that keeps a thread for so long. */
function sleepFor(seconds: number) {
  return (id: string) => `GET /sleep?${seconds} HTTP/1.1\r\nHost: a\r\nX-Id: ${id}\r\n\r\n`;
}

test("SIGTTIN brings a worker, SIGTTOU lets one finish and leave; one always stays", async () => {
  await using server = await startServer(["--processes", "2", app]);
  const first = await server.untilPids("worker", { count: 2 });
  server.kill("SIGTTIN");
  await server.waitForLog(/SIGTTIN: from 2 workers to 3/);
  const three = await server.untilPids("worker", { count: 3 });
  assert.deepEqual(three.slice(0, 2), first, "nobody is replaced for it");
  await using load = startLoad(server.port, { connections: 6, prefix: "a", request: sleepFor(0.05) });
  await until("some answers", () => load.outcomes.length > 20);
  server.kill("SIGTTOU");
  await server.waitForLog(/SIGTTOU: from 3 workers to 2/);
  assert.deepEqual(await server.untilPids("worker", { count: 2 }), first);
  server.kill("SIGTTOU");
  await server.waitForLog(/SIGTTOU: from 2 workers to 1/);
  await server.untilPids("worker", { count: 1 });
  server.kill("SIGTTOU");
  await server.waitForLog(/SIGTTOU: the number of workers stays 1: 1 to 1024 are possible/);
  await load.stop();
  assert.ok(
    load.outcomes.every(({ status }) => status === 200),
    "no request is lost",
  );
  assert.equal((await server.stop()).code, 0);
});

test("a reload keeps the number that scaling has come to, unless the configuration has another one", async () => {
  const ini = (processes: number) =>
    folder.write("keeps.ini", `[uwsgi]\nwsgi-file = %dapp.py\nprocesses = ${processes}\n`);
  await using server = await startServer(["--http", "127.0.0.1:0", ini(1)]);
  server.kill("SIGTTIN");
  const before = await server.untilPids("worker", { count: 2 });
  await reload(server);
  await server.untilPids("worker", { count: 2, without: before });
  ini(3);
  await reload(server);
  await server.untilPids("worker", { count: 3 });
});

test("cheaper starts few workers, makes more while all are busy, and lets them go when they are not", async () => {
  const numbers = ["--processes", "3", "--cheaper", "1", "--cheaper-overload", "1"];
  await using server = await startServer([...numbers, app]);
  assert.equal(server.pids("worker").length, 1);
  {
    await using load = startLoad(server.port, { connections: 6, prefix: "a", request: sleepFor(0.1) });
    await server.waitForLog(/cheaper \(spare\): no worker was free: from 1 worker to 2/);
    await server.waitForLog(/cheaper \(spare\): no worker was free: from 2 workers to 3/);
    await server.untilPids("worker", { count: 3 });
    await load.stop();
    assert.ok(
      load.outcomes.every(({ status }) => status === 200),
      "no request is lost",
    );
  }
  await server.waitForLog(/cheaper \(spare\): more than one worker was free: from 2 workers to 1/);
  await server.untilPids("worker", { count: 1 });
  assert.equal(await (await server.fetch()).text(), String(server.pids("worker")[0]));
  assert.equal((await server.stop()).code, 0);
});

test("cheaper-initial is what a start makes; signals keep to cheaper and processes", async () => {
  const numbers = [
    "--processes",
    "3",
    "--cheaper",
    "2",
    "--cheaper-initial",
    "3",
    "--cheaper-algo",
    "manual",
  ];
  await using server = await startServer([...numbers, app]);
  await server.untilPids("worker", { count: 3 });
  server.kill("SIGTTIN");
  await server.waitForLog(
    /SIGTTIN: the number of workers stays 3: 2 to 3 are allowed by cheaper and processes/,
  );
  server.kill("SIGTTOU");
  await server.untilPids("worker", { count: 2 });
  server.kill("SIGTTOU");
  await server.waitForLog(/SIGTTOU: the number of workers stays 2: 2 to 3 are allowed/);
});

test("cheaper-rss-limit: over the soft limit no worker starts, over the hard one they leave", async () => {
  const ini = (limits: string) =>
    folder.write(
      "memory.ini",
      `[uwsgi]\nwsgi-file = %dapp.py\nprocesses = 3\ncheaper = 1\ncheaper-overload = 1\n${limits}`,
    );
  await using server = await startServer(["--http", "127.0.0.1:0", ini("cheaper-rss-limit-soft = 1m\n")]);
  await using load = startLoad(server.port, { connections: 6, prefix: "a", request: sleepFor(0.1) });
  await server.waitForLog(/MiB of memory \(cheaper-rss-limit-soft\): no further worker starts/);
  assert.equal(server.pids("worker").length, 1);
  ini("");
  await reload(server);
  await server.untilPids("worker", { count: 3 });
  ini("cheaper-rss-limit-hard = 1m\n");
  await reload(server);
  await server.waitForLog(/MiB of memory \(cheaper-rss-limit-hard\): from 2 workers to 1/);
  await server.untilPids("worker", { count: 1 });
  await load.stop();
  assert.ok(
    load.outcomes.every(({ status }) => status === 200),
    "no request is lost",
  );
});
