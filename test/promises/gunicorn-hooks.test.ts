import assert from "node:assert/strict";
import { test } from "node:test";
import { interpreters } from "../support/pythons.ts";
import { readNotes, runGunicornToEnd, startGunicorn } from "../support/start-gunicorn.ts";
import { Folder, until } from "../support/start-server.ts";

const EVERY_HOOK = `
import sys
note("executed")
def on_starting(server): note("on_starting", server.pid == os.getppid())
def when_ready(server): note("when_ready", server.cfg.workers)
def pre_fork(server, worker): note("pre_fork", worker.pid, worker.age)
def post_fork(server, worker): note("post_fork", worker.pid == os.getpid(), worker.ppid == server.pid)
def post_worker_init(worker): note("post_worker_init", "app" in sys.modules)
def worker_exit(server, worker): note("worker_exit", worker.pid == os.getpid())
def child_exit(server, worker): note("child_exit", worker.age, worker.pid != os.getpid())
def nworkers_changed(server, new_value, old_value): note("nworkers_changed", new_value, old_value)
def on_exit(server): note("on_exit")
def pre_request(worker, req): note("pre_request", req.method, req.path, req.query, worker.nr)
def post_request(worker, req, environ, resp):
    note("post_request", req.uri, environ["PATH_INFO"], resp.status, resp.sent == len(str(os.getpid())))
`;

const NOTING_APPLICATION = `
import os
with open("notes", "a") as file:
    file.write("imported\\n")

def application(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [str(os.getpid()).encode()]
`;

test("every hook is called once, in its turn, with what Gunicorn calls it with", async () => {
  using folder = new Folder();
  await using server = await startGunicorn(folder, {
    configuration: EVERY_HOOK,
    application: NOTING_APPLICATION,
  });
  await until("when_ready", () => readNotes(folder).includes("when_ready 1"));
  assert.equal((await server.fetch("/a%20b?x=1")).status, 200);
  assert.deepEqual(await server.stop(), { code: 0, signal: null });
  assert.deepEqual(readNotes(folder), [
    "executed",
    "nworkers_changed 1 None",
    "on_starting True",
    "pre_fork [booting] 1",
    "post_fork True True",
    "imported",
    "post_worker_init True",
    "when_ready 1",
    "pre_request GET /a%20b x=1 0",
    "post_request /a%20b?x=1 /a b 200 OK True",
    "worker_exit True",
    "child_exit 1 True",
    "on_exit",
  ]);
});

test("nworkers_changed is told of SIGTTIN and SIGTTOU, and server.num_workers follows", async () => {
  using folder = new Folder();
  const configuration = `
def nworkers_changed(server, new_value, old_value):
    with open("notes", "a") as file:
        file.write("%s %s %s\\n" % (new_value, old_value, server.num_workers))
`;
  await using server = await startGunicorn(folder, { configuration, application: NOTING_APPLICATION });
  await until("the first call", () => readNotes(folder).includes("1 None 1"));
  server.kill("SIGTTIN");
  await until("one more", () => readNotes(folder).includes("2 1 2"));
  server.kill("SIGTTOU");
  await until("one less", () => readNotes(folder).includes("1 2 1"));
  assert.deepEqual(await server.stop(), { code: 0, signal: null });
});

test("hooks are called under every Python of this machine", async () => {
  for (const { version, path } of interpreters()) {
    using folder = new Folder();
    const args = ["--python", path];
    await using server = await startGunicorn(folder, { configuration: EVERY_HOOK, args });
    assert.equal((await server.fetch()).status, 200);
    await server.stop();
    const hooks = readNotes(folder).map((line) => line.split(" ")[0]);
    assert.equal(hooks.length, 12, `Python ${version}: ${hooks}`);
  }
});

