/** What happens to workers and masters while web servers ask by uwsgi, SCGI and FastCGI. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { encodeBeginRequest, KEEP_CONNECTION } from "../../src/wire/cgi/fastcgi-records.ts";
import {
  askCgi,
  type CgiName,
  cgiNames,
  decodeCgi,
  encodeCgi,
  everyCgiSocket,
  fastcgiRequest,
  portOf,
  recordsOf,
} from "../support/cgi-client.ts";
import { writeHelloApp } from "../support/hello-app.ts";
import { RawClient } from "../support/raw-client.ts";
import { Folder, type RunningServer, startServer, until } from "../support/start-server.ts";
import { upgrade } from "../support/upgrade.ts";

async function startGateway(folder: Folder, ...args: readonly string[]): Promise<RunningServer> {
  const server = await startServer([...everyCgiSocket, ...args, writeHelloApp(folder)]);
  await server.waitForLog(/^listening on fastcgi:/m);
  return server;
}

/** Connections of their own, one after the other, until told to stop; what was not 200. */
function startAsking(server: RunningServer): { stop(): Promise<readonly string[]> } {
  const failed: string[] = [];
  let isOver = false;
  const lane = async (name: CgiName): Promise<void> => {
    const port = portOf(server, name);
    while (!isOver) {
      const answer = await askCgi(name, port).catch(String);
      if (typeof answer === "string" || answer.status !== 200)
        failed.push(`${name}: ${JSON.stringify(answer)}`);
    }
  };
  const lanes = cgiNames.map(lane);
  const stop = async () => {
    isOver = true;
    await Promise.all(lanes);
    return failed;
  };
  return { stop };
}

test("harakiri: 504", async (t) => {
  using folder = new Folder();
  await using server = await startGateway(folder, "--harakiri", "1");
  for (const name of cgiNames)
    await t.test(name, async () => {
      const { status, body } = await askCgi(name, portOf(server, name), { path: "/sleep", query: "60" });
      assert.equal(status, 504);
      assert.match(body.toString(), /took too long/);
    });
});

test("a worker that is killed: 502", async (t) => {
  using folder = new Folder();
  await using server = await startGateway(folder);
  for (const name of cgiNames)
    await t.test(name, async () => {
      const [worker = 0] = await server.untilPids("worker", { count: 1 });
      using client = await RawClient.connect(portOf(server, name));
      const before = server.log.length;
      client.send(encodeCgi(name, { path: "/sleep", query: "60" }));
      await server.until("the request to run", () => /sleeping in/.test(server.log.slice(before)));
      process.kill(worker, "SIGKILL");
      assert.equal(decodeCgi(name, await client.untilClosed()).status, 502);
      await server.untilPids("worker", { count: 1, without: [worker] });
    });
});

test("a stop lets requests finish, and does not wait for idle connections", async () => {
  using folder = new Folder();
  await using server = await startGateway(folder, "--threads", "3", "--http-keepalive", "600");
  using idle = await RawClient.connect(portOf(server, "uwsgi"));
  using kept = await RawClient.connect(portOf(server, "fastcgi"));
  kept.send(fastcgiRequest(1, {}, { keeps: true }));
  await until("an answer", () => recordsOf(kept.unread).length >= 3);
  const clients = await Promise.all(cgiNames.map((name) => RawClient.connect(portOf(server, name))));
  for (const [at, name] of cgiNames.entries())
    clients[at]?.send(encodeCgi(name, { path: "/sleep", query: "1" }));
  await server.until("all to run", () => server.log.match(/sleeping in/g)?.length === 3);
  server.kill("SIGTERM");
  for (const [at, name] of cgiNames.entries())
    assert.equal(decodeCgi(name, (await clients[at]?.untilClosed()) ?? Buffer.alloc(0)).status, 200);
  await idle.untilClosed();
  await kept.untilClosed();
  assert.deepEqual(await server.exit, { code: 0, signal: null });
  for (const client of clients) client[Symbol.dispose]();
});

