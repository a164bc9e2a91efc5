import assert from "node:assert/strict";
import { after, test } from "node:test";
import { getOrPost, startLoad } from "../support/load.ts";
import { readNotes, startGunicorn, writeConfiguration } from "../support/start-gunicorn.ts";
import { Folder, type RunningServer, sleep, startServer, until } from "../support/start-server.ts";

const folder = new Folder();
after(() => folder[Symbol.dispose]());

let written = 0;

function writeApp(text: string): string {
  written += 1;
  return folder.write(
    "app.py",
    `# ${written}
def application(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"${text}"]
`,
  );
}

async function answerOf(server: RunningServer): Promise<string> {
  return (await server.fetch()).text();
}

async function reload(server: RunningServer): Promise<void> {
  const before = server.log.match(/reloaded in/g)?.length ?? 0;
  const [master] = await server.pids("master");
  process.kill(master ?? 0, "SIGHUP");
  await until("the reload", () => (server.log.match(/reloaded in/g)?.length ?? 0) > before);
}

test("SIGHUP brings the new code, in new workers", async () => {
  const app = writeApp("old");
  await using server = await startServer(["--processes", "2", app]);
  assert.equal(await answerOf(server), "old");
  const before = await server.pids("worker");
  writeApp("new");
  await reload(server);
  assert.equal(await answerOf(server), "new");
  await until("the old workers to leave", async () => (await server.pids("worker")).length === 2);
  for (const pid of await server.pids("worker")) assert.ok(!before.includes(pid));
  await server.untilPids("zygote", { count: 1 });
  assert.equal((await server.stop()).code, 0);
});

for (const lazy of [[], ["--lazy-apps"]]) {
  test(`broken code leaves the old generation as it was, and the next reload is a fresh try ${lazy.join("")}`, async () => {
    const app = writeApp("good");
    await using server = await startServer([...lazy, "--processes", "2", app]);
    const [master] = await server.pids("master");
    folder.write("app.py", "raise RuntimeError('not today')\n");
    process.kill(master ?? 0, "SIGHUP");
    await server.waitForLog(
      /the reload has failed, the running generation serves on:[\s\S]*RuntimeError: not today/,
    );
    assert.equal(await answerOf(server), "good");
    await until("what was started to end", async () => {
      return (await server.pids("zygote")).length === 1 && (await server.pids("worker")).length === 2;
    });
    writeApp("better");
    await reload(server);
    assert.equal(await answerOf(server), "better");
    assert.equal((await server.stop()).code, 0);
  });
}

test("the configuration is read again: what can change does, what cannot is named", async () => {
  writeApp("configured");
  const ini = (processes: number, more: string) =>
    folder.write("site.ini", `[uwsgi]\nwsgi-file = %dapp.py\nprocesses = ${processes}\n${more}`);
  await using server = await startServer(["--http", "127.0.0.1:0", ini(1, "")]);
  ini(3, "limit-post = 10\nprocname-prefix = changed\n");
  await reload(server);
  await until("three workers", async () => (await server.pids("worker")).length === 3);
  await server.waitForLog(/changed, but needs a restart to take effect: procname-prefix/);
  assert.equal((await server.fetch("/", { method: "POST", body: "x".repeat(11) })).status, 413);
  ini(2, "proceses = 5\n");
  await reload(server);
  await until("two workers", async () => (await server.pids("worker")).length === 2);
  await server.waitForLog(/site\.ini:4: proceses: no such option/);
  folder.write("site.ini", "[uwsgi]\nprocesses = many\n");
  process.kill((await server.pids("master"))[0] ?? 0, "SIGHUP");
  await server.waitForLog(/the reload has failed[\s\S]*site\.ini:2: processes: cannot use "many"/);
  assert.equal(await answerOf(server), "configured");
});

test("blocks of if-reload hold in a reload, those of if-not-reload at the start", async () => {
  writeApp("blocks");
  const ini = folder.write(
    "blocks.ini",
    `[uwsgi]
wsgi-file = %dapp.py
if-not-reload =
processes = 1
endif =
if-reload =
processes = 2
endif =
`,
  );
  await using server = await startServer(["--http", "127.0.0.1:0", ini]);
  assert.equal((await server.pids("worker")).length, 1);
  await reload(server);
  await until("two workers", async () => (await server.pids("worker")).length === 2);
});