test("with three workers the file is executed once, and each worker has its own hooks' calls", async () => {
  using folder = new Folder();
  const args = ["--workers", "3"];
  await using server = await startGunicorn(folder, { configuration: EVERY_HOOK, args });
  await server.untilPids("worker", { count: 3 });
  await until("all to be ready", () => count(folder, /^post_worker_init/) === 3);
  assert.equal(count(folder, /^executed$/), 1);
  assert.equal(count(folder, /^post_fork True True$/), 3);
  assert.deepEqual(
    matching(folder, /^pre_fork/).sort(),
    [1, 2, 3].map((age) => `pre_fork [booting] ${age}`),
  );
  await server.stop();
  assert.deepEqual(
    matching(folder, /^child_exit/).sort(),
    [1, 2, 3].map((age) => `child_exit ${age} True`),
  );
  assert.equal(readNotes(folder).at(-1), "on_exit");
});

test("with preload_app the application is there when on_starting is called, as in Gunicorn", async () => {
  using folder = new Folder();
  await using server = await startGunicorn(folder, {
    configuration: `preload_app = True\n${EVERY_HOOK}`,
    application: NOTING_APPLICATION,
  });
  await server.stop();
  assert.deepEqual(readNotes(folder).slice(0, 4), [
    "executed",
    "nworkers_changed 1 None",
    "imported",
    "on_starting True",
  ]);
});

test("a Gunicorn user's log: Listening at, and what hooks log, at loglevel", async () => {
  using folder = new Folder();
  const configuration = `
loglevel = "warning"
def when_ready(server):
    server.log.info("too little")
    server.log.warning("ready. Workers: %s", server.cfg.workers)
def post_fork(server, worker): worker.log.error("spawned (pid: %s)", worker.pid)
`;
  await using server = await startGunicorn(folder, { configuration, args: ["--workers", "2"] });
  const [first = 0] = await server.untilPids("worker", { count: 2 });
  const stamp = String.raw`\[\d{4}-\d\d-\d\d \d\d:\d\d:\d\d [+-]\d{4}\]`;
  const form = (pid: number, rest: string) => new RegExp(`^${stamp} \\[${pid}\\] ${rest}$`, "m");
  await server.waitForLog(
    form(server.pid, String.raw`\[INFO\] Listening at: ${server.url} \(${server.pid}\)`),
  );
  await server.waitForLog(form(server.pids("zygote")[0] ?? 0, String.raw`\[WARNING\] ready\. Workers: 2`));
  await server.waitForLog(form(first, String.raw`\[ERROR\] spawned \(pid: ${first}\)`));
  assert.doesNotMatch(server.log, /too little/);
});

for (const hook of [
  "nworkers_changed",
  "on_starting",
  "pre_fork",
  "post_fork",
  "post_worker_init",
  "when_ready",
]) {
  test(`${hook} that raises ends the start, with its line and its traceback`, async () => {
    using folder = new Folder();
    const { exit, output, leftBehind } = await runGunicornToEnd(folder, {
      configuration: `def ${hook}(*arguments):\n    boom = ValueError("boom")\n    raise boom\n`,
      args: ["--workers", "2"],
    });
    assert.deepEqual(exit, { code: 1, signal: null });
    assert.match(
      output,
      new RegExp(`^tsgi: .*gunicorn\\.conf\\.py:\\d+: the hook ${hook} failed: ValueError: boom$`, "m"),
    );
    const line = /gunicorn\.conf\.py:(\d+): the hook/.exec(output)?.[1];
    assert.match(output, new RegExp(`gunicorn\\.conf\\.py", line ${line}, in ${hook}`));
    assert.doesNotMatch(output, /python\/tsgi/);
    assert.deepEqual(leftBehind, []);
  });
}

for (const hook of ["worker_exit", "child_exit", "on_exit"]) {
  test(`${hook} that raises is logged, and the stop goes on`, async () => {
    using folder = new Folder();
    const configuration = `def ${hook}(*arguments):\n    raise ValueError("boom")\n`;
    await using server = await startGunicorn(folder, { configuration });
    assert.deepEqual(await server.stop(), { code: 0, signal: null });
    await server.waitForLog(new RegExp(`the hook ${hook} failed: ValueError: boom[\\s\\S]*Traceback`));
  });
}

