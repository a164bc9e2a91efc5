import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { chmodSync, chownSync, existsSync, lstatSync, readFileSync, writeFileSync } from "node:fs";
import { after, test } from "node:test";
import { ANY_USERS_PYTHON, cannotBecome, NOBODY } from "../support/other-user.ts";
import { Folder, type RunningServer, runToEnd, startServer } from "../support/start-server.ts";

const folder = new Folder();
after(() => folder[Symbol.dispose]());

const app = folder.write(
  "app.py",
  `import os
def application(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [str(os.getpid()).encode()]
`,
);

let made = 0;

function nextPath(): string {
  made += 1;
  return folder.file(`${made}.fifo`);
}

/** Waits for a reader no longer than the server lives: the master has it open. */
function send(path: string, text: string): void {
  writeFileSync(path, text, { flag: "r+" });
}

async function startWith(...paths: readonly string[]): Promise<RunningServer> {
  return startServer([...paths.flatMap((path) => ["--master-fifo", path]), app]);
}

test("master-fifo is made for its owner alone, takes letters, and is removed at the end", async () => {
  const path = nextPath();
  await using server = await startWith(path);
  assert.equal(lstatSync(path).mode & 0o7777, 0o600);
  assert.ok(lstatSync(path).isFIFO());
  send(path, "r\n");
  await server.waitForLog(/master-fifo \(\S+\): reloading[\s\S]*generation 2 serves/);
  send(path, "r");
  await server.waitForLog(/generation 3 serves/);
  send(path, "s\n");
  await server.waitForLog(/worker 1 +\d+ +idle/);
  send(path, "q");
  assert.deepEqual(await server.exit, { code: 0, signal: null });
  assert.equal(existsSync(path), false);
});

test("Q ends at once, also with several letters in one line", async () => {
  const path = nextPath();
  await using server = await startWith(path);
  send(path, "sQ\n");
  await server.exit;
  assert.match(server.log, /worker 1 +\d+[\s\S]*stopping at once|stopping at once/);
});

test("a digit changes to another pipe, and the one before is no longer read", async () => {
  const [first, second] = [nextPath(), nextPath()];
  await using server = await startWith(first, second);
  assert.equal(existsSync(second), false);
  send(first, "1\n");
  await server.waitForLog(/commands are now read from master-fifo \(\S+\)/);
  send(first, "Q\n");
  send(second, "p\n");
  await server.waitForLog(/paused: requests that come wait/);
  send(second, "7\n");
  await server.waitForLog(/ignored: there is no master-fifo of the number 7/);
  send(second, "p\n");
  await server.waitForLog(/goes on after the pause/);
  assert.equal((await server.fetch()).status, 200);
  await server.stop();
  assert.deepEqual([first, second].map(existsSync), [false, false]);
});

test("what is no command is ignored with one line, whatever else stands in it", async () => {
  const path = nextPath();
  await using server = await startWith(path);
  send(path, "\x1b[2Jquit now\nq\n");
  await server.waitForLog(/ignored: "\\x1b\[2Jquit now\\x0aq": a letter in "\\x1b\[2Jquit" means nothing/);
  send(path, `${"Q".repeat(60_000)}\n`);
  await server.waitForLog(/ignored: "QQQQ[^\n]+nobody means so much at once/);
  send(path, "EBS\n");
  send(path, "s\n");
  await server.waitForLog(/worker 1 +\d+ +idle/);
  assert.equal(server.log.match(/ignored/g)?.length, 2);
  assert.equal((await server.fetch()).status, 200);
});

test("a flood of letters neither does anything nor fills the log, and the server answers", async () => {
  const path = nextPath();
  await using server = await startWith(path);
  const began = Date.now();
  const flood = spawn("sh", ["-c", 'yes s > "$0"', path], { stdio: "ignore", detached: true });
  const killFlood = () => process.kill(-(flood.pid ?? 0), "SIGKILL");
  try {
    await server.waitForLog(/ignored: "s/);
    for (let count = 0; count < 50; count += 1) assert.equal((await server.fetch()).status, 200);
  } finally {
    killFlood();
  }
  const lines = server.log.match(/ignored/g)?.length ?? 0;
  assert.ok(lines <= (Date.now() - began) / 1000 + 1, `${lines} lines`);
  send(path, "s\n");
  await server.waitForLog(/worker 1 +\d+ +idle/);
});

test("a second instance takes the pipe over, and the first one leaves it alone at its end", async () => {
  const path = nextPath();
  await using first = await startWith(path);
  await using second = await startWith(path);
  assert.equal((await first.stop()).code, 0);
  send(path, "s\n");
  await second.waitForLog(/worker 1 +\d+ +idle/);
  assert.doesNotMatch(first.log, /worker 1 +\d+ +idle/);
});

test("a start is refused where something else stands in its place, or where it cannot be made", async () => {
  const other = folder.write("other", "mine");
  const refused = await runToEnd(["--http", "127.0.0.1:0", "--master-fifo", other, app]);
  assert.equal(refused.exit.code, 1);
  assert.match(
    refused.output,
    /--master-fifo \(argument 3\): \S+other: is there already, and is no named pipe/,
  );
  assert.equal(folder.read("other"), "mine");
  const nowhere = folder.file("no/such/fifo");
  const missing = await runToEnd(["--http", "127.0.0.1:0", "--master-fifo", nowhere, app]);
  assert.match(missing.output, /no\/such\/fifo: its directory does not exist/);
  assert.deepEqual([refused.leftBehind, missing.leftBehind], [[], []]);
});

test("a pipe that an operator has made stays; one of a stranger's is refused", {
  skip: cannotBecome(NOBODY, ANY_USERS_PYTHON),
}, async () => {
  using own = new Folder();
  chmodSync(own.path, 0o755);
  chmodSync(own.write("app.py", readFileSync(app, "utf8")), 0o644);
  const path = own.file("made.fifo");
  execFileSync("mkfifo", ["-m", "600", path]);
  chownSync(path, Number(NOBODY.user), Number(NOBODY.group));
  const args = [
    "--python",
    ANY_USERS_PYTHON,
    "--uid",
    NOBODY.user,
    "--master-fifo",
    path,
    own.file("app.py"),
  ];
  const before = lstatSync(path).ino;
  await using server = await startServer(args);
  send(path, "r\n");
  await server.waitForLog(/generation 2 serves/);
  await server.stop();
  assert.equal(lstatSync(path).ino, before);
  chownSync(path, 1, 1);
  const refused = await runToEnd(["--http", "127.0.0.1:0", ...args]);
  assert.match(refused.output, /made\.fifo: is there already, and belongs to another user/);
});
