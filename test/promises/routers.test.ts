import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { after, test } from "node:test";
import { promisify } from "node:util";
import type { Status } from "../../src/base/status.ts";
import { writeHelloApp } from "../support/hello-app.ts";
import { startLoad } from "../support/load.ts";
import { RawClient } from "../support/raw-client.ts";
import {
  Folder,
  NODE,
  type RunningServer,
  runToEnd,
  startServer,
  TSGI,
  until,
} from "../support/start-server.ts";

const run = promisify(execFile);
const folder = new Folder();
after(() => folder[Symbol.dispose]());
const app = writeHelloApp(folder);

async function routersOf(server: RunningServer): Promise<Status["routers"]> {
  const words = [TSGI, "ctl", "--pid", String(server.pid), "--json", "status"];
  const { stdout } = await run(NODE, words);
  return (JSON.parse(stdout) as Status).routers;
}

test("connections are spread evenly over the routers, and each hands to every worker", async () => {
  const args = ["--http-processes", "4", "--processes", "2", "--disable-logging", app];
  await using server = await startServer(args);
  const workers = await server.untilPids("worker", { count: 2 });
  assert.equal(server.urls.length, 1, "it is one address");
  const clients = await Promise.all(Array.from({ length: 400 }, () => RawClient.connect(server.port)));
  const answered = new Set<string>();
  for (const client of clients) {
    client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    answered.add((await client.response()).body.toString());
  }
  assert.deepEqual([...answered].sort(), workers.map(String).sort());
  const counts = (await routersOf(server)).map(({ connections }) => connections);
  // 100 each, give or take five times the deviation of chance.
  for (const count of counts) assert.ok(count > 55 && count < 145, counts.join(" "));
  for (const client of clients) client[Symbol.dispose]();
  assert.equal((await server.stop()).code, 0);
});

test("a router that is killed leaves no connection unanswered that it had not accepted", async () => {
  const args = ["--http-processes", "2", "--processes", "2", "--disable-logging", app];
  await using server = await startServer(args);
  const once = { connections: 16, prefix: "a", once: true };
  const request = (id: string) => `GET / HTTP/1.1\r\nHost: a\r\nX-Id: ${id}\r\nConnection: close\r\n\r\n`;
  await using load = startLoad(server.port, { ...once, request });
  for (let round = 1; round <= 3; round += 1) {
    await until("some answers", () => load.outcomes.length > round * 200);
    const pids = server.pids("router");
    process.kill(pids[round % 2] ?? 0, "SIGKILL");
    await server.until("its successor", () => {
      const now = server.pids("router");
      return now.length === 2 && now.join() !== pids.join();
    });
  }
  await load.stop();
  assert.deepEqual(load.refused, [], "no connection was refused");
  const lost = load.outcomes.filter(({ status }) => status !== 200);
  assert.ok(lost.every(({ status }) => status === 0) && lost.length <= 3 * 16, `${lost.length} were with it`);
});

test("a second instance on the same port is refused, before and after the first one listens", async () => {
  await using server = await startServer(["--http-processes", "2", app]);
  for (const routers of ["1", "2"]) {
    const address = `127.0.0.1:${server.port}`;
    const { exit, output } = await runToEnd(["--http", address, "--http-processes", routers, app]);
    assert.equal(exit.code, 1);
    assert.match(output, /the port is in use by process/);
  }
  const port = server.port;
  assert.equal((await server.stop()).code, 0);
  // Both bind before either listens: the application takes a second to import.
  const slow = writeHelloApp(folder, { more: "" });
  const args = ["--http", `127.0.0.1:${port}`, "--http-processes", "2", "--import", "slow_start", slow];
  folder.write("slow_start.py", "import time\ntime.sleep(1)\n");
  await using first = await startServer(args, { withoutWaiting: true });
  await using second = await startServer(args, { withoutWaiting: true });
  const ended = await Promise.race([first.exit, second.exit]);
  assert.equal(ended.code, 1);
  assert.match(first.log + second.log, /the port is in use|another server has begun to listen there as well/);
});

test("reuse-port lets two instances share a port", async () => {
  await using first = await startServer(["--reuse-port", app]);
  await using second = await startServer(["--reuse-port", "--http", `127.0.0.1:${first.port}`, app]);
  const pids = [...first.pids("worker"), ...second.pids("worker")].map(String);
  const answered = new Set<string>();
  await until("both to answer", async () => {
    answered.add(await (await first.fetch()).text());
    return answered.size === 2;
  });
  assert.deepEqual([...answered].sort(), pids.sort());
});

test("no socket is without a router: after a reload that adds a listener, and an upgrade to fewer routers", async () => {
  const ini = (routers: number, more: readonly string[]) =>
    folder.write(
      "site.ini",
      [
        "[uwsgi]\nwsgi-file = %dapp.py\ndisable-logging = true",
        `http-processes = ${routers}`,
        ...more.map((address) => `http = ${address}`),
        "",
      ].join("\n"),
    );
  const answerAll = async (port: number) => {
    const clients = await Promise.all(Array.from({ length: 40 }, () => RawClient.connect(port)));
    for (const client of clients) client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    for (const client of clients) assert.equal((await client.response()).status, 200);
    for (const client of clients) client[Symbol.dispose]();
  };
  await using server = await startServer(["--http", "127.0.0.1:0", ini(3, [])]);
  await answerAll(server.port);
  ini(3, ["0.0.0.0:0"]);
  server.kill("SIGHUP");
  await server.waitForLog(/reloaded in/);
  const added = Number(/listening on http:\/\/0\.0\.0\.0:(\d+)/.exec(server.log)?.[1]);
  await answerAll(added);
  ini(2, ["0.0.0.0:0"]);
  server.kill("SIGUSR2");
  await server.waitForLog(/took over from the tsgi before/);
  await server.untilPids("router", { count: 2 });
  for (const port of [server.port, added]) await answerAll(port);
});
