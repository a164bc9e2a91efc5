import assert from "node:assert/strict";
import { chmodSync, existsSync, lchownSync, readFileSync, symlinkSync } from "node:fs";
import net from "node:net";
import { test } from "node:test";
import { ANY_USERS_PYTHON, cannotBecome } from "../support/other-user.ts";
import { readNotes, runGunicornToEnd, startGunicorn } from "../support/start-gunicorn.ts";
import { Folder, until } from "../support/start-server.ts";

/** Behind the lines that the tests put in front of every file. */
const FAILURES = {
  "a syntax error": ["workers = = 2", /gunicorn\.conf\.py:\d+: invalid syntax\n\s+workers = = 2/],
  "an exception": [
    "def find(): return os.environ['NOT_THERE']\nworkers = find()",
    /gunicorn\.conf\.py:\d+: KeyError: 'NOT_THERE'\n\n\s+Traceback[\s\S]*in find/,
  ],
  "sys.exit()": [
    "import sys\nsys.exit(3)",
    /gunicorn\.conf\.py:\d+: the file ends the interpreter: SystemExit\(3\)/,
  ],
  "os._exit()": ["os._exit(3)", /gunicorn\.conf\.py ended Python while it was executed: exit code 3/],
  "a module that is not there": [
    "import no_such_module",
    /gunicorn\.conf\.py:\d+: no module named no_such_module/,
  ],
  "a hook with the wrong arguments": [
    "def post_fork(server): pass",
    /gunicorn\.conf\.py:\d+: post_fork\(server\) cannot be called .*: write post_fork\(server, worker\)/,
  ],
  "a logconfig that is not there": [
    'chdir = "/tmp"\nlogconfig = "no-such.conf"',
    /gunicorn\.conf\.py:\d+: logconfig: logging cannot be configured .* there is no file \/tmp\/no-such\.conf\n/,
  ],
} as const;

for (const [what, [text, message]] of Object.entries(FAILURES)) {
  test(`a file with ${what} is refused with its line and without our own frames`, async () => {
    using folder = new Folder();
    const { exit, output, leftBehind } = await runGunicornToEnd(folder, { configuration: text });
    assert.deepEqual(exit, { code: 1, signal: null });
    assert.match(output, message);
    assert.doesNotMatch(output, /python\/tsgi/);
    assert.deepEqual(leftBehind, []);
  });
}

test("logconfig sets up what hooks log, from a file below chdir", async () => {
  using folder = new Folder();
  folder.write("below/logging.conf", LOGGING);
  folder.write("below/app.py", applicationThatAnswers("'hello'"));
  const configuration = `
chdir = "below"
logconfig = "logging.conf"
def when_ready(server): server.log.info("ready")
`;
  await using server = await startGunicorn(folder, { configuration });
  await until("the line", () => existsSync(folder.file("below/hooks.log")));
  await until("the line", () => folder.read("below/hooks.log") === "hook says ready\n");
  assert.doesNotMatch(server.log, /is not in this version/);
});

test("pidfile: a second instance is refused, a stale one is replaced, and it goes at the end", async () => {
  using folder = new Folder();
  const configuration = 'pidfile = "tsgi.pid"';
  // No pid is so high.
  folder.write("tsgi.pid", "999999999\n");
  await using server = await startGunicorn(folder, { configuration });
  assert.equal(folder.read("tsgi.pid"), `${server.pid}\n`);
  const second = await runGunicornToEnd(folder, { configuration });
  assert.equal(second.exit.code, 1);
  assert.match(
    second.output,
    new RegExp(`gunicorn\\.conf\\.py:\\d+: pidfile: already running on PID ${server.pid}: .*tsgi\\.pid`),
  );
  assert.equal(folder.read("tsgi.pid"), `${server.pid}\n`);
  await server.stop();
  assert.equal(existsSync(folder.file("tsgi.pid")), false);
});

test("what the file prints is in the log", async () => {
  using folder = new Folder();
  await using server = await startGunicorn(folder, { configuration: "print('reading', __file__)" });
  await server.waitForLog(/^reading .*gunicorn\.conf\.py$/m);
});

