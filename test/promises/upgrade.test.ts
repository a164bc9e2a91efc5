/** SIGUSR2: another tsgi takes this one's place, and no client notices. */

import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { writeHelloApp } from "../support/hello-app.ts";
import { getOrPost, startLoad } from "../support/load.ts";
import { writeProbeApp } from "../support/probe-app.ts";
import { ask, RawClient } from "../support/raw-client.ts";
import { Folder, NODE, runToEnd, startServer, TSGI, until } from "../support/start-server.ts";
import { masterOf, untilSucceeded, upgrade, upgradeInVain } from "../support/upgrade.ts";

const GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

test("no request fails, is slow or runs twice because of upgrades under load", async () => {
  using folder = new Folder();
  const args = ["--processes", "2", "--threads", "2", "--disable-logging", writeProbeApp(folder)];
  await using server = await startServer(args);
  const { port } = server;
  const loads = [
    startLoad(port, { connections: 16, prefix: "kept", request: getOrPost }),
    startLoad(port, { connections: 16, prefix: "once", request: getOrPost, once: true }),
  ];
  const masters = [masterOf(server)];
  for (let round = 0; round < 5; round += 1) masters.push(await upgrade(server));
  await Promise.all(loads.map((load) => load.stop()));
  const outcomes = loads.flatMap((load) => load.outcomes);
  assert.deepEqual(
    outcomes.filter(({ status, milliseconds }) => status !== 200 || milliseconds > 3000),
    [],
  );
  assert.deepEqual(
    loads.flatMap((load) => load.refused),
    [],
  );
  const ran = folder.read("ran").trimEnd().split("\n");
  assert.deepEqual(ran.toSorted(), outcomes.map(({ id }) => id).toSorted(), "each has run once");
  assert.ok(outcomes.length > 1000, `${outcomes.length} requests`);
  assert.equal(new Set(masters).size, 6);
});

test("the code and the configuration are those on the disk now, and so is Node", async () => {
  using folder = new Folder();
  const app = writeHelloApp(folder);
  const ini = (processes: number) =>
    folder.write("site.ini", `[uwsgi]\nwsgi-file = ${app}\nhttp = 127.0.0.1:0\nprocesses = ${processes}\n`);
  const [node, script] = [folder.file("node"), folder.file("tsgi")];
  symlinkSync(NODE, node);
  symlinkSync(TSGI, script);
  const wrapper = ["sh", "-c", `shift 2; exec ${node} ${script} "$@"`, "sh"];
  await using server = await startServer([ini(1)], { wrapper, withoutListener: true });
  const { url } = server;
  writeHelloApp(folder, { more: "\nprint('this is new')\n" });
  ini(2);
  // Another program by the same name: it says so, and goes on as Node does.
  rmSync(node);
  writeFileSync(node, `#!/bin/sh\necho "started as $@"\nexec ${NODE} "$@"\n`, { mode: 0o755 });
  await upgrade(server);
  await until("the new code", () => /^this is new$/m.test(server.log));
  assert.match(server.log, new RegExp(`^started as ${script} .*site\\.ini$`, "m"));
  assert.equal(server.urls.at(-1), url, "the port that was free then");
  assert.equal(server.pids("worker").length, 2);
  assert.match(await (await fetch(url)).text(), /^\d+$/);
});

test("an idle connection may ask once more, and is told to close", async () => {
  using folder = new Folder();
  await using server = await startServer([writeHelloApp(folder)]);
  const old = masterOf(server);
  using client = await RawClient.connect(server.port);
  client.send(GET);
  assert.notEqual((await client.response()).header("connection"), "close");
  process.kill(old, "SIGUSR2");
  await until("the new one to serve", () => /the new tsgi \(pid \d+\) serves/.test(server.log));
  client.send(GET);
  const last = await client.response();
  assert.equal(last.status, 200);
  assert.equal(last.header("connection"), "close");
  await client.untilClosed();
  await untilSucceeded(server, old);
});

