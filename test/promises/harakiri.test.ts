import assert from "node:assert/strict";
import { test } from "node:test";
import { RawClient } from "../support/raw-client.ts";
import { Folder, type RunningServer, startServer, until } from "../support/start-server.ts";

/** /hang waits, /compute holds Python's lock in C, /stream hangs behind its first piece, /sleep?SECONDS is slow. */
const SOURCE = `
import os, re, signal, threading, time

def hang(path):
    if path == "/compute":
        re.match(r"(a+)+$", "a" * 60 + "b")
    time.sleep(600)

def pieces():
    yield b"first"
    hang("/stream")

def application(environ, start_response):
    path, query = environ["PATH_INFO"], environ["QUERY_STRING"]
    print("begun", path, os.getpid(), flush=True)
    if path in ("/hang", "/compute"):
        hang(path)
    if path == "/sleep":
        time.sleep(float(query))
    start_response("200 OK", [("Content-Type", "text/plain")])
    return pieces() if path == "/stream" else [str(os.getpid()).encode()]

def on_warning(number, frame):
    print("warned by", number, flush=True)
    if os.environ.get("LEAVE"):
        raise RuntimeError("warned")
signal.signal(signal.SIGWINCH, on_warning)
`;

async function startWith(folder: Folder, args: readonly string[]): Promise<RunningServer> {
  return startServer([...args, folder.write("app.py", SOURCE)]);
}

function get(path: string): string {
  return `GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`;
}

test("a request that takes too long: 504, its stack in the log first, and a successor serves", async () => {
  using folder = new Folder();
  await using server = await startWith(folder, ["--harakiri", "1"]);
  const [worker = 0] = await server.untilPids("worker", { count: 1 });
  using client = await RawClient.connect(server.port);
  client.send(get("/hang?q=1"));
  const { status, text } = await client.response();
  assert.equal(status, 504);
  assert.equal(text, "504 Gateway Timeout\nThe application took too long to answer this request.\n");
  // The connection is none the worse for it.
  client.send(get("/"));
  assert.notEqual((await client.response()).text, String(worker));
  await server.untilPids("worker", { count: 1, without: [worker] });
  const title = `worker 1 \\(pid ${worker}\\): `;
  await server.waitForLog(new RegExp(`${title}killed by signal 9`));
  assert.match(
    server.log,
    new RegExp(
      `${title}GET /hang\\?q=1 from 127\\.0\\.0\\.1 has run for [\\d.]+ s, longer than harakiri \\(1s\\)`,
    ),
  );
  assert.match(
    server.log,
    new RegExp(`${title}what it is doing.*\\n.*thread 0x\\w+ runs it:\\n.*line \\d+ in hang`),
  );
  await server.waitForLog(/"GET \/hang\?q=1 HTTP\/1\.1" 504 .*it ran for longer than 1 s \(harakiri\)/);
  const orderOf = (pattern: RegExp) => server.log.search(pattern);
  assert.ok(orderOf(/what it is doing/) < orderOf(/killed by signal 9/), server.log);
});

test("a request that holds Python's lock in C is no exception", async () => {
  using folder = new Folder();
  await using server = await startWith(folder, ["--harakiri", "1"]);
  assert.equal((await server.fetch("/compute")).status, 504);
  await server.waitForLog(/runs it:\n.*in match\n.*in hang/);
  assert.equal((await server.fetch()).status, 200);
});

test("a response that has begun is cut off", async () => {
  using folder = new Folder();
  await using server = await startWith(folder, ["--harakiri", "1"]);
  using client = await RawClient.connect(server.port);
  client.send(get("/stream"));
  const received = (await client.untilClosed()).toString("latin1");
  assert.match(received, /^HTTP\/1\.1 200 OK\r\n[\s\S]*\r\n5\r\nfirst\r\n$/);
  assert.equal((await server.fetch()).status, 200);
});

test("waiting for a worker is not running: the wait does not count", async () => {
  using folder = new Folder();
  await using server = await startWith(folder, ["--harakiri", "2"]);
  const statuses = await Promise.all(
    Array.from({ length: 4 }, async () => (await server.fetch("/sleep?1")).status),
  );
  assert.deepEqual(statuses, [200, 200, 200, 200]);
  assert.doesNotMatch(server.log, /has run for/);
});

test("a client that takes its time does not count: nobody kills a worker for it", async () => {
  using folder = new Folder();
  folder.write(
    "big.py",
    `
def application(environ, start_response):
    start_response("200 OK", [])
    for _ in range(400):
        yield b"x" * 65536
`,
  );
  await using server = await startServer([
    "--harakiri",
    "2",
    "--response-buffering",
    "64k",
    "--socket-timeout",
    "60",
    folder.file("big.py"),
  ]);
  using client = await RawClient.connect(server.port);
  client.send(get("/"));
  await client.readUpTo(100_000);
  for (let size = 200_000; size <= 3_600_000; size += 200_000) {
    await new Promise((resolve) => setTimeout(resolve, 250));
    await client.readUpTo(size);
  }
  client.socket.resume();
  assert.equal((await client.response()).body.length, 400 * 65_536);
  assert.doesNotMatch(server.log, /has run for/);
});

