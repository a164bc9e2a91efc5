import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, cpSync, mkdirSync, readdirSync, symlinkSync } from "node:fs";
import { createServer } from "node:net";
import { homedir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { writeHelloApp } from "../support/hello-app.ts";
import { ANY_USERS_PYTHON, cannotBecome, NOBODY, wrapperOf } from "../support/other-user.ts";
import { Folder, NODE, runToEnd, type StartOptions, startServer } from "../support/start-server.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** Starts, expects exit code 1 with nothing left behind, and answers what was written. */
async function refused(args: readonly string[], options: StartOptions = {}): Promise<string> {
  using scratch = new Folder();
  const environment = { TMPDIR: scratch.path, ...options.environment };
  const { exit, output, leftBehind } = await runToEnd(args, { ...options, environment });
  assert.deepEqual(exit, { code: 1, signal: null }, output);
  assert.deepEqual(leftBehind, []);
  assert.deepEqual(readdirSync(scratch.path), [], "the run-time directory is removed");
  assert.doesNotMatch(output, /\.ts:\d+|node:internal/, "no stack of our own");
  return output;
}

test("an application that raises is refused with its own traceback in full", async () => {
  using folder = new Folder();
  folder.write("shop/__init__.py", "");
  folder.write("shop/prices.py", "def load():\n    return 1 / 0\n");
  const app = folder.write("app.py", "import shop.prices\n\nshop.prices.load()\n");
  const output = await refused(["--chdir", folder.path, app]);
  assert.match(output, /^tsgi: error: .*app\.py/m);
  assert.match(output, /File ".*app\.py", line 3/);
  assert.match(output, /File ".*shop\/prices\.py", line 2, in load/);
  assert.match(output, /ZeroDivisionError: division by zero/);
  assert.doesNotMatch(output, /python\/tsgi/, "without frames of ours");
});

test("a file that is not there is refused with its full path", async () => {
  using folder = new Folder();
  const output = await refused(["--wsgi-file", folder.file("missing.py")]);
  assert.ok(output.includes(folder.file("missing.py")), output);
});

test("a module that is not found is refused with the paths searched", async () => {
  using folder = new Folder();
  const output = await refused(["--module", "no_such_module:app", "--pythonpath", folder.path]);
  assert.match(output, /no_such_module/);
  assert.ok(output.includes(folder.path), output);
});

test("a callable that is not there is refused with those that are", async () => {
  using folder = new Folder();
  const app = folder.write("app.py", "def wsgi(environ, start_response): pass\n");
  assert.match(await refused(["--wsgi-file", app, "--callable", "handler"]), /handler[\s\S]*wsgi/);
});

test("with --lazy-apps a start in which no worker can import ends with the traceback", async () => {
  using folder = new Folder();
  const app = folder.write("app.py", "raise RuntimeError('no database')\n");
  const output = await refused(["--lazy-apps", "--processes", "2", app]);
  assert.match(output, /RuntimeError: no database/);
  assert.equal(output.match(/RuntimeError: no database/g)?.length, 1, "said once, not once a worker");
});

test("a Python that crashes while it imports is refused with the signal", async () => {
  using folder = new Folder();
  const app = folder.write("app.py", "import os, signal\nos.kill(os.getpid(), signal.SIGSEGV)\n");
  assert.match(await refused([app]), /while importing it \(killed by signal 11 \(SIGSEGV\)\)/);
});

test("an application that calls os._exit() while it is imported is refused with the exit code", async () => {
  using folder = new Folder();
  const app = folder.write("app.py", "import os\nos._exit(3)\n");
  assert.match(await refused([app]), /while importing it \(exit code 3\)/);
});

test("a port in use is refused with the process that has it", async () => {
  using folder = new Folder();
  const app = writeHelloApp(folder);
  await using first = await startServer([app]);
  const output = await refused(["--http", `127.0.0.1:${first.port}`, app]);
  assert.match(
    output,
    new RegExp(`cannot listen on 127\\.0\\.0\\.1:${first.port}: the port is in use by process \\d+`),
  );
});

test("several listeners that cannot be bound are refused together", async () => {
  using folder = new Folder();
  const app = writeHelloApp(folder);
  const busy = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => busy.once("listening", resolve));
  const address = busy.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const missing = folder.file("nowhere/a.sock");
  const listeners = [`127.0.0.1:${port}`, "203.0.113.7:8000", missing, "no-such-host.invalid:80"];
  const output = await refused([...listeners.flatMap((address) => ["--http", address]), app]);
  busy.close();
  assert.match(output, new RegExp(`:${port}: the port is in use by process ${process.pid} `));
  assert.match(
    output,
    /203\.0\.113\.7:8000: this machine does not have that address[\s\S]*it has .*127\.0\.0\.1/,
  );
  assert.match(output, /nowhere\/a\.sock: its directory does not exist/);
  assert.match(output, /no-such-host\.invalid:80: .*(ENOTFOUND|EAI_AGAIN)/);
});