test("post_request that raises is logged, pre_request fails its request, and both serve on", async () => {
  using folder = new Folder();
  const configuration = `
def pre_request(worker, req):
    if req.path == "/before": raise ValueError("before")
def post_request(worker, req):
    if req.path == "/after": raise ValueError("after")
`;
  await using server = await startGunicorn(folder, { configuration });
  assert.equal((await server.fetch("/before")).status, 500);
  assert.equal((await server.fetch("/after")).status, 200);
  await server.waitForLog(/ValueError: before/);
  await server.waitForLog(/\[ERROR\] .*the hook post_request failed: ValueError: after/);
  assert.equal((await server.fetch("/")).status, 200);
});

for (const signal of ["SIGINT", "SIGQUIT"] as const) {
  test(`${signal} to a worker: worker_int is called, and a successor takes over`, async () => {
    using folder = new Folder();
    const configuration = `
def worker_int(worker): note("worker_int", worker.pid == os.getpid())
def worker_exit(server, worker): note("worker_exit")
`;
    await using server = await startGunicorn(folder, { configuration });
    const [worker = 0] = await server.untilPids("worker", { count: 1 });
    process.kill(worker, signal);
    await server.untilPids("worker", { count: 1, without: [worker] });
    assert.deepEqual(readNotes(folder), ["worker_int True", "worker_exit"]);
    assert.equal((await server.fetch()).status, 200);
  });
}

test("SIGABRT to a worker that hangs: worker_abort is called, and it dies", async () => {
  using folder = new Folder();
  const configuration = `
def worker_abort(worker): note("worker_abort", worker.pid == os.getpid())
def worker_exit(server, worker): note("worker_exit")
`;
  const application = `
import time
def application(environ, start_response):
    print("hanging", flush=True)
    while True: time.sleep(60)
`;
  await using server = await startGunicorn(folder, { configuration, application });
  const [worker = 0] = await server.untilPids("worker", { count: 1 });
  const response = server.fetch();
  await server.waitForLog(/hanging/);
  process.kill(worker, "SIGABRT");
  assert.equal((await response).status, 502);
  await server.waitForLog(/exit code 1/);
  assert.deepEqual(readNotes(folder), ["worker_abort True", "worker_exit"]);
});

test("worker.alive = False in a hook: the worker leaves when a successor serves, and no request fails", async () => {
  using folder = new Folder();
  const configuration = `
def post_request(worker, req, environ, resp):
    if req.path == "/enough": worker.alive = False
`;
  await using server = await startGunicorn(folder, { configuration });
  const [worker = 0] = await server.untilPids("worker", { count: 1 });
  assert.equal((await server.fetch("/enough")).status, 200);
  while (server.pids("worker").includes(worker)) assert.equal((await server.fetch()).status, 200);
  assert.notEqual(await (await server.fetch()).text(), String(worker));
});

test("an application that sends its parent SIGTERM stops the server, in order", async () => {
  using folder = new Folder();
  const application = `
import os, signal
def application(environ, start_response):
    os.kill(os.getppid(), signal.SIGTERM)
    start_response("200 OK", [])
    return [b"bye"]
`;
  await using server = await startGunicorn(folder, { configuration: EVERY_HOOK, application });
  assert.equal(await (await server.fetch()).text(), "bye");
  assert.deepEqual(await server.exit, { code: 0, signal: null });
  assert.equal(readNotes(folder).at(-1), "on_exit");
});

for (const signal of ["SIGTERM", "SIGINT"] as const) {
  test(`${signal} to every process at once, as from systemd or a terminal, stops in order`, async () => {
    using folder = new Folder();
    const configuration = `${EVERY_HOOK}\ndef worker_int(worker): note("worker_int")\n`;
    await using server = await startGunicorn(folder, { configuration });
    await until("when_ready", () => count(folder, /^when_ready/) === 1);
    for (const pid of server.allPids()) process.kill(pid, signal);
    assert.deepEqual(await server.exit, { code: 0, signal: null });
    const lastNotes = ["worker_exit True", "child_exit 1 True", "on_exit"];
    assert.deepEqual(readNotes(folder).slice(-3), lastNotes);
    assert.equal(count(folder, /^worker_int$/), signal === "SIGINT" ? 1 : 0);
    assert.doesNotMatch(server.log, /at once|lost/);
  });
}