test("an idle connection that asks nothing does not hold up the old one", async () => {
  using folder = new Folder();
  await using server = await startServer(["--http-keepalive", "600", writeHelloApp(folder)]);
  using client = await RawClient.connect(server.port);
  client.send(GET);
  await client.response();
  await upgrade(server);
  await client.untilClosed();
});

test("a request that is running is finished by the old one, whatever scripts made for Gunicorn send it", async () => {
  using folder = new Folder();
  await using server = await startServer([writeHelloApp(folder)]);
  const old = masterOf(server);
  const slow = server.fetch("/sleep?2");
  await server.waitForLog(/sleeping in/);
  process.kill(old, "SIGUSR2");
  await until("the new one to serve", () => /the new tsgi \(pid \d+\) serves/.test(server.log));
  process.kill(old, "SIGTERM");
  await until("the word", () => /SIGTERM: it is leaving already, what runs may finish/.test(server.log));
  assert.equal((await slow).status, 200);
  await untilSucceeded(server, old);
  assert.doesNotMatch(server.log, /killed/);
});

test("an old one that is killed while it leaves takes nothing of the new one's with it", async () => {
  using folder = new Folder();
  const path = folder.file("a.sock");
  await using server = await startServer(["--http", path, "--http", "127.0.0.1:0", writeHelloApp(folder)]);
  const [old, routers] = [masterOf(server), server.pids("router")];
  const slow = server.fetch("/sleep?60").catch(() => undefined);
  await server.waitForLog(/sleeping in/);
  process.kill(old, "SIGUSR2");
  await until("the new one to take over", () => /took over from the tsgi before/.test(server.log));
  process.kill(old, "SIGKILL");
  await until("its processes to end", () => !server.pids("router").some((pid) => routers.includes(pid)));
  assert.equal((await askUnix(path)).status, 200);
  await slow;
});

test("Unix sockets and pidfiles become the new one's, and end with it", async () => {
  using folder = new Folder();
  folder.write("tmp/here", "");
  const files = ["a.sock", "b.sock", "1.pid", "2.pid", "fifo"].map((name) => folder.file(name));
  const [first = "", second = "", pidfile = "", pidfile2 = "", fifo = ""] = files;
  const listeners = ["--http", first, "--http", second];
  const named = ["--pidfile", pidfile, "--pidfile2", pidfile2, "--master-fifo", fifo, "--vacuum"];
  const args = [...listeners, ...named, writeHelloApp(folder)];
  await using server = await startServer(args, { environment: { TMPDIR: folder.file("tmp") } });
  for (let round = 0; round < 2; round += 1) {
    const master = await upgrade(server);
    for (const path of [pidfile, pidfile2]) assert.equal(Number(readFileSync(path, "utf8")), master);
    for (const path of [first, second]) assert.equal((await askUnix(path)).status, 200);
  }
  writeFileSync(fifo, "q");
  await server.untilGone();
  assert.deepEqual(files.filter(existsSync), []);
  assert.deepEqual(readdirSync(folder.file("tmp")), ["here"]);
  assert.doesNotMatch(server.log, /which still runs|killed|Error/);
});

test("attached programs never run twice", async () => {
  using folder = new Folder();
  const program = folder.write(
    "program.py",
    `import os, signal, sys
def note(word):
    with open(${JSON.stringify(folder.file("notes"))}, "a") as notes:
        notes.write(f"{word} {os.getppid()}\\n")
def leave(*_):
    note("end")
    sys.exit()
signal.signal(signal.SIGTERM, leave)
note("begin")
while True:
    signal.pause()
`,
  );
  const attached = ["--attach-daemon2", `cmd=python3 ${program},stopsignal=15`];
  await using server = await startServer([...attached, writeHelloApp(folder)]);
  const notes = () => (existsSync(folder.file("notes")) ? folder.read("notes").trimEnd().split("\n") : []);
  await until("the program", () => notes().length === 1);
  const slow = server.fetch("/sleep?1");
  await server.waitForLog(/sleeping in/);
  await upgrade(server);
  assert.equal((await slow).status, 200);
  await until(
    "its successor",
    () => notes().length === 3,
    () => server.log,
  );
  assert.deepEqual(
    notes().map((note) => note.split(" ")[0]),
    ["begin", "end", "begin"],
  );
});