test("a path that is not a socket is refused and left alone", async () => {
  using folder = new Folder();
  const app = writeHelloApp(folder);
  const path = folder.write("a.sock", "precious");
  assert.match(await refused(["--http", path, app]), /exists and is not a socket/);
  assert.equal(folder.read("a.sock"), "precious");
});

test("a port below 1024 without the right to it is refused with what to do", async (context) => {
  if (process.getuid?.() !== 0) return context.skip("only root can give up the right");
  using folder = new Folder();
  const app = writeHelloApp(folder);
  const wrapper = ["setpriv", "--bounding-set=-net_bind_service", "--inh-caps=-net_bind_service"];
  const { output, exit } = await runToEnd(["--http", "127.0.0.1:81", app], { wrapper });
  assert.equal(exit.code, 1);
  assert.match(output, /127\.0\.0\.1:81: permission denied: ports below 1024 belong to root/);
  assert.match(output, /CAP_NET_BIND_SERVICE/);
});

const somebody = { user: "12345", group: "12345" };

test("another user that only root could become is refused before anything is made", {
  skip: cannotBecome(somebody),
}, async () => {
  using folder = new Folder();
  const app = writeHelloApp(folder);
  // Still root's files, without root's rights.
  const wrapper = wrapperOf(somebody);
  execFileSync("chmod", ["-R", "a+rX", folder.path]);
  const options = ["--uid", "nobody", "--python", ANY_USERS_PYTHON, app];
  const { output, exit, leftBehind } = await runToEnd(options, { wrapper });
  assert.equal(exit.code, 1);
  assert.match(output, /--uid \(argument \d+\): only root can change the user \(running as 12345\)/);
  assert.deepEqual(leftBehind, []);
});

test("an interpreter that is not there is refused with where it was looked for", async () => {
  using folder = new Folder();
  const app = writeHelloApp(folder);
  assert.match(
    await refused(["--python", "/no/python3", app]),
    /--python \(argument \d+\): cannot find .* \/no\/python3: no executable/,
  );
  const output = await refused(["--home", folder.path, app]);
  assert.match(
    output,
    /--home \(argument \d+\): cannot find a Python in .*: neither bin\/python3 nor bin\/python/,
  );
  assert.match(output, /python3 -m venv .*python3-venv/);
  const environment = { PATH: folder.path, VIRTUAL_ENV: "" };
  assert.match(await refused([app], { environment }), /there is no python3 on the PATH[\s\S]*PATH is /);
});

test("an interpreter that is no Python is refused with what it did", async () => {
  using folder = new Folder();
  const app = writeHelloApp(folder);
  const python = folder.write("python3", "#!/bin/sh\necho 'no such library' >&2\nexit 127\n");
  chmodSync(python, 0o755);
  assert.match(await refused(["--python", python, app]), /cannot run the Python interpreter .*python3: /);
});

test("an interpreter that is too old is refused with its version", async (context) => {
  const old = findOldPython();
  if (old === null) return context.skip("this machine has no Python below 3.8");
  using folder = new Folder();
  symlinkSync(old, folder.file("python3"));
  const output = await refused(["--python", old, writeHelloApp(folder)]);
  assert.match(output, /too old[\s\S]*3\.8/);
});

test("a user, a log file and a pidfile that cannot be had are refused", async () => {
  using folder = new Folder();
  const app = writeHelloApp(folder);
  assert.match(
    await refused(["--uid", "no-such-user", app]),
    /--uid \(argument \d+\): there is no user "no-such-user"/,
  );
  assert.match(
    await refused(["--gid", "no-such-group", app]),
    /--gid \(argument \d+\): there is no group "no-such-group"/,
  );
  assert.match(
    await refused(["--logto", folder.file("no/log"), app]),
    /--logto .*no\/log: its directory does not exist/,
  );
  assert.match(
    await refused(["--pidfile", folder.file("no/pid"), app]),
    /--pidfile .*no\/pid: its directory does not exist/,
  );
});