for (const lazy of [[], ["--lazy-apps"]]) {
  test(`a reload that is asked for while another one imports begins afresh, also when that hangs ${lazy.join("")}`, async () => {
    const app = writeApp("before");
    await using server = await startServer([...lazy, app]);
    folder.write("app.py", "import time\nprint('hanging', flush=True)\ntime.sleep(600)\n");
    server.kill("SIGHUP");
    await server.waitForLog(/^hanging/m);
    assert.equal(await answerOf(server), "before");
    writeApp("after");
    server.kill("SIGHUP");
    await server.waitForLog(/SIGHUP: reloading; [^\n]*; the reload that was under way is given up/);
    await server.waitForLog(/reloaded in [^\n]*generation 2 serves/);
    assert.equal(await answerOf(server), "after");
    await server.untilPids("zygote", { count: 1 });
    await server.untilPids("worker", { count: 1 });
    assert.equal(server.log.match(/reloaded in/g)?.length, 1);
  });
}

test("who asks on and on, faster than the code is imported, gets it in the end", async () => {
  const app = folder.write(
    "slow.py",
    `import time
time.sleep(1.5)
def application(environ, start_response):
    start_response("200 OK", [])
    return [b"slow"]
`,
  );
  await using server = await startServer([app]);
  await server.until("a reload", () => {
    server.kill("SIGHUP");
    return server.log.includes("generation 2 serves");
  });
  assert.match(server.log, /; the reload that was under way is given up/);
});

test("no request fails because of reloads under load", async () => {
  const app = writeApp("under load");
  await using server = await startServer(["--processes", "2", "--threads", "2", "--disable-logging", app]);
  await using load = startLoad(server.port, { connections: 32, prefix: "r", request: getOrPost });
  for (let count = 0; count < 10; count++) await reload(server);
  await load.stop();
  assert.deepEqual(
    load.outcomes.filter(({ status, milliseconds }) => status !== 200 || milliseconds > 1000),
    [],
  );
  assert.deepEqual(load.refused, []);
  assert.ok(load.outcomes.length > 1000, `${load.outcomes.length} requests`);
});

test("a stop during a reload ends everything", async () => {
  const app = writeApp("quick");
  await using server = await startServer(["--processes", "2", app]);
  const [master = 0] = await server.pids("master");
  folder.write("app.py", "import time\ntime.sleep(60)\n");
  process.kill(master, "SIGHUP");
  await until("the new zygote", async () => (await server.pids("zygote")).length === 2);
  const start = Date.now();
  assert.equal((await server.stop()).code, 0);
  assert.ok(Date.now() - start < 3000);
  assert.deepEqual(server.allPids(), []);
});

test("zygotes and workers killed during a reload are replaced, and the new code serves in the end", async () => {
  const app = writeApp("before");
  await using server = await startServer(["--processes", "3", app]);
  const [master = 0] = await server.pids("master");
  for (let round = 1; round <= 5; round++) {
    writeApp(`round ${round}`);
    process.kill(master, "SIGHUP");
    await sleep(round * 30);
    for (const pid of [...(await server.pids("zygote")), ...(await server.pids("worker"))].slice(0, round)) {
      process.kill(pid, "SIGKILL");
    }
    await until(`round ${round}`, async () => {
      if ((await answerOf(server)) === `round ${round}`) return true;
      // Its zygote was killed while importing: that reload has failed, and says so.
      process.kill(master, "SIGHUP");
      await sleep(300);
      return false;
    });
  }
  await until("three workers", async () => (await server.pids("worker")).length === 3);
  assert.equal((await server.stop()).code, 0);
});

test("a file of Gunicorn's that hangs gives way to the next reload", async () => {
  using place = new Folder();
  await using server = await startGunicorn(place, { configuration: "workers = 1" });
  writeConfiguration(place, "import time\nnote('hanging')\ntime.sleep(600)");
  server.kill("SIGHUP");
  await until("the file to be executed", () => readNotes(place).includes("hanging"));
  writeConfiguration(place, "workers = 2");
  await reload(server);
  await server.untilPids("worker", { count: 2 });
  await server.untilPids("zygote", { count: 1 });
  assert.equal((await server.stop()).code, 0);
  assert.deepEqual(server.allPids(), []);
});

test("Gunicorn's file is executed once more for a reload, and its hooks are those of the new file", async () => {
  using place = new Folder();
  const configuration = (name: string) => `
workers = 2
note("${name} executed")
def on_starting(server): note("${name} on_starting")
def on_reload(server): note("${name} on_reload")
def when_ready(server): note("${name} when_ready")
def on_exit(server): note("${name} on_exit")
`;
  await using server = await startGunicorn(place, { configuration: configuration("first") });
  await until("the start", () => readNotes(place).includes("first when_ready"));
  writeConfiguration(place, configuration("second"));
  await reload(server);
  assert.equal((await server.stop()).code, 0);
  assert.deepEqual(readNotes(place), [
    "first executed",
    "first on_starting",
    "first when_ready",
    "second executed",
    "second on_reload",
    "second on_exit",
  ]);
});