test("listeners that the new configuration adds are bound, those that it leaves out are closed", async () => {
  using folder = new Folder();
  const app = writeHelloApp(folder);
  const [kept, gone, added] = ["kept.sock", "gone.sock", "added.sock"].map((name) => folder.file(name));
  const ini = (...paths: (string | undefined)[]) =>
    folder.write(
      "site.ini",
      ["[uwsgi]", `wsgi-file = ${app}`, ...paths.map((path) => `http = ${path}`), ""].join("\n"),
    );
  await using server = await startServer([ini(kept, gone)], { withoutListener: true });
  ini(added, kept);
  await upgrade(server);
  assert.equal(existsSync(gone ?? ""), false);
  for (const path of [kept, added]) assert.equal((await askUnix(path ?? "")).status, 200);
});

test("code that cannot be imported: the old one serves on, says why, and the next upgrade is a fresh try", async () => {
  using folder = new Folder();
  const [path, pidfile] = [folder.file("a.sock"), folder.file("site.pid")];
  const app = writeHelloApp(folder);
  await using server = await startServer([
    "--http",
    path,
    "--http",
    "127.0.0.1:0",
    "--pidfile",
    pidfile,
    app,
  ]);
  const master = masterOf(server);
  folder.write("app.py", "raise RuntimeError('not today')\n");
  await upgradeInVain(server, /the upgrade has failed, this tsgi serves on: .*exit code 1/);
  assert.match(server.log, /RuntimeError: not today/);
  assert.equal((await askUnix(path)).status, 200);
  assert.equal((await server.fetch()).status, 200);
  assert.equal(Number(readFileSync(pidfile, "utf8")), master);
  writeHelloApp(folder);
  // Not upgrade(): the log has a failure in it.
  process.kill(master, "SIGUSR2");
  await until("the new one", () => !server.allPids().includes(master) && server.pids("master").length === 1);
  assert.equal((await askUnix(path)).status, 200);
});

test("a wrong configuration is named, and nothing changes", async () => {
  using folder = new Folder();
  const ini = folder.write("site.ini", `[uwsgi]\nwsgi-file = ${writeHelloApp(folder)}\n`);
  await using server = await startServer(["--http", "127.0.0.1:0", ini]);
  folder.write("site.ini", "[uwsgi]\nprocesses = many\n");
  await upgradeInVain(server, /the upgrade has failed, this tsgi serves on: .*exit code 2/);
  assert.match(server.log, /site\.ini:2: processes: cannot use "many"/);
  assert.equal((await server.fetch()).status, 200);
});

test("with lazy-apps one worker that cannot serve is enough to stay", async () => {
  using folder = new Folder();
  const app = writeHelloApp(folder);
  await using server = await startServer(["--lazy-apps", "--processes", "2", app]);
  folder.write("app.py", "raise RuntimeError('not today')\n");
  await upgradeInVain(server, /the upgrade has failed/);
  assert.equal((await server.fetch()).status, 200);
});