test("the other threads' requests finish, what was not begun goes elsewhere, nothing runs twice", async () => {
  using folder = new Folder();
  await using server = await startWith(folder, ["--harakiri", "3", "--threads", "3", "--listen", "100"]);
  const [worker = 0] = await server.untilPids("worker", { count: 1 });
  const hanging = server.fetch("/hang");
  await server.waitForLog(/begun \/hang/);
  const again = server.fetch("/hang?2");
  await until("both to hang", () => server.log.split("begun /hang").length === 3);
  await new Promise((resolve) => setTimeout(resolve, 1500));
  // Begun by the third thread before the kill, and ends behind it.
  const slow = server.fetch("/sleep?2.5");
  await server.waitForLog(/begun \/sleep/);
  const waiting = server.fetch("/");
  assert.equal((await hanging).status, 504);
  assert.equal((await again).status, 504);
  const answered = await slow;
  assert.equal(answered.status, 200);
  assert.equal(await answered.text(), String(worker));
  const elsewhere = await waiting;
  assert.equal(elsewhere.status, 200);
  assert.notEqual(await elsewhere.text(), String(worker));
  assert.equal(server.log.split("begun / ").length, 2, server.log);
  await server.untilPids("worker", { count: 1, without: [worker] });
  assert.match(server.log, /GET \/hang(\?2)? from .* too$/m);
});

test("harakiri-verbose: what each thread does in the kernel", async () => {
  using folder = new Folder();
  await using server = await startWith(folder, ["--harakiri", "1", "--harakiri-verbose"]);
  const [worker = 0] = await server.untilPids("worker", { count: 1 });
  assert.equal((await server.fetch("/hang")).status, 504);
  const task = `task ${worker}: S \\(sleeping\\), waits in \\w+, system call (\\d+ 0x|not to be read)`;
  await server.waitForLog(new RegExp(`what the kernel says of its threads:\\n +${task}`));
});

test("harakiri-graceful-timeout: the signal first, and time to end", async () => {
  using folder = new Folder();
  const args = ["--harakiri", "1", "--harakiri-graceful-timeout", "20", "--harakiri-graceful-signal", "28"];
  await using server = await startServer([...args, folder.write("app.py", SOURCE)], {
    environment: { LEAVE: "yes" },
  });
  const [worker = 0] = await server.untilPids("worker", { count: 1 });
  // The application takes the warning as an exception, which is answered as any other.
  assert.equal((await server.fetch("/hang")).status, 500);
  await server.waitForLog(/gets signal 28, and 20s to finish \(harakiri-graceful-timeout\)/);
  await server.waitForLog(new RegExp(`worker 1 \\(pid ${worker}\\): has left`));
  assert.match(server.log, /warned by 28/);
});

test("harakiri-graceful-timeout: who does not end in time is killed", async () => {
  using folder = new Folder();
  const args = ["--harakiri", "1", "--harakiri-graceful-timeout", "1", "--harakiri-graceful-signal", "28"];
  await using server = await startWith(folder, args);
  const begin = performance.now();
  assert.equal((await server.fetch("/hang")).status, 504);
  assert.ok(performance.now() - begin > 2000);
  assert.match(server.log, /warned by 28/);
  await server.waitForLog(/killed by signal 9/);
});

test("harakiri-queue-threshold: a late request goes on while nobody waits", async () => {
  using folder = new Folder();
  await using server = await startWith(folder, ["--harakiri", "1", "--harakiri-queue-threshold", "2"]);
  const hanging = server.fetch("/hang");
  await server.waitForLog(/it may go on: 0 requests wait, and harakiri-queue-threshold is 2/);
  const [worker = 0] = server.pids("worker");
  const waiting = [server.fetch("/"), server.fetch("/")];
  assert.equal((await hanging).status, 504);
  for (const one of waiting) assert.notEqual(await (await one).text(), String(worker));
});

for (const routers of [1, 2]) {
  test(`several workers that hang at once, ${routers} router(s): each is replaced`, async () => {
    using folder = new Folder();
    const args = ["--harakiri", "1", "--processes", "3", "--http-processes", String(routers)];
    await using server = await startWith(folder, args);
    await server.untilPids("worker", { count: 3 });
    const answers = await Promise.all(Array.from({ length: 3 }, () => server.fetch("/hang")));
    assert.deepEqual(
      answers.map(({ status }) => status),
      [504, 504, 504],
    );
    const hung = [...server.log.matchAll(/begun \/hang (\d+)/g)].map(([, pid]) => Number(pid));
    assert.equal(new Set(hung).size, 3);
    await server.untilPids("worker", { count: 3, without: hung });
    assert.equal((await server.fetch()).status, 200);
  });
}
