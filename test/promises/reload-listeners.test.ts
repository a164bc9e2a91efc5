import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { createServer } from "node:net";
import { test } from "node:test";
import { writeHelloApp } from "../support/hello-app.ts";
import { ask, RawClient } from "../support/raw-client.ts";
import { Folder, type RunningServer, startServer, until } from "../support/start-server.ts";

const GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

interface Site {
  readonly server: RunningServer;
  /** Writes the configuration anew, with these listeners. */
  configure(...listeners: readonly string[]): void;
  /** Reloads, and waits until that is over. */
  reload(): Promise<void>;
}

async function start(folder: Folder, ...listeners: readonly string[]): Promise<Site> {
  writeHelloApp(folder);
  const configure = (...some: readonly string[]): string => {
    const lines = some.map((one) => `http-socket = ${one}\n`).join("");
    return folder.write("site.ini", `[uwsgi]\n${lines}wsgi-file = %dapp.py\nprocesses = 2\n`);
  };
  const server = await startServer([configure(...listeners)], { withoutListener: true });
  let generation = 1;
  return {
    server,
    configure,
    reload: async () => {
      generation += 1;
      server.kill("SIGHUP");
      await server.waitForLog(new RegExp(`generation ${generation} serves`));
    },
  };
}

async function statusOf(where: number | string): Promise<number | string> {
  return ask(where, GET).then(
    ({ status }) => status,
    (error: NodeJS.ErrnoException) => error.code ?? String(error),
  );
}

/** Of the listener that the log has announced last on that host. */
function portOn(server: RunningServer, host: string): number {
  const urls = [...server.log.matchAll(/listening on http:\/\/([\d.]+):(\d+)/g)];
  return Number(urls.findLast(([, found]) => found === host)?.[2]);
}

test("a reload adds listeners and removes them; connections of a removed one live on", async () => {
  using folder = new Folder();
  const path = folder.file("site.sock");
  const { server, configure, reload } = await start(folder, "127.0.0.1:0");
  await using _ = server;
  const first = server.port;
  using kept = await RawClient.connect(first);
  kept.send(GET);
  assert.equal((await kept.response()).status, 200);
  configure("127.0.0.1:0", "127.0.0.2:0", path);
  await reload();
  const second = portOn(server, "127.0.0.2");
  await until("the new ones", async () => (await statusOf(path)) === 200);
  assert.equal((await fetch(`http://127.0.0.2:${second}/`)).status, 200);
  assert.equal(await statusOf(first), 200);
  configure("127.0.0.2:0");
  await reload();
  await until("the old ones to be closed", async () => (await statusOf(first)) === "ECONNREFUSED");
  assert.equal(existsSync(path), false);
  kept.send(GET);
  assert.equal((await kept.response()).status, 200);
  assert.equal((await fetch(`http://127.0.0.2:${second}/`)).status, 200);
  assert.match(server.log, /no longer listening on http:\/\/127\.0\.0\.1:\d+; its connections live on/);
  assert.deepEqual(await server.stop(), { code: 0, signal: null });
});

test("a router that is killed after it has a successor on the new listeners, and on no other", async () => {
  using folder = new Folder();
  const path = folder.file("site.sock");
  const { server, configure, reload } = await start(folder, "127.0.0.1:0");
  await using _ = server;
  const first = server.port;
  configure(path);
  await reload();
  await until("the new one", async () => (await statusOf(path)) === 200);
  const [router = 0] = server.pids("router");
  process.kill(router, "SIGKILL");
  await server.untilPids("router", { count: 1, without: [router] });
  await until("its successor", async () => (await statusOf(path)) === 200);
  assert.equal(await statusOf(first), "ECONNREFUSED");
  process.kill(server.pid, "SIGKILL");
  await server.untilGone();
  assert.equal(existsSync(path), false);
});

test("what cannot be bound is named in the log, and all listeners stay as they are", async () => {
  using folder = new Folder();
  const { server, configure, reload } = await start(folder, "127.0.0.1:0");
  await using _ = server;
  const first = server.port;
  await using busy = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => busy.once("listening", resolve));
  const { port } = busy.address() as { port: number };
  const path = folder.file("site.sock");
  configure(path, `127.0.0.1:${port}`);
  await reload();
  await server.waitForLog(
    new RegExp(
      `the listeners stay as they are: .*site\\.ini:3: http-socket: cannot listen on 127\\.0\\.0\\.1:${port}: the port is`,
    ),
  );
  assert.equal(await statusOf(first), 200);
  assert.equal(existsSync(path), false);
  await new Promise((resolve) => busy.close(resolve));
  await reload();
  await until("the new one", async () => (await statusOf(port)) === 200);
  assert.equal(await statusOf(path), 200);
  await until("the old one to be closed", async () => (await statusOf(first)) === "ECONNREFUSED");
});

test("a reload that fails leaves nothing bound", async () => {
  using folder = new Folder();
  const { server, configure, reload } = await start(folder, "127.0.0.1:0");
  await using _ = server;
  const path = folder.file("site.sock");
  configure("127.0.0.1:0", path);
  folder.write("app.py", "raise RuntimeError('broken')\n");
  server.kill("SIGHUP");
  await server.waitForLog(/the reload has failed/);
  assert.equal(existsSync(path), false);
  writeHelloApp(folder);
  await reload();
  await until("the new one", async () => (await statusOf(path)) === 200);
});