test("reloads and upgrades lose no request, and the protocols stay", async () => {
  using folder = new Folder();
  const socket = folder.file("u.sock");
  await using server = await startGateway(folder, "--processes", "2", "--socket", socket);
  const asking = startAsking(server);
  for (const generation of [2, 3]) {
    server.kill("SIGHUP");
    await server.waitForLog(new RegExp(`generation ${generation} serves`));
  }
  for (let round = 0; round < 2; round++) await upgrade(server);
  assert.deepEqual(await asking.stop(), []);
  assert.equal((await askCgi("uwsgi", socket)).status, 200);
});

test("a kept connection may ask once more during an upgrade, and ends with its answer", async () => {
  using folder = new Folder();
  await using server = await startGateway(folder);
  using client = await RawClient.connect(portOf(server, "fastcgi"));
  client.send(encodeBeginRequest(1, KEEP_CONNECTION));
  const rest = fastcgiRequest(1, {}, { keeps: true }).subarray(16);
  await upgradeWith(server, () => client.send(rest));
  const records = recordsOf(await client.untilClosed());
  assert.equal(records.at(-1)?.id, 1);
});

/** `act` once the new one serves. */
async function upgradeWith(server: RunningServer, act: () => void): Promise<void> {
  process.kill(server.pid, "SIGUSR2");
  await server.waitForLog(/the new tsgi \(pid \d+\) serves/);
  act();
}

test("a reload adds and removes sockets, and refuses another protocol on the same address", async () => {
  using folder = new Folder();
  writeHelloApp(folder);
  const [first, second] = [folder.file("a.sock"), folder.file("b.sock")];
  const configure = (...lines: readonly string[]) =>
    folder.write("site.ini", ["[uwsgi]", "wsgi-file = %dapp.py", ...lines, ""].join("\n"));
  const ini = configure(`socket = ${first}`);
  await using server = await startServer([ini], { withoutListener: true });
  assert.equal((await askCgi("uwsgi", first)).status, 200);
  configure(`socket = ${first}`, `scgi-socket = ${second}`, "socket = 0.0.0.0:0");
  server.kill("SIGHUP");
  await server.waitForLog(/generation 2 serves/);
  await server.waitForLog(/whoever reaches uwsgi:\/\/0\.0\.0\.0:\d+ can pass for any client/);
  // The routers are told at the same moment as the log.
  const isServed = () =>
    askCgi("scgi", second).then(
      ({ status }) => status === 200,
      () => false,
    );
  await until("the new socket to be served", isServed);
  configure(`scgi-socket = ${first}`, `scgi-socket = ${second}`);
  server.kill("SIGHUP");
  await server.waitForLog(/cannot speak scgi on \S+a\.sock: uwsgi is spoken there/);
  assert.equal((await askCgi("uwsgi", first)).status, 200);
  configure(`scgi-socket = ${second}`);
  server.kill("SIGHUP");
  await server.waitForLog(/no longer listening on uwsgi\+unix:/);
  assert.equal((await askCgi("scgi", second)).status, 200);
});

test("Gunicorn's protocol = uwsgi", async () => {
  using folder = new Folder();
  const conf = folder.write("gunicorn.conf.py", 'bind = "127.0.0.1:0"\nprotocol = "uwsgi"\n');
  writeHelloApp(folder);
  await using server = await startServer(["gunicorn", "-c", conf, "app:application"], {
    ...{ cwd: folder.path, withoutListener: true },
  });
  assert.equal((await askCgi("uwsgi", portOf(server, "uwsgi"))).status, 200);
});

test("several routers take requests, and hand them to every worker", async () => {
  using folder = new Folder();
  await using server = await startGateway(folder, "--http-processes", "2", "--processes", "2");
  const asking = startAsking(server);
  for (let round = 0; round < 60; round++)
    for (const name of cgiNames) assert.equal((await askCgi(name, portOf(server, name))).status, 200);
  assert.deepEqual(await asking.stop(), []);
});
