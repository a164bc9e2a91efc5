import assert from "node:assert/strict";
import { test } from "node:test";
import { HOME } from "../support/framework-server.ts";
import { Folder, type RunningServer, startServer } from "../support/start-server.ts";

/** /wait lets the others run, /compute does not; /sleep?SECONDS. */
const SOURCE = `
import os, time

def compute():
    while True: pass

def wait():
    time.sleep(600)

def application(environ, start_response):
    path = environ["PATH_INFO"]
    print("begun", path, flush=True)
    if path == "/wait": wait()
    if path == "/compute": compute()
    if path == "/sleep": time.sleep(float(environ["QUERY_STRING"]))
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [str(os.getpid()).encode()]
`;

async function startWith(folder: Folder, kind: string): Promise<RunningServer> {
  return startServer(["--home", HOME, `--${kind}`, "10", "--harakiri", "2", folder.write("app.py", SOURCE)]);
}

for (const kind of ["gevent", "eventlet"]) {
  test(`${kind}: the stack of the green thread that waits too long is in the log; the others finish`, async () => {
    using folder = new Folder();
    await using server = await startWith(folder, kind);
    const [worker = 0] = await server.untilPids("worker", { count: 1 });
    const waiting = server.fetch("/wait");
    await server.waitForLog(/begun \/wait/);
    await new Promise((resolve) => setTimeout(resolve, 1000));
    const other = server.fetch("/sleep?1.8");
    await server.waitForLog(/begun \/sleep/);
    assert.equal((await waiting).status, 504);
    const answered = await other;
    assert.equal(answered.status, 200);
    assert.equal(await answered.text(), String(worker));
    await server.waitForLog(new RegExp(`worker 1 \\(pid ${worker}\\): killed by signal 9`));
    assert.match(
      server.log,
      /Greenlet 0x\w+ runs it:\n(?: +File .*\n)*? +File ".*app\.py", line \d+ in wait\n/,
    );
    assert.equal((await server.fetch()).status, 200);
  });

  test(`${kind}: a green thread that lets nobody else run is shown and ended`, async () => {
    using folder = new Folder();
    await using server = await startWith(folder, kind);
    assert.equal((await server.fetch("/compute")).status, 504);
    await server.waitForLog(/killed by signal 9/);
    assert.match(server.log, / 0x\w+ runs it:\n +File ".*app\.py", line \d+ in compute\n/);
    assert.equal((await server.fetch()).status, 200);
  });
}

test("heartbeat-timeout: a green thread may wait for long, but not keep the others from running", async () => {
  using folder = new Folder();
  const args = ["--home", HOME, "--gevent", "10", "--heartbeat-timeout", "2"];
  await using server = await startServer([...args, folder.write("app.py", SOURCE)]);
  const [worker = 0] = await server.untilPids("worker", { count: 1 });
  assert.equal(await (await server.fetch("/sleep?4")).text(), String(worker));
  assert.doesNotMatch(server.log, /sign of life/);
  assert.equal((await server.fetch("/compute")).status, 502);
  await server.waitForLog(/has given no sign of life for longer than heartbeat-timeout \(2s\)/);
  assert.match(server.log, /line \d+ in compute\n/);
  assert.equal((await server.fetch()).status, 200);
});