const LOGGING = `
[loggers]
keys = root, error
[handlers]
keys = file
[formatters]
keys = plain
[logger_root]
handlers =
[logger_error]
qualname = gunicorn.error
level = INFO
handlers = file
[handler_file]
class = FileHandler
args = ("hooks.log",)
formatter = plain
[formatter_plain]
format = hook says %(message)s
`;

test("a file that hangs: a signal ends the start, and nothing stays behind", async () => {
  for (const signal of ["SIGTERM", "SIGINT", "SIGKILL"] as const) {
    using folder = new Folder();
    const configuration = "note('hanging')\nwhile True: pass";
    await using server = await startGunicorn(folder, { configuration, withoutWaiting: true });
    await until("it to hang", () => readNotes(folder).length === 1);
    server.kill(signal);
    await server.untilGone(2_000);
  }
});

test("a start that is refused later ends the process that has executed the file", async () => {
  using folder = new Folder();
  await using taken = net.createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => taken.once("listening", resolve));
  const { port } = taken.address() as net.AddressInfo;
  const { exit, output, leftBehind } = await runGunicornToEnd(folder, {
    configuration: "note('executed')",
    args: ["--bind", `127.0.0.1:${port}`],
  });
  assert.equal(exit.code, 1);
  assert.match(output, new RegExp(`${port}`));
  assert.deepEqual(readNotes(folder), ["executed"]);
  assert.deepEqual(leftBehind, []);
});

test("raw_env and chdir reach hooks and application", async () => {
  using folder = new Folder();
  folder.write(
    "below/app.py",
    applicationThatAnswers("os.environ['COLOUR'] + ' ' + os.path.basename(os.getcwd())"),
  );
  const configuration = `
raw_env = ["COLOUR=red"]
chdir = "below"
def on_starting(server): note(os.environ["COLOUR"])
`;
  await using server = await startGunicorn(folder, { configuration });
  assert.equal(await (await server.fetch()).text(), "red below");
  assert.equal(folder.read("below/notes"), "red\n");
});

test("an application that looks for Gunicorn in SERVER_SOFTWARE finds it", async () => {
  using folder = new Folder();
  const seen = "os.environ['SERVER_SOFTWARE'] + environ['SERVER_SOFTWARE']";
  const application = applicationThatAnswers(seen);
  await using server = await startGunicorn(folder, { configuration: "", application });
  assert.match(await (await server.fetch()).text(), /gunicorn.*gunicorn/);
});

test("a trusted proxy's word on the scheme counts, and nobody else's", async () => {
  using folder = new Folder();
  const application = applicationThatAnswers("environ['wsgi.url_scheme']");
  const schemeBehind = async (settings: string, headers: Record<string, string>) => {
    await using server = await startGunicorn(folder, { configuration: settings, application });
    const response = await server.fetch("/", { headers });
    return response.ok ? await response.text() : String(response.status);
  };
  const https = { "X-Forwarded-Proto": "https" };
  assert.equal(await schemeBehind("", https), "https");
  assert.equal(await schemeBehind("", {}), "http");
  assert.equal(await schemeBehind("", { ...https, "X-Forwarded-Ssl": "off" }), "400");
  assert.equal(await schemeBehind('forwarded_allow_ips = "10.0.0.0/8"', https), "http");
  assert.equal(await schemeBehind('forwarded_allow_ips = "10.0.0.0/8, 127.0.0.0/8"', https), "https");
  assert.equal(await schemeBehind('forwarded_allow_ips = "*"', https), "https");
  assert.equal(await schemeBehind('secure_scheme_headers = {"X-Tls": "yes"}', { "X-Tls": "yes" }), "https");
});

test("errorlog takes what the application, the hooks and the server write", async () => {
  using folder = new Folder();
  const configuration = `
errorlog = "all.log"
umask = 0o077
def when_ready(server): server.log.info("hooks too")
`;
  await using server = await startGunicorn(folder, {
    configuration,
    application: `print("imported")\n${applicationThatAnswers("'hello'")}`,
    withoutWaiting: true,
  });
  const log = () => {
    try {
      return folder.read("all.log");
    } catch {
      return "";
    }
  };
  await server.until(
    "the lines in the file",
    () => /hooks too/.test(log()),
    () => server.log + log(),
  );
  assert.match(log(), /^imported$/m);
  assert.match(log(), /Listening at: http:\/\/127\.0\.0\.1:\d+ /);
  assert.equal(server.log, "");
});

