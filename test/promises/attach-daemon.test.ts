import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { test } from "node:test";
import { writeHelloApp } from "../support/hello-app.ts";
import { cannotBecome, NOBODY } from "../support/other-user.ts";
import { Folder, type RunningServer, startServer, until } from "../support/start-server.ts";
import { upgrade } from "../support/upgrade.ts";

/** Notes its pid in a file each time it is started, and what it is sent; ends by SIGTERM. */
const PROGRAM = `
import os, signal, sys, time
note = sys.argv[1]
def write(text):
    with open(note, "a") as file:
        file.write(text + "\\n")
def on_signal(number, _):
    write("signal %d" % number)
    if number != signal.SIGHUP and "stubborn" not in sys.argv:
        sys.exit(0)
for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
    signal.signal(number, on_signal)
if "with-child" in sys.argv and os.fork() == 0:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    time.sleep(1000)
write("pid %d" % os.getpid())
while True:
    time.sleep(1000)
`;

interface Attached {
  readonly command: string;
  /** Of each start, in order. */
  readonly pids: () => readonly number[];
  readonly notes: () => string;
}

function writeProgram(folder: Folder, name = "notes", flags = ""): Attached {
  const notes = () => (existsSync(folder.file(name)) ? folder.read(name) : "");
  return {
    command:
      `/usr/bin/env python3 ${folder.write("program.py", PROGRAM)} ${folder.file(name)} ${flags}`.trim(),
    pids: () => [...notes().matchAll(/^pid (\d+)$/gm)].map((match) => Number(match[1])),
    notes,
  };
}

function configure(folder: Folder, ...lines: readonly string[]): string {
  const application = `wsgi-file = ${writeHelloApp(folder)}`;
  return folder.write("site.ini", ["[uwsgi]", "http-socket = 127.0.0.1:0", application, ...lines].join("\n"));
}