test("a new one that hangs is given up after upgrade-timeout; a second SIGUSR2 begins afresh before", async () => {
  using folder = new Folder();
  const app = writeHelloApp(folder);
  await using server = await startServer(["--upgrade-timeout", "4", app]);
  const old = masterOf(server);
  folder.write("app.py", "import time\nprint('it hangs')\ntime.sleep(600)\n");
  process.kill(old, "SIGUSR2");
  await until("the import", () => server.log.includes("it hangs"));
  process.kill(old, "SIGUSR2");
  await until("the first to be killed", () => /is killed: SIGUSR2 came again/.test(server.log));
  await until("the second to be killed", () =>
    /the upgrade has failed, .*is killed: it did not serve within 4 s \(upgrade-timeout\)/.test(server.log),
  );
  await until("both to be gone", () => server.pids("zygote").length === 1);
  assert.equal(masterOf(server), old);
  assert.equal((await server.fetch()).status, 200);
});

test("a new one that is killed while it starts leaves the old one as it was", async () => {
  using folder = new Folder();
  const path = folder.file("a.sock");
  const app = writeHelloApp(folder);
  await using server = await startServer(["--http", path, app]);
  const old = masterOf(server);
  folder.write("app.py", "import time\nprint('it hangs')\ntime.sleep(600)\n");
  process.kill(old, "SIGUSR2");
  await until("the import", () => server.log.includes("it hangs"));
  for (const pid of server.pids("master")) if (pid !== old) process.kill(pid, "SIGKILL");
  await until("the word", () => /the upgrade has failed.*killed by signal 9/.test(server.log));
  await until("its processes to end", () => server.pids("router").length === 1);
  assert.equal((await askUnix(path)).status, 200);
});

test("a stop during an upgrade ends both", async () => {
  using folder = new Folder();
  const app = writeHelloApp(folder);
  await using server = await startServer([app]);
  folder.write("app.py", "import time\nprint('it hangs')\ntime.sleep(600)\n");
  server.kill("SIGUSR2");
  await until("the import", () => server.log.includes("it hangs"));
  server.kill("SIGTERM");
  await server.untilGone();
  assert.deepEqual(await server.exit, { code: 0, signal: null });
});

test("an old one that is killed takes the one that only starts with it", async () => {
  using folder = new Folder();
  const app = writeHelloApp(folder);
  await using server = await startServer([app]);
  folder.write("app.py", "import time\nprint('it hangs')\ntime.sleep(600)\n");
  server.kill("SIGUSR2");
  await until("the import", () => server.log.includes("it hangs"));
  server.kill("SIGKILL");
  await server.untilGone();
});

test("nothing of the hand-over reaches the application or a command of the configuration", async () => {
  using folder = new Folder();
  const ini = folder.write(
    "site.ini",
    `[uwsgi]\nwsgi-file = ${writeHelloApp(folder)}\nset = seen=@(exec://env | grep -c ^TSGI_HANDOVER)\nenv = SEEN=%(seen)\n`,
  );
  await using server = await startServer(["--http", "127.0.0.1:0", ini]);
  await upgrade(server);
  assert.equal(await (await server.fetch("/env?TSGI_HANDOVER")).text(), "");
  assert.equal((await (await server.fetch("/env?SEEN")).text()).trim(), "0");
});

test("tsgi ctl upgrade --wait says how it went", async () => {
  using folder = new Folder();
  const app = writeHelloApp(folder);
  await using server = await startServer([app]);
  folder.write("app.py", "raise RuntimeError('not today')\n");
  const ctl = async () => {
    const words = ["ctl", "--pid", String(masterOf(server)), "upgrade", "--wait"];
    const { exit, output } = await runToEnd(words, { withoutListener: true });
    return { code: exit.code, output };
  };
  const failed = await ctl();
  assert.equal(failed.code, 1);
  assert.match(failed.output, /the upgrade has failed, this tsgi serves on: .*exit code 1/);
  writeHelloApp(folder);
  const old = server.pid;
  const done = await ctl();
  assert.equal(done.code, 0, done.output);
  const [, successor] = /the new tsgi \(pid (\d+)\) serves/.exec(done.output) ?? [];
  await until("the old one to leave", () => !server.allPids().includes(old));
  assert.equal(Number(successor), masterOf(server));
});

function askUnix(path: string) {
  return ask(path, "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
}
