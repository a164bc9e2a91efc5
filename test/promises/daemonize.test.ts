import assert from "node:assert/strict";
import { chmodSync, existsSync, readFileSync, readlinkSync, statSync } from "node:fs";
import { after, test } from "node:test";
import { writeHelloApp } from "../support/hello-app.ts";
import { ANY_USERS_PYTHON, cannotBecome, NOBODY } from "../support/other-user.ts";
import { prepareGunicorn } from "../support/start-gunicorn.ts";
import {
  Folder,
  type RunningServer,
  type StartOptions,
  startServer,
  until,
} from "../support/start-server.ts";

const folder = new Folder();
after(() => folder[Symbol.dispose]());

let logs = 0;

function newLog(): string {
  logs += 1;
  return folder.file(`background-${logs}.log`);
}

/** Resolves when the command has ended; what it has started lives on. */
async function start(args: readonly string[], options: StartOptions = {}): Promise<RunningServer> {
  const server = await startServer(args, { ...options, withoutWaiting: true });
  await server.exit;
  return server;
}

function urlIn(log: string): string {
  const url = /^listening on (http:\S+)$/m.exec(readFileSync(log, "utf8"))?.[1];
  assert.ok(url, readFileSync(log, "utf8"));
  return url;
}

async function get(log: string, path = "/"): Promise<string> {
  return (await fetch(`${urlIn(log)}${path}`, { headers: { connection: "close" } })).text();
}

function masterOf(server: RunningServer): number {
  const [master, ...more] = server.pids("master");
  assert.deepEqual(more, []);
  return master ?? 0;
}

async function stopMaster(server: RunningServer): Promise<void> {
  process.kill(masterOf(server), "SIGTERM");
  await server.untilGone();
}

test("the command ends with 0 when requests are served, and leaves a detached instance behind", async () => {
  const [log, pidfile] = [newLog(), folder.file("background.pid")];
  const args = ["--daemonize", log, "--pidfile", pidfile, "--vacuum", "--processes", "2"];
  await using server = await start([...args, writeHelloApp(folder)]);
  assert.deepEqual(await server.exit, { code: 0, signal: null });
  await get(log);
  const master = masterOf(server);
  assert.match(server.log, new RegExp(`master ${master} serves in the background; log: ${log}`));
  assert.equal(Number(readFileSync(pidfile, "utf8")), master);
  const [, , , , session] = readFileSync(`/proc/${master}/stat`, "utf8").replace(/^.*\)/, "x").split(" ");
  assert.equal(Number(session), master, "a session of its own, without a terminal");
  for (const descriptor of [1, 2]) assert.equal(readlinkSync(`/proc/${master}/fd/${descriptor}`), log);
  assert.equal(readlinkSync(`/proc/${master}/fd/0`), "/dev/null");
  assert.equal(await get(log, "/env?TSGI_HANDOVER"), "", "nothing of it reaches the application");
  await stopMaster(server);
  assert.equal(existsSync(pidfile), false);
});

test("a start that fails says so on the terminal and in the log, and the command ends with 1", async () => {
  const log = newLog();
  const app = folder.write("broken.py", "raise RuntimeError('not today')\n");
  await using server = await start(["--daemonize", log, app]);
  assert.equal((await server.exit).code, 1);
  assert.match(server.log, /^tsgi: error: .*broken\.py raised RuntimeError[\s\S]*RuntimeError: not today$/m);
  const lines = readFileSync(log, "utf8");
  assert.match(lines, /^20\S+Z master: .*broken\.py raised RuntimeError/m);
  assert.equal(lines.match(/Traceback/g)?.length, 1, lines);
  assert.deepEqual(server.allPids(), []);
});

test("a log that cannot be opened is refused where it is named", async () => {
  const ini = folder.write(
    "unwritable.ini",
    `[uwsgi]\nwsgi-file = ${writeHelloApp(folder)}\ndaemonize = ${folder.path}/no/such.log\n`,
  );
  await using server = await start([ini]);
  assert.equal((await server.exit).code, 1);
  assert.match(server.log, /unwritable\.ini:3: daemonize: .*its directory does not exist/);
});