async function untilStarted(server: RunningServer, { pids }: Attached, times: number): Promise<number> {
  await server.until(`start ${times}`, () => pids().length >= times);
  return pids().at(-1) ?? 0;
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

test("attach-daemon: it runs beside the application, is started again when it is killed, and ends with the instance", async () => {
  using folder = new Folder();
  const program = writeProgram(folder);
  await using server = await startServer([configure(folder, `attach-daemon = ${program.command}`)]);
  const first = await untilStarted(server, program, 1);
  process.kill(first, "SIGKILL");
  const second = await untilStarted(server, program, 2);
  assert.notEqual(second, first);
  assert.match(server.log, /killed by signal 9 \(SIGKILL\) after .*; it is started again/);
  assert.equal((await server.stop()).code, 0);
  assert.match(program.notes(), /^signal 15$/m);
  await server.untilGone();
});

test("attach-daemon: one that ends again and again is started ever more seldom, or as seldom as is said", async () => {
  using folder = new Folder();
  const pauses = (server: RunningServer) =>
    [...server.log.matchAll(/exit code 3 after .*; it is started again(?: in (\d+) s)?/g)].map(
      (match) => match[1],
    );
  {
    await using server = await startServer([configure(folder, "attach-daemon = exit 3")]);
    await server.until("its fourth end", () => pauses(server).length >= 4);
    assert.deepEqual(pauses(server).slice(0, 4), [undefined, "1", "2", "4"]);
    assert.equal((await server.stop()).code, 0);
  }
  const capped = "attach-daemon2 = cmd=exit 3,max_throttle=1";
  await using server = await startServer([configure(folder, capped)]);
  await server.until("its fourth end", () => pauses(server).length >= 4);
  assert.deepEqual(pauses(server).slice(0, 4), [undefined, "1", "1", "1"]);
});

test("attach-daemon2: it runs as the user that is said", { skip: cannotBecome(NOBODY) }, async () => {
  using folder = new Folder();
  const line = `attach-daemon2 = cmd=sh -c "id -u; id -g; id -G",uid=${NOBODY.user},gid=${NOBODY.group}`;
  await using server = await startServer([configure(folder, line)]);
  await server.waitForLog(new RegExp(`^${NOBODY.user}\n${NOBODY.group}\n${NOBODY.group}$`, "m"));
});

test("attach-daemon: it dies with a master that is killed, and so does all that it has started", async () => {
  using folder = new Folder();
  const program = writeProgram(folder, "notes", "with-child stubborn");
  await using server = await startServer([configure(folder, `attach-daemon = ${program.command}`)]);
  await untilStarted(server, program, 1);
  server.kill("SIGKILL");
  await server.exit;
  await server.untilGone();
});

test("attach-daemon: one that does not end by the stop is killed, with all that it has started", async () => {
  using folder = new Folder();
  const program = writeProgram(folder, "notes", "with-child stubborn");
  const ini = configure(folder, "reload-mercy = 1", `attach-daemon = ${program.command}`);
  await using server = await startServer([ini]);
  await untilStarted(server, program, 1);
  assert.equal((await server.stop()).code, 0);
  assert.match(program.notes(), /^signal 15$/m);
  await server.untilGone();
});

test("attach-daemon: a reload starts it anew once the new code serves; one that fails leaves it alone", async () => {
  using folder = new Folder();
  const program = writeProgram(folder);
  const ini = configure(folder, `attach-daemon = ${program.command}`);
  await using server = await startServer([ini]);
  const first = await untilStarted(server, program, 1);
  folder.write("app.py", "oops =");
  server.kill("SIGHUP");
  await server.waitForLog(/the reload has failed/);
  assert.deepEqual(program.pids(), [first]);
  writeHelloApp(folder);
  server.kill("SIGHUP");
  const second = await untilStarted(server, program, 2);
  assert.notEqual(second, first);
  assert.equal(isAlive(first), false);
  assert.equal((await server.stop()).code, 0);
});

test("attach-daemon: a reload ends those that the configuration no longer has, and starts the new ones", async () => {
  using folder = new Folder();
  const [old, other] = [writeProgram(folder, "old"), writeProgram(folder, "new")];
  await using server = await startServer([configure(folder, `attach-daemon = ${old.command}`)]);
  const pid = await untilStarted(server, old, 1);
  configure(folder, `attach-daemon = ${other.command}`);
  server.kill("SIGHUP");
  await untilStarted(server, other, 1);
  assert.equal(isAlive(pid), false);
  assert.equal(old.pids().length, 1);
});

test("attach-daemon2: its own signals, directory, and a file to touch", async () => {
  using folder = new Folder();
  const program = writeProgram(folder);
  folder.write("below/touch", "");
  const pairs = `stopsignal=2,reloadsignal=1,touch=touch,chdir=${folder.file("below")}`;
  await using server = await startServer([
    configure(folder, `attach-daemon2 = cmd=${program.command},${pairs}`),
  ]);
  const first = await untilStarted(server, program, 1);
  server.kill("SIGHUP");
  await server.until("the reload's signal", () => program.notes().includes("signal 1\n"));
  assert.deepEqual(program.pids(), [first]);
  folder.write("below/touch", "touched");
  await untilStarted(server, program, 2);
  assert.match(program.notes(), /^signal 2$/m);
  await server.stop();
  assert.equal(program.notes().match(/^signal 2$/gm)?.length, 2);
});

test("attach-daemon: the master of an upgrade has its own, the old one's end with it", async () => {
  using folder = new Folder();
  const program = writeProgram(folder);
  const notes = `exec-as-user-atexit = echo atexit >>${folder.file("notes")}`;
  await using server = await startServer([configure(folder, `attach-daemon = ${program.command}`, notes)]);
  const first = await untilStarted(server, program, 1);
  const master = await upgrade(server);
  await until("the new master's", () => program.pids().length === 2);
  const second = program.pids().at(-1) ?? 0;
  assert.equal(isAlive(first), false);
  assert.ok(isAlive(second));
  assert.equal(program.notes().match(/^atexit$/gm)?.length, 1);
  process.kill(master, "SIGTERM");
  await server.untilGone();
});

test("attach-control-daemon: the instance ends with it", async () => {
  using folder = new Folder();
  const program = writeProgram(folder);
  await using server = await startServer([configure(folder, `attach-control-daemon = ${program.command}`)]);
  process.kill(await untilStarted(server, program, 1), "SIGKILL");
  assert.equal((await server.exit).code, 0);
  assert.match(server.log, /the instance ends with it/);
});

test("smart-attach-daemon2: it outlives reload and stop, is found again by its pidfile, and started when it is gone", async () => {
  using folder = new Folder();
  const program = writeProgram(folder);
  const ini = configure(folder, `smart-attach-daemon2 = ${folder.file("pid")} ${program.command}`);
  let pid = 0;
  {
    await using server = await startServer([ini]);
    pid = await untilStarted(server, program, 1);
    await server.waitForLog(new RegExp(`\\(pid ${pid}\\): runs`));
    assert.equal(folder.read("pid"), `${pid}\n`);
    server.kill("SIGHUP");
    await server.waitForLog(/generation 2 serves/);
    assert.equal((await server.stop()).code, 0);
    assert.ok(isAlive(pid));
    // Else the harness would end it: it has the first server's mark.
    process.kill(pid, "SIGKILL");
    await until("its end", () => !isAlive(pid));
  }
  await using keeper = await startServer([ini]);
  const kept = await untilStarted(keeper, program, 2);
  await keeper.waitForLog(new RegExp(`\\(pid ${kept}\\): runs`));
  await keeper.stop();
  {
    await using server = await startServer([ini]);
    await server.waitForLog(new RegExp(`\\(pid ${kept}\\): runs`));
    assert.equal(program.pids().length, 2);
    process.kill(kept, "SIGKILL");
    const next = await untilStarted(server, program, 3);
    assert.match(server.log, /does not run; it is started again/);
    await server.stop();
    process.kill(next, "SIGKILL");
  }
});

test("smart-attach-daemon: of a program that goes to the background, the pidfile's process is watched", async () => {
  using folder = new Folder();
  const program = writeProgram(folder);
  const pidfile = folder.file("pid");
  const script = folder.write("daemon.sh", `setsid ${program.command} & echo $! >${pidfile}`);
  await using server = await startServer([
    configure(folder, `smart-attach-daemon = ${pidfile} sh ${script}`),
  ]);
  await untilStarted(server, program, 1);
  await server.waitForLog(/\(pid \d+\): runs/);
  process.kill(Number(folder.read("pid")), "SIGKILL");
  await untilStarted(server, program, 2);
  await server.stop();
  assert.ok(isAlive(program.pids().at(-1) ?? 0));
});

test("hook-touch: the action runs when the file is touched, and the log says what failed", async () => {
  using folder = new Folder();
  folder.write("touch", "");
  const lines = [
    `hook-touch = ${folder.file("touch")} write:${folder.file("seen")} yes`,
    `hook-touch = ${folder.file("touch")} exec:exit 3`,
  ];
  await using server = await startServer([configure(folder, ...lines)]);
  folder.write("touch", "touched");
  await server.until("the action", () => existsSync(folder.file("seen")));
  await server.waitForLog(/hook-touch \(.*touch\): ended with exit code 3: exec:exit 3/);
});
