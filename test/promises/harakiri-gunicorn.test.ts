import assert from "node:assert/strict";
import { test } from "node:test";
import { readNotes, startGunicorn } from "../support/start-gunicorn.ts";
import { Folder } from "../support/start-server.ts";

const APPLICATION = `
import os, re, time

def hold():
    re.match(r"(a+)+$", "a" * 60 + "b")

def hang():
    while True: time.sleep(60)

def application(environ, start_response):
    if environ["PATH_INFO"] == "/hang": hang()
    if environ["PATH_INFO"] == "/hold": hold()
    if environ["PATH_INFO"] == "/slow": time.sleep(2.5)
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [str(os.getpid()).encode()]
`;

test("timeout of a sync worker: the stack in the log, worker_abort is called, 504, and a successor serves", async () => {
  using folder = new Folder();
  const configuration = `
timeout = 1
def worker_abort(worker): note("worker_abort", worker.pid == os.getpid())
def worker_exit(server, worker): note("worker_exit")
`;
  await using server = await startGunicorn(folder, { configuration, application: APPLICATION });
  const [worker = 0] = await server.untilPids("worker", { count: 1 });
  assert.equal((await server.fetch("/hang")).status, 504);
  const title = `worker 1 \\(pid ${worker}\\): `;
  await server.waitForLog(new RegExp(`${title}exit code 1`));
  assert.match(
    server.log,
    new RegExp(`${title}GET /hang from .* has run for [\\d.]+ s, longer than timeout \\(1s\\)`),
  );
  assert.match(server.log, /runs it:\n.*line \d+ in hang/);
  assert.deepEqual(readNotes(folder), ["worker_abort True", "worker_exit"]);
  assert.notEqual(await (await server.fetch()).text(), String(worker));
});

test("timeout of a sync worker that does not answer SIGABRT: it is killed a second later", async () => {
  using folder = new Folder();
  const configuration = `
import time
timeout = 1
def worker_abort(worker):
    note("worker_abort")
    time.sleep(60)
`;
  await using server = await startGunicorn(folder, { configuration, application: APPLICATION });
  assert.equal((await server.fetch("/hang")).status, 504);
  await server.waitForLog(/killed by signal 9/);
  assert.deepEqual(readNotes(folder), ["worker_abort"]);
});

for (const args of [
  ["--threads", "2"],
  ["-k", "gthread"],
])
  test(`timeout with ${args.join(" ")}: requests may take their time, as in Gunicorn`, async () => {
    using folder = new Folder();
    const configuration = "timeout = 1";
    await using server = await startGunicorn(folder, { configuration, application: APPLICATION, args });
    assert.equal((await server.fetch("/slow")).status, 200);
    assert.doesNotMatch(server.log, /has run for/);
  });

test("timeout with threads: a worker in which nothing gets to run is shown and replaced", async () => {
  using folder = new Folder();
  const args = ["--threads", "2"];
  await using server = await startGunicorn(folder, {
    configuration: "timeout = 2",
    application: APPLICATION,
    args,
  });
  const [worker = 0] = await server.untilPids("worker", { count: 1 });
  assert.equal((await server.fetch("/hold")).status, 502);
  const title = `worker 1 \\(pid ${worker}\\): `;
  // Its main thread hears SIGABRT while it matches, another one does not.
  await server.waitForLog(new RegExp(`${title}(?:killed by signal 9|exit code 1)`));
  assert.match(server.log, new RegExp(`${title}has given no sign of life for longer than timeout \\(2s\\)`));
  assert.match(server.log, /what it is doing.*\n(?: .*\n)*?.*line \d+ in hold\n/);
  assert.notEqual(await (await server.fetch()).text(), String(worker));
});
