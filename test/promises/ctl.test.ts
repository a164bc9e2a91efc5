import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { existsSync, lstatSync } from "node:fs";
import { connect } from "node:net";
import { after, test } from "node:test";
import type { Status } from "../../src/base/status.ts";
import {
  Folder,
  NODE,
  type RunningServer,
  runToEnd,
  startServer,
  TSGI,
  until,
} from "../support/start-server.ts";

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

interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

function ctl(...words: readonly string[]): Promise<Ended> {
  return tsgi("ctl", ...words);
}

function tsgi(...words: readonly string[]): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(NODE, [TSGI, ...words], { timeout: 60_000 }, (error, out, err) => {
      resolve({ code: error === null ? 0 : Number(error.code), out, err });
    });
  });
}

async function statusOf(server: RunningServer): Promise<Status> {
  const { code, out, err } = await ctl("--pid", String(server.pid), "--json", "status");
  assert.equal(code, 0, err);
  return JSON.parse(out) as Status;
}

test("status tells of every process what it does", async () => {
  await using server = await startServer(["--processes", "2", app]);
  for (let count = 0; count < 3; count += 1) await server.fetch();
  const slow = server.fetch("/?3");
  await until("the slow request to run", async () =>
    (await statusOf(server)).workers.some((one) => one.running > 0),
  );
  const status = await statusOf(server);
  assert.deepEqual(
    [status.pid, status.phase, status.paused, status.generation],
    [server.pid, "serving", false, 1],
  );
  assert.deepEqual(status.listeners, server.urls);
  assert.deepEqual([status.size, status.lastReload], [2, null]);
  assert.deepEqual(status.workers.map(({ state }) => state).sort(), ["busy", "idle"]);
  assert.deepEqual(status.workers.map(({ pid }) => pid).sort(), [...server.pids("worker")].sort());
  assert.deepEqual(
    [status.zygote?.pid, status.routers[0]?.pid],
    [server.pids("zygote")[0], server.pids("router")[0]],
  );
  assert.equal(
    status.workers.reduce((all, { requests }) => all + requests, 0),
    3,
  );
  assert.ok(status.workers.every(({ rss }) => (rss ?? 0) > 1_000_000));
  assert.ok(status.connections >= 1);
  const text = await ctl("--pid", String(server.pid), "status");
  assert.match(text.out, /^tsgi \S+, master \d+, up \d+s: serving, generation 1, 2 workers\n/);
  assert.match(text.out, /^worker 2 +\d+ +(busy|idle) /m);
  assert.equal((await slow).status, 200);
});

test("reload --wait ends when the new code serves; with broken code it fails with the traceback", async () => {
  const own = folder.write("changing.py", folder.read("app.py"));
  await using server = await startServer([own]);
  const pid = String(server.pid);
  assert.deepEqual(await ctl("--pid", pid, "reload", "--wait"), {
    code: 0,
    out: `master ${pid}: reloaded: generation 2 serves\n`,
    err: "",
  });
  folder.write("changing.py", "raise ValueError('broken today')\n");
  const failed = await ctl("--pid", pid, "reload", "--wait");
  assert.equal(failed.code, 1);
  assert.match(failed.err, /the reload has failed[\s\S]*Traceback[\s\S]*ValueError: broken today/);
  assert.equal((await server.fetch()).status, 200);
  const { lastReload, generation } = await statusOf(server);
  assert.deepEqual([generation, lastReload?.outcome, lastReload?.cause], [2, "failed", "tsgi ctl"]);
  assert.match(lastReload?.error ?? "", /ValueError: broken today/);
  folder.write("changing.py", folder.read("app.py"));
  assert.equal((await ctl("--pid", pid, "reload", "--chain", "--wait")).code, 0);
  assert.equal((await ctl("--pid", pid, "reload", "--workers", "--wait")).code, 0);
});

test("a stop during a reload answers whoever waits for it", async () => {
  const slow = folder.write("slow.py", folder.read("app.py"));
  await using server = await startServer([slow]);
  folder.write("slow.py", "import time; time.sleep(60)\n");
  const waiting = ctl("--pid", String(server.pid), "reload", "--wait");
  await server.waitForLog(/tsgi ctl: reloading/);
  assert.equal((await ctl("--pid", String(server.pid), "stop")).code, 0);
  const { code, err } = await waiting;
  assert.deepEqual([code, err], [1, "tsgi: error: the instance stops, and the reload is given up\n"]);
  assert.equal((await server.exit).code, 0);
});

test("stop --wait returns when the instance is gone, and stop --now does not wait for requests", async () => {
  const pidfile = folder.file("pid");
  await using first = await startServer(["--pidfile", pidfile, app]);
  assert.equal((await ctl("--pidfile", pidfile, "stop", "--wait")).code, 0);
  assert.deepEqual(first.allPids(), []);
  assert.equal((await first.exit).code, 0);
  await using second = await startServer([app]);
  const lost = second.fetch("/?60").then(
    () => "answered",
    () => "lost",
  );
  await until("the request to run", async () => (await statusOf(second)).workers[0]?.running === 1);
  assert.equal((await ctl("--pid", String(second.pid), "stop", "--now", "--wait")).code, 0);
  assert.equal(await lost, "lost");
});