test("a killed zygote: its successor executes the file again, and its workers have the hooks", async () => {
  using folder = new Folder();
  await using server = await startGunicorn(folder, { configuration: EVERY_HOOK });
  await until("when_ready", () => count(folder, /^when_ready/) === 1);
  const [worker = 0] = await server.untilPids("worker", { count: 1 });
  const [zygote = 0] = server.pids("zygote");
  process.kill(zygote, "SIGKILL");
  await until("the file to be executed again", () => count(folder, /^on_starting True$/) === 2);
  assert.equal(await (await server.fetch()).text(), String(worker));
  process.kill(worker, "SIGKILL");
  await server.untilPids("worker", { count: 1, without: [worker] });
  await until("its hooks", () => count(folder, /^post_worker_init/) === 2);
  assert.equal(count(folder, /^executed$/), 2);
  assert.equal(count(folder, /^when_ready/), 1);
  await server.stop();
  assert.equal(readNotes(folder).at(-1), "on_exit");
});

test("on_exit that hangs does not hang the stop", async () => {
  using folder = new Folder();
  const configuration = `
graceful_timeout = 1
def on_exit(server):
    note("hanging")
    while True: pass
`;
  await using server = await startGunicorn(folder, { configuration });
  const began = Date.now();
  assert.deepEqual(await server.stop(), { code: 0, signal: null });
  assert.deepEqual(readNotes(folder), ["hanging"]);
  assert.ok(Date.now() - began < 8_000);
  assert.deepEqual(server.allPids(), []);
});

test("on_exit may take what is left of graceful_timeout", async () => {
  using folder = new Folder();
  const configuration = `
import time
def on_exit(server):
    time.sleep(2.5)
    note("done")
`;
  await using server = await startGunicorn(folder, { configuration });
  assert.deepEqual(await server.stop(), { code: 0, signal: null });
  assert.deepEqual(readNotes(folder), ["done"]);
});

function matching(folder: Folder, pattern: RegExp): string[] {
  return readNotes(folder).filter((line) => pattern.test(line));
}

function count(folder: Folder, pattern: RegExp): number {
  return matching(folder, pattern).length;
}

test("worker.age goes on and child_exit is called where the zygote has died before its workers", async () => {
  using folder = new Folder();
  const configuration = `
def post_fork(server, worker): note("born", worker.age, os.getpid())
def child_exit(server, worker): note("gone", worker.age, worker.pid)
`;
  await using server = await startGunicorn(folder, { configuration });
  const [worker = 0] = await server.untilPids("worker", { count: 1 });
  const killed = [worker, ...server.pids("zygote")];
  for (const pid of killed.toReversed()) process.kill(pid, "SIGKILL");
  const [next = 0] = await server.untilPids("worker", { count: 1, without: killed });
  await until("child_exit", () => readNotes(folder).includes(`gone 1 ${worker}`));
  assert.ok(readNotes(folder).includes(`born 2 ${next}`), readNotes(folder).join("\n"));
});

test("a worker that a signal or a hook asks to leave: the log says which", async () => {
  using folder = new Folder();
  const configuration = `def pre_request(worker, req): worker.alive = req.path != "/leave"`;
  await using server = await startGunicorn(folder, { configuration });
  const [worker = 0] = await server.untilPids("worker", { count: 1 });
  process.kill(worker, "SIGINT");
  await server.waitForLog(new RegExp(`\\(pid ${worker}\\): asked to leave \\(SIGINT\\); a successor starts`));
  const [next = 0] = await server.untilPids("worker", { count: 1, without: [worker] });
  assert.equal((await server.fetch("/leave")).status, 200);
  await server.waitForLog(new RegExp(`\\(pid ${next}\\): asked to leave \\(a hook said so\\)`));
});
