/** SIGUSR2 where this process is not its own master: other users, systemd, containers, Gunicorn's language. */

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, readFileSync, statSync } from "node:fs";
import { test } from "node:test";
import { skipUnless } from "../support/component.ts";
import { writeHelloApp } from "../support/hello-app.ts";
import { ANY_USERS_PYTHON, cannotBecome, NOBODY } from "../support/other-user.ts";
import { ask } from "../support/raw-client.ts";
import { readNotes, startGunicorn } from "../support/start-gunicorn.ts";
import { Folder, startServer, until } from "../support/start-server.ts";
import { activation, NotifySocket } from "../support/systemd.ts";
import { masterOf, upgrade, upgradeInVain } from "../support/upgrade.ts";

const asNobody = { skip: cannotBecome(NOBODY, ANY_USERS_PYTHON) };
const identity = ["--uid", NOBODY.user, "--gid", NOBODY.group, "--python", ANY_USERS_PYTHON];

/** Only root may make files in it, everybody may look. */
function rootsFolder(): Folder {
  const folder = new Folder();
  chmodSync(folder.path, 0o755);
  return folder;
}

test(
  "started as root: the new one has the port, the log and the pidfile that only root can open",
  asNobody,
  async () => {
    using folder = rootsFolder();
    const [log, pidfile] = [folder.file("site.log"), folder.file("site.pid")];
    const groups = ["--add-gid", "12345"];
    const address = `127.0.0.2:${80 + (process.pid % 900)}`;
    const args = ["--http", address, "--logto", log, "--pidfile", pidfile, ...identity, ...groups];
    await using server = await startServer([...args, writeHelloApp(folder)], { withoutWaiting: true });
    await until("the start", () => existsSync(log) && /^listening on/m.test(folder.read("site.log")));
    assert.deepEqual([statSync(log).uid, statSync(pidfile).uid], [0, 0]);
    for (let round = 0; round < 2; round += 1) {
      const master = await upgrade(server);
      assert.equal(Number(readFileSync(pidfile, "utf8")), master);
      assert.equal(statSync(`/proc/${master}`).uid, Number(NOBODY.user));
      assert.match(readFileSync(`/proc/${master}/status`, "utf8"), /^Groups:.*\b12345\b/m);
      assert.equal((await fetch(`http://${address}/`, { headers: { connection: "close" } })).status, 200);
    }
    assert.equal(folder.read("site.log").match(/^listening on/gm)?.length, 3);
    assert.equal(server.log, "");
  },
);

test("what only root may read cannot be read again: the old one stays and says so", asNobody, async () => {
  using folder = rootsFolder();
  const ini = folder.write("site.ini", `[uwsgi]\nwsgi-file = ${writeHelloApp(folder)}\n`);
  chmodSync(ini, 0o600);
  await using server = await startServer(["--http", "127.0.0.1:0", ...identity, ini]);
  await upgradeInVain(server, /the upgrade has failed, this tsgi serves on/);
  assert.match(server.log, /site\.ini.* may not be read by this user/);
  assert.equal((await server.fetch()).status, 200);
});

const UNSHARE = ["unshare", "--pid", "--fork", "--mount-proc"];
const cannotUnshare = skipUnless(
  spawnSync("unshare", [...UNSHARE.slice(1), "true"]).status === 0,
  "unshare --pid",
);

test("process 1 of a container has no successor, and says why", { skip: cannotUnshare }, async () => {
  using folder = new Folder();
  await using server = await startServer([writeHelloApp(folder)], { wrapper: UNSHARE });
  await upgradeInVain(server, /SIGUSR2: no upgrade: this is process 1 of a container, which ends with it/);
  assert.equal((await server.fetch()).status, 200);
});

