import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { request } from "node:http";
import { createServer } from "node:net";
import { test } from "node:test";
import { writeHelloApp } from "../support/hello-app.ts";
import { Folder, type RunningServer, runToEnd, startServer, until } from "../support/start-server.ts";
import { activation, NotifySocket } from "../support/systemd.ts";

test("sockets from systemd are served when no listener is configured, TCP and Unix alike", async () => {
  using folder = new Folder();
  const [port, path] = [await freePort(), folder.file("a.sock")];
  const wrapper = activation(`127.0.0.1:${port}`, path);
  await using server = await startWithoutListener([writeHelloApp(folder)], wrapper);
  await server.waitForLog(/Listening on .*a\.sock/);
  assert.equal(await getStatus({ port }), 200);
  assert.equal(await getStatus({ socketPath: path }), 200);
  assert.deepEqual(server.urls, [`http://127.0.0.1:${port}`, `unix:${path}`]);
  assert.deepEqual(await server.stop(), { code: 0, signal: null });
});

test("an inherited socket stands in for the configured listener of the same address", async () => {
  using folder = new Folder();
  const [port, other] = [await freePort(), await freePort()];
  const args = ["--http", `127.0.0.1:${other}`, "--http", `127.0.0.1:${port}`, writeHelloApp(folder)];
  await using server = await startServer(args, {
    wrapper: activation(`127.0.0.1:${port}`),
    withoutWaiting: true,
  });
  await server.waitForLog(/Listening on/);
  assert.equal(await getStatus({ port }), 200);
  assert.equal(await getStatus({ port: other }), 200);
  assert.deepEqual(server.urls, [`http://127.0.0.1:${other}`, `http://127.0.0.1:${port}`]);
});

test("a router that dies is replaced on inherited sockets too", async () => {
  using folder = new Folder();
  const port = await freePort();
  await using server = await startWithoutListener([writeHelloApp(folder)], activation(`127.0.0.1:${port}`));
  await server.waitForLog(/Listening on/);
  assert.equal(await getStatus({ port }), 200);
  process.kill(server.pids("router")[0] ?? 0, "SIGKILL");
  assert.equal(await getStatus({ port }), 200);
});

test("LISTEN_FDS meant for another process is left alone", async () => {
  using folder = new Folder();
  const environment = { LISTEN_FDS: "2", LISTEN_PID: "1" };
  await using server = await startServer(["--http", "127.0.0.1:0", writeHelloApp(folder)], { environment });
  assert.equal(server.urls.length, 1);
  assert.equal(await (await server.fetch("/env?LISTEN_FDS")).text(), "", "nor does the application see it");
});

test("fd:// serves a socket that the parent has opened; another descriptor is refused", async () => {
  using folder = new Folder();
  const app = writeHelloApp(folder);
  const port = await freePort();
  const open = `import os, socket, sys
s = socket.socket(); s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1); s.bind(("127.0.0.1", ${port})); s.listen()
os.dup2(s.fileno(), 7); os.execv(sys.argv[1], sys.argv[1:])`;
  await using server = await startServer(["--http", "fd://7", app], { wrapper: ["python3", "-c", open] });
  assert.deepEqual(server.urls, [`http://127.0.0.1:${port}`]);
  assert.equal(await getStatus({ port }), 200);
  const { exit, output } = await runToEnd(["--http", "fd://0", app]);
  assert.equal(exit.code, 1);
  assert.match(output, /cannot listen on fd:\/\/0: descriptor 0 is not a socket/);
});

for (const sender of ["systemd-notify", "Python"] as const) {
  test(`systemd hears READY=1 once requests are served, and STOPPING=1 (sent by ${sender})`, async () => {
    using folder = new Folder();
    const app = writeHelloApp(folder);
    using systemd = new NotifySocket(folder);
    await systemd.untilOpen();
    const withoutNotify = { PATH: folder.path };
    const python = spawnSync("python3", ["-c", "import sys; print(sys.executable)"], {
      encoding: "utf8",
    }).stdout.trim();
    const environment = { NOTIFY_SOCKET: systemd.path, ...(sender === "Python" ? withoutNotify : {}) };
    await using server = await startServer(["--python", python, app], { environment });
    await until(
      "READY=1",
      () => systemd.messages.includes("READY=1"),
      () => server.log,
    );
    assert.equal(
      await (await server.fetch("/env?NOTIFY_SOCKET")).text(),
      "",
      "the application does not see it",
    );
    await server.stop();
    await until("STOPPING=1", () => systemd.messages.includes("STOPPING=1"));
    assert.ok(systemd.messages.includes(`MAINPID=${server.pid}`));
  });
}

test("a notify socket that nobody reads is logged and nothing more", async () => {
  using folder = new Folder();
  const environment = { NOTIFY_SOCKET: folder.file("gone") };
  await using server = await startServer([writeHelloApp(folder)], { environment });
  await server.waitForLog(/cannot tell systemd READY=1: .*No such file.* \(NOTIFY_SOCKET is .*gone\)/);
  assert.doesNotMatch(server.log, /import|Traceback/, "one line");
  assert.equal((await server.fetch()).status, 200);
});

/** No --http at all: not even the one that startServer() adds. */
function startWithoutListener(args: readonly string[], wrapper: readonly string[]): Promise<RunningServer> {
  return startServer(args, { wrapper, withoutWaiting: true, withoutListener: true });
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === "object" && address !== null ? address.port : 0;
}

function getStatus(address: { port: number } | { socketPath: string }): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const ask = request({ host: "127.0.0.1", ...address, path: "/", agent: false }, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    ask.once("error", reject);
    ask.end();
  });
}