const asNobody = { skip: cannotBecome({ user: "nobody", group: "daemon" }, ANY_USERS_PYTHON) };

test("started as root: the file is executed by root, all else runs as the user", asNobody, async () => {
  using folder = new Folder();
  chmodSync(folder.path, 0o777);
  chmodSync(folder.write("notes", ""), 0o666);
  const identity = "pwd.getpwuid(os.getuid()).pw_name, [grp.getgrgid(gid).gr_name for gid in os.getgroups()]";
  const configuration = `
import grp, pwd
user = "nobody"
group = "daemon"
note("file", os.getuid())
def on_starting(server): note("on_starting", ${identity})
def post_fork(server, worker): note("post_fork", ${identity})
`;
  const application = `import grp, pwd\n${applicationThatAnswers(`str((${identity}))`)}`;
  const args = ["--python", ANY_USERS_PYTHON];
  await using server = await startGunicorn(folder, { configuration, application, args });
  assert.equal(await (await server.fetch()).text(), "('nobody', ['daemon'])");
  const asThatUser = ["on_starting nobody ['daemon']", "post_fork nobody ['daemon']"];
  assert.deepEqual(readNotes(folder), ["file 0", ...asThatUser]);
  const [zygote = 0] = server.pids("zygote");
  const [worker = 0] = server.pids("worker");
  // A successor is started by a master that has no privileges left.
  process.kill(zygote, "SIGKILL");
  await until("the successor", () => readNotes(folder).length === 5);
  process.kill(worker, "SIGKILL");
  await server.untilPids("worker", { count: 1, without: [worker] });
  assert.equal(await (await server.fetch()).text(), "('nobody', ['daemon'])");
  assert.match(readNotes(folder)[3] ?? "", /^file [1-9]/);
});

test("started as root: both logs may lie where only root writes, as with Gunicorn", asNobody, async () => {
  using folder = new Folder();
  chmodSync(folder.path, 0o755);
  const configuration = `
user = "nobody"
accesslog = "access.log"
errorlog = "error.log"
`;
  const log = (name: string) => readFileSync(folder.file(name), "utf8");
  const args = ["--python", ANY_USERS_PYTHON];
  await using server = await startGunicorn(folder, { configuration, args, withoutWaiting: true });
  await server.until(
    "the start",
    () => existsSync(folder.file("error.log")) && /^listening/m.test(log("error.log")),
    () => `${server.log}\n${existsSync(folder.file("error.log")) ? log("error.log") : ""}`,
  );
  const url = /^listening on (http:\S+)/m.exec(log("error.log"))?.[1] ?? "";
  assert.equal((await fetch(url)).status, 200);
  await until("the line", () => log("access.log").includes("GET / HTTP/1.1"));
  await server.stop();
});

test("started as root: a log or pidfile behind another user's link is refused", asNobody, async () => {
  const args = ["--python", ANY_USERS_PYTHON];
  for (const setting of ["errorlog", "accesslog", "pidfile"]) {
    using folder = new Folder();
    symlinkSync(folder.write("target", "precious"), folder.file("link"));
    lchownSync(folder.file("link"), 65534, 65534);
    const configuration = `user = "nobody"\n${setting} = "link"\n`;
    const { exit, output, leftBehind } = await runGunicornToEnd(folder, { configuration, args });
    assert.match(output, /link: is a symbolic link that does not belong to root/);
    assert.deepEqual([exit.code, leftBehind], [1, []]);
    assert.equal(readFileSync(folder.file("target"), "utf8"), "precious");
  }
});

test("what systemd tells the master stays out of the application's environment", async () => {
  using folder = new Folder();
  const application = applicationThatAnswers('",".join(name for name in os.environ if "LISTEN_" in name)');
  const environment = { LISTEN_PID: "1", LISTEN_FDS: "1", LISTEN_FDNAMES: "http" };
  await using server = await startGunicorn(folder, { configuration: "", application, environment });
  assert.equal(await (await server.fetch()).text(), "");
});

function applicationThatAnswers(expression: string): string {
  return `
import os

def application(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [(${expression}).encode()]
`;
}