test("process 1 of a container stays in the foreground", { skip: cannotUnshare }, async () => {
  using folder = new Folder();
  const log = folder.file("site.log");
  const args = ["--daemonize", log, writeHelloApp(folder)];
  await using server = await startServer(args, { wrapper: UNSHARE, withoutWaiting: true });
  await until("the start", () => existsSync(log) && /^listening on/m.test(folder.read("site.log")));
  assert.match(folder.read("site.log"), /, master 1$/m);
  assert.equal(server.log, "");
});

/** As systemd starts the main process of a unit. */
const WATCHED = ["sh", "-c", 'SYSTEMD_EXEC_PID=$$ exec "$@"', "sh"];

test("systemd hears of the new master before the old one ends, and of no stop", async () => {
  using folder = new Folder();
  using systemd = new NotifySocket(folder);
  await systemd.untilOpen();
  const environment = { NOTIFY_SOCKET: systemd.path };
  await using server = await startServer([writeHelloApp(folder)], { environment, wrapper: WATCHED });
  await until("READY=1", () => systemd.messages.includes(`MAINPID=${masterOf(server)}`));
  const master = await upgrade(server);
  assert.match(
    systemd.messages,
    new RegExp(`READY=1[^]*READY=1[^]*MAINPID=${master}|MAINPID=${master}[^]*READY=1`),
  );
  assert.doesNotMatch(systemd.messages, /STOPPING/);
  process.kill(master, "SIGTERM");
  await until("STOPPING=1", () => systemd.messages.includes("STOPPING=1"));
  await server.untilGone();
});

test("a unit that would end with the old master is named", async () => {
  using folder = new Folder();
  await using server = await startServer([writeHelloApp(folder)], { wrapper: WATCHED });
  await upgradeInVain(server, /no upgrade: systemd would take .*; set Type=notify and NotifyAccess=all/);
});

test("sockets from systemd are handed on", async () => {
  using folder = new Folder();
  const path = folder.file("a.sock");
  const wrapper = activation(path);
  const options = { wrapper, withoutWaiting: true, withoutListener: true };
  await using server = await startServer([writeHelloApp(folder)], options);
  await server.waitForLog(/Listening on .*a\.sock/);
  const get = () => ask(path, "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  assert.equal((await get()).status, 200);
  for (let round = 0; round < 2; round += 1) {
    await upgrade(server);
    assert.equal((await get()).status, 200);
  }
  process.kill(masterOf(server), "SIGTERM");
  await server.untilGone();
  assert.ok(existsSync(path), "systemd's, not ours to remove");
});

test("Gunicorn's daemon is succeeded like any other, and its hooks are called", async () => {
  using folder = new Folder();
  const configuration = `
daemon = True
errorlog = "error.log"
pidfile = "site.pid"
def pre_exec(server): note("pre_exec", server.pid)
def on_starting(server): note("on_starting", server.pid)
def on_exit(server): note("on_exit", server.pid)
`;
  await using server = await startGunicorn(folder, { configuration, withoutWaiting: true });
  assert.equal((await server.exit).code, 0, server.log);
  const old = masterOf(server);
  const master = await upgrade(server);
  assert.equal(Number(folder.read("site.pid")), master);
  const [, , , , session] = readFileSync(`/proc/${master}/stat`, "utf8").replace(/^.*\)/, "x").split(" ");
  assert.equal(Number(session), old, "in the background as before");
  const url = folder
    .read("error.log")
    .match(/^listening on (\S+)$/gm)
    ?.at(-1)
    ?.slice("listening on ".length);
  assert.match(await (await fetch(url ?? "", { headers: { connection: "close" } })).text(), /^\d+$/);
  process.kill(master, "SIGTERM");
  await server.untilGone();
  assert.deepEqual(
    readNotes(folder).toSorted(),
    [
      `on_exit ${old}`,
      `on_exit ${master}`,
      `on_starting ${old}`,
      `on_starting ${master}`,
      `pre_exec ${old}`,
    ].toSorted(),
  );
  assert.equal(existsSync(folder.file("site.pid")), false);
});