test("a master that is killed while it starts is not taken for one that serves", async () => {
  const log = newLog();
  const app = folder.write("hanging.py", "import time\nprint('importing')\ntime.sleep(600)\n");
  await using server = await startServer(["--daemonize", log, app], { withoutWaiting: true });
  await until("the import", () => existsSync(log) && readFileSync(log, "utf8").includes("importing"));
  process.kill(masterOf(server), "SIGKILL");
  assert.equal((await server.exit).code, 1);
  assert.match(server.log, /the master ended before it served: killed by signal 9 \(SIGKILL\); log: /);
  await server.untilGone();
});

test("whoever interrupts the command means the start", async () => {
  const log = newLog();
  const app = folder.write("waiting.py", "import time\nprint('importing')\ntime.sleep(600)\n");
  await using server = await startServer(["--daemonize", log, app], { withoutWaiting: true });
  await until("the import", () => existsSync(log) && readFileSync(log, "utf8").includes("importing"));
  server.kill("SIGINT");
  assert.equal((await server.exit).code, 1);
  await server.untilGone();
});

test("inherited sockets reach the instance in the background", async () => {
  const log = newLog();
  const open = `import os, socket, sys
s = socket.socket(); s.bind(("127.0.0.1", 0)); s.listen(); os.dup2(s.fileno(), 7)
print("port", s.getsockname()[1], flush=True)
os.execv(sys.argv[1], sys.argv[1:])`;
  const args = ["--http", "fd://7", "--daemonize", log, writeHelloApp(folder)];
  await using server = await start(args, { wrapper: ["python3", "-c", open] });
  assert.equal((await server.exit).code, 0, server.log);
  assert.equal(urlIn(log), `http://127.0.0.1:${/^port (\d+)$/m.exec(server.log)?.[1]}`);
  await get(log);
  await stopMaster(server);
});

test("daemonize2 opens the log as the user who serves", {
  skip: cannotBecome(NOBODY, ANY_USERS_PYTHON),
}, async () => {
  const nobody = Number(NOBODY.user);
  for (const [option, owner, prefix] of [
    ["--daemonize", 0, "--"],
    ["--daemonize2", nobody, "--"],
    ["--daemonize", nobody, "--immediate-"],
  ] as const) {
    using place = new Folder();
    chmodSync(place.path, 0o777);
    const log = place.file("site.log");
    const identity = [
      `${prefix}uid`,
      NOBODY.user,
      `${prefix}gid`,
      NOBODY.group,
      "--python",
      ANY_USERS_PYTHON,
    ];
    await using server = await start([option, log, ...identity, writeHelloApp(place)]);
    assert.equal((await server.exit).code, 0, server.log);
    assert.equal(statSync(log).uid, owner);
    await get(log);
    await stopMaster(server);
  }
});

test("Gunicorn's daemon goes to the background, and logs to errorlog", async () => {
  using place = new Folder();
  const log = place.file("error.log");
  const configuration = "daemon = True\nerrorlog = 'error.log'\n";
  await using server = await start(prepareGunicorn(place, { configuration }), {
    cwd: place.path,
    withoutListener: true,
  });
  assert.equal((await server.exit).code, 0, server.log);
  assert.match(await get(log), /^\d+$/);
  await stopMaster(server);
});

test("Gunicorn's daemon without errorlog keeps the standard output only if it is told to", async () => {
  using place = new Folder();
  const application = `print("imported")
def application(environ, start_response):
    start_response("200 OK", [])
    return []
`;
  const configuration = `bind = "unix:app.sock"\ndaemon = True\n`;
  for (const keeps of [false, true]) {
    const args = prepareGunicorn(place, { configuration, application, args: keeps ? ["-R"] : [] });
    await using server = await start(args, { cwd: place.path, withoutListener: true });
    assert.equal((await server.exit).code, 0, server.log);
    assert.equal(/^imported$/m.test(server.log), keeps);
    await stopMaster(server);
  }
});