test("uWSGI's --reload, --pause, --resume and --stop take a pidfile, and start nothing", async () => {
  const pidfile = folder.file("uwsgi.pid");
  await using server = await startServer(["--pidfile", pidfile, app]);
  assert.deepEqual(await tsgi("--reload", pidfile), {
    code: 0,
    out: `master ${server.pid}: it reloads\n`,
    err: "",
  });
  await server.waitForLog(/generation 2 serves/);
  assert.equal((await tsgi("--pause", pidfile)).code, 0);
  assert.equal((await statusOf(server)).paused, true);
  assert.equal((await tsgi("--resume", pidfile)).code, 0);
  assert.equal((await tsgi("--stop", pidfile)).code, 0);
  assert.equal((await server.exit).code, 0);
  folder.write("stale.pid", `${process.pid}\n`);
  assert.match(
    (await tsgi("--reload", app)).err,
    /app\.py is no pidfile[^\n]*; to reload when a file is saved: --py-autoreload 1/,
  );
  const stale = await tsgi("--stop", folder.file("stale.pid"));
  assert.equal(stale.code, 1);
  assert.match(stale.err, /process \d+, which \S+stale\.pid names, is no master of tsgi/);
});

test("without a name the only instance is meant; of several each is named", async () => {
  await using server = await startServer([app]);
  // Others may run here at the same time.
  const { code, out, err } = await ctl("--json", "status");
  if (code === 0) assert.equal((JSON.parse(out) as Status).pid, server.pid);
  else
    assert.match(
      err,
      new RegExp(`instances of tsgi run here; say which:[\\s\\S]*--pid ${server.pid}   ${server.url}`),
    );
  await using other = await startServer([app]);
  const several = await ctl("status");
  assert.equal(several.code, 1);
  for (const one of [server, other]) assert.match(several.err, new RegExp(`--pid ${one.pid}   ${one.url}`));
});

test("control-socket is for its owner alone, and is removed at the end", async () => {
  const path = folder.file("site.ctl");
  await using server = await startServer(["--control-socket", path, app]);
  assert.equal(lstatSync(path).mode & 0o7777, 0o600);
  assert.match((await ctl("--socket", path, "pause")).out, /paused: requests that come wait/);
  assert.match((await ctl("--socket", path, "pause")).out, /paused already/);
  assert.equal((await statusOf(server)).paused, true);
  assert.match((await ctl("--socket", path, "resume")).out, /goes on after the pause/);
  // A successor takes it over.
  await using second = await startServer(["--control-socket", path, app]);
  await server.stop();
  assert.equal((JSON.parse((await ctl("--socket", path, "--json", "status")).out) as Status).pid, second.pid);
  await second.stop();
  assert.equal(existsSync(path), false);
  const refused = await runToEnd(["--http", "127.0.0.1:0", "--control-socket", app, app]);
  assert.match(refused.output, /--control-socket[^\n]*app\.py: is there already, and is no socket/);
});

const rubbish = [
  "hello\n",
  "[]\n",
  "null\n",
  '{"command":"scale"}\n',
  '{"command":"constructor"}\n',
  "x".repeat(100_000),
];

test("what is no request is answered or cut off, and changes nothing", async () => {
  const path = folder.file("rubbish.ctl");
  await using server = await startServer(["--control-socket", path, app]);
  for (const text of rubbish) {
    const answer = await sendRaw(path, text);
    assert.ok(
      answer === "" || (JSON.parse(answer) as { isDone: boolean }).isDone === false,
      text.slice(0, 50),
    );
  }
  assert.equal((await server.fetch()).status, 200);
  assert.equal((await statusOf(server)).generation, 1);
});

function sendRaw(path: string, text: string): Promise<string> {
  return new Promise((resolve) => {
    let answer = "";
    const socket = connect(path, () => socket.write(text));
    socket.setEncoding("utf8").on("data", (piece: string) => {
      answer += piece;
    });
    socket.on("error", () => undefined);
    socket.on("close", () => resolve(answer));
  });
}

test("logs shows the end of the log file", async () => {
  const log = folder.file("site.log");
  await using server = await startServer(["--logto", log, app], { withoutWaiting: true });
  await until(
    "the server to listen",
    () => existsSync(log) && folder.read("site.log").includes("listening on"),
  );
  const { code, out } = await ctl("--pid", String(server.pid), "logs");
  assert.equal(code, 0);
  assert.equal(out, folder.read("site.log"));
  await server.stop();
  await using other = await startServer([app]);
  assert.match((await ctl("--pid", String(other.pid), "logs")).err, /writes to its standard output/);
});
