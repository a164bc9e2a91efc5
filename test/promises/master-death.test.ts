import assert from "node:assert/strict";
import { existsSync, readdirSync } from "node:fs";
import { test } from "node:test";
import { writeHelloApp } from "../support/hello-app.ts";
import { Folder, startServer, until } from "../support/start-server.ts";

const SOON = 2_000;

for (const signal of ["SIGKILL", "SIGSEGV"] as const) {
  test(`after ${signal} to the master nothing stays behind: no process, no socket, no directory`, async () => {
    using folder = new Folder();
    const path = folder.file("a.sock");
    const scratch = folder.write("tmp/here", "");
    const environment = { TMPDIR: folder.file("tmp") };
    const listeners = ["--http", "127.0.0.1:0", "--http", path];
    const args = [...listeners, "--processes", "3", "--threads", "2", writeHelloApp(folder)];
    await using server = await startServer(args, { environment });
    await server.untilPids("worker", { count: 3 });
    assert.equal(readdirSync(folder.file("tmp")).length, 2);
    server.kill(signal);
    await server.untilGone(SOON);
    assert.ok(!existsSync(path));
    assert.ok(existsSync(scratch));
    assert.deepEqual(readdirSync(folder.file("tmp")), ["here"]);
  });
}

test("what an instance left behind when all of it was killed, the next start removes", async () => {
  using folder = new Folder();
  const app = writeHelloApp(folder);
  folder.write("tmp/tsgi-foreign/notes.txt", "");
  const environment = { TMPDIR: folder.file("tmp") };
  const directories = () => readdirSync(folder.file("tmp")).filter((name) => name !== "tsgi-foreign");
  await using living = await startServer([app], { environment });
  const kept = directories();
  await using killed = await startServer([app], { environment });
  // Those that would clean up die first.
  for (const pid of [...killed.pids("router"), killed.pid]) process.kill(pid, "SIGSTOP");
  for (const pid of [...killed.pids("router"), killed.pid]) process.kill(pid, "SIGKILL");
  await killed.untilGone(SOON);
  assert.equal(directories().length, 2);
  await using next = await startServer([app], { environment });
  assert.equal(directories().length, 2);
  assert.ok(directories().includes(kept[0] ?? ""), "a living instance keeps its own");
  assert.ok(existsSync(folder.file("tmp/tsgi-foreign/notes.txt")), "nor is anything else touched");
  for (const server of [living, next]) assert.equal((await server.fetch()).status, 200);
});

const BUSY = {
  "an endless loop": "while True: pass",
  "a regular expression that holds the interpreter": "import re; re.match('(a+)+b', 'a' * 64)",
  "a long sleep": "time.sleep(600)",
};

for (const [what, statement] of Object.entries(BUSY)) {
  test(`workers end with a killed master, also in ${what}`, async () => {
    using folder = new Folder();
    const more = `
def application(environ, start_response):
    print("busy", flush=True)
    ${statement}
`;
    await using server = await startServer(["--processes", "2", writeHelloApp(folder, { more })]);
    await server.untilPids("worker", { count: 2 });
    const response = server.fetch().catch(() => undefined);
    await server.waitForLog(/busy/);
    server.kill("SIGKILL");
    await server.untilGone(SOON);
    await response;
  });
}

test("a master that is killed while the application loads leaves nothing behind either", async () => {
  using folder = new Folder();
  const app = folder.write("app.py", "import time\nprint('loading', flush=True)\ntime.sleep(600)\n");
  folder.write("tmp/here", "");
  const environment = { TMPDIR: folder.file("tmp") };
  await using server = await startServer([app], { withoutWaiting: true, environment });
  await server.waitForLog(/loading/);
  server.kill("SIGKILL");
  await server.untilGone(SOON);
  await until("the directory to go", () => readdirSync(folder.file("tmp")).length === 1);
});