test("a directory in the wrong place is refused by its name", async () => {
  using folder = new Folder();
  folder.write("site/notes.txt", "");
  const app = writeHelloApp(folder);
  const missing = folder.file("missing");
  assert.match(await refused(["--chdir", missing, app]), /--chdir .*missing: there is no such directory/);
  assert.match(await refused(["--chdir", app, "app"]), /--chdir .*app\.py: is not a directory/);
  for (const target of ["site", "site/"])
    assert.match(await refused([target], { cwd: folder.path }), /tsgi: error: .*site is a directory\n/);
});

test("an interpreter that the user of --uid may not execute is refused with that user", {
  skip: cannotBecome(NOBODY),
}, async () => {
  using folder = new Folder();
  const app = writeHelloApp(folder);
  folder.write("bin/python3", "#!/bin/sh\n");
  chmodSync(folder.file("bin/python3"), 0o755);
  // As /tmp is: the user that the server becomes must be able to remove its directory there.
  mkdirSync(folder.file("tmp"));
  for (const [path, mode] of [
    [folder.path, 0o711],
    [folder.file("tmp"), 0o1777],
    [folder.file("bin"), 0o700],
  ] as const)
    chmodSync(path, mode);
  const options = ["--uid", "nobody", "--python", folder.file("bin/python3"), app];
  const { exit, output } = await runToEnd(options, { environment: { TMPDIR: folder.file("tmp") } });
  assert.equal(exit.code, 1);
  assert.deepEqual(readdirSync(folder.file("tmp")), []);
  assert.match(output, /bin\/python3: user nobody may not execute it/);
});

test("a refusal also stands in the log file, where --logto names one", async () => {
  using folder = new Folder();
  const app = folder.write("app.py", "raise RuntimeError('no database')\n");
  await refused(["--logto", folder.file("log"), app]);
  assert.match(folder.read("log"), /RuntimeError: no database/);
});

test("what is refused for a line of a file is told with that line, together, and in the log file too", async () => {
  using folder = new Folder();
  const app = writeHelloApp(folder);
  const lines = [
    `wsgi-file = ${app}`,
    `logto = ${folder.file("log")}`,
    "chown-socket = nosuch",
    "chdir = /nope",
  ];
  const file = folder.write("uwsgi.ini", `[uwsgi]\n${lines.join("\n")}\n`);
  const output = await refused([file]);
  assert.match(output, /^tsgi: error: .*uwsgi\.ini:4: chown-socket: there is no user "nosuch"/m);
  assert.match(output, /^tsgi: error: .*uwsgi\.ini:5: chdir: \/nope: there is no such directory/m);
  assert.match(output, /^tsgi: not started: 2 errors$/m);
  assert.match(folder.read("log"), /uwsgi\.ini:4: chown-socket: .*\n.*uwsgi\.ini:5: chdir: /);
});

test("a user who may not go where tsgi lies is refused before anything is made", async (context) => {
  if (process.getuid?.() !== 0) return context.skip("only root can become another user");
  using folder = new Folder();
  for (const part of ["bin", "src", "python", "package.json"])
    cpSync(join(ROOT, part), folder.file(part), { recursive: true });
  symlinkSync(join(ROOT, "node_modules"), folder.file("node_modules"));
  const app = writeHelloApp(folder);
  mkdirSync(folder.file("tmp"));
  const options = ["--uid", "nobody", "--python", ANY_USERS_PYTHON, app];
  for (const [words, code] of [[[], 1] as const, [["check"], 2] as const]) {
    const argv = [folder.file("bin/tsgi.js"), ...words, ...options];
    const env = { ...process.env, TMPDIR: folder.file("tmp") };
    const { status, stdout, stderr } = spawnSync(NODE, argv, { env, encoding: "utf8", timeout: 30_000 });
    const output = (stdout + stderr).replace(/\s+/g, " ");
    assert.equal(status, code, output);
    assert.match(
      output,
      /--uid \(argument 1\): user nobody may not enter \/\S+, where (tsgi|Node) lies install/,
    );
    assert.deepEqual(readdirSync(folder.file("tmp")), []);
  }
});

function findOldPython(): string | null {
  const versions = join(process.env["PYENV_ROOT"] ?? join(homedir(), ".pyenv"), "versions");
  try {
    const old = readdirSync(versions).find((version) => /^(2\.7|3\.[0-7])\./.test(version));
    return old === undefined ? null : join(versions, old, "bin/python");
  } catch {
    return null;
  }
}
