import assert from "node:assert/strict";
import { existsSync, readFileSync, statSync } from "node:fs";
import { after, test } from "node:test";
import { writeHelloApp } from "../support/hello-app.ts";
import { ordinaryUser } from "../support/other-user.ts";
import { Folder, runToEnd, startServer, until } from "../support/start-server.ts";

const folder = new Folder();
after(() => folder[Symbol.dispose]());

const ordinary = ordinaryUser();

test("umask counts for the sockets and for what the application writes", async () => {
  const app = writeHelloApp(folder, {
    more: `\nopen(${JSON.stringify(folder.file("made"))}, "w").close()\n`,
  });
  const socket = folder.file("masked.sock");
  await using server = await startServer(["--umask", "027", "--http", socket, app]);
  assert.equal(statSync(folder.file("made")).mode & 0o777, 0o640);
  assert.equal(statSync(socket).mode & 0o777, 0o750);
  assert.equal((await server.stop()).code, 0);
});

test("processes are named as the options say", async () => {
  const app = writeHelloApp(folder);
  const named = [
    "--procname-prefix-spaced",
    "[shop]",
    "--procname-append",
    " (blue)",
    "--procname-master",
    "the shop",
  ];
  await using server = await startServer([...named, app]);
  const titles = server
    .allPids()
    .map((pid) => readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", ""));
  assert.deepEqual(titles.map((title) => title.trim()).sort(), [
    "[shop] tsgi: router (blue)",
    "[shop] tsgi: worker 1 [app:application] (blue)",
    "[shop] tsgi: zygote [app:application] (blue)",
    "the shop",
  ]);
});

test("pidfile2 names the master, and goes with vacuum", async () => {
  const pidfile = folder.file("second.pid");
  await using server = await startServer(["--pidfile2", pidfile, "--vacuum", writeHelloApp(folder)]);
  assert.equal(Number(readFileSync(pidfile, "utf8")), (await server.pids("master"))[0]);
  assert.equal((await server.stop()).code, 0);
  assert.equal(existsSync(pidfile), false);
});

test("a further group without being root is refused", { skip: ordinary.skip }, async () => {
  const { wrapper } = ordinary;
  const app = writeHelloApp(folder);
  const { exit, output } = await runToEnd(["--add-gid", "12345", app], { wrapper });
  assert.equal(exit.code, 1);
  assert.match(output, /--add-gid \(argument 3\): only root can take on further groups/);
});

test("imports come before the application, and one that fails is shown and stops nothing", async () => {
  folder.write("first.py", "import os\nos.environ['FIRST'] = 'yes'\n");
  folder.write("broken.py", "raise RuntimeError('not today')\n");
  const app = writeHelloApp(folder);
  const imports = ["--import", "first", "--import", "broken", "--import", "no_such_module"];
  await using server = await startServer([...imports, app], { cwd: folder.path });
  assert.equal(await (await server.fetch("/env?FIRST")).text(), "yes");
  await server.waitForLog(/cannot import broken, which the configuration asks for/);
  await server.waitForLog(/RuntimeError: not today/);
  await server.waitForLog(/No module named .?no_such_module/);
});

test("shared-import happens once, also with lazy-apps", async () => {
  folder.write("shared.py", "print('shared is imported')\n");
  const args = ["--lazy-apps", "--processes", "2", "--shared-import", "shared", writeHelloApp(folder)];
  await using server = await startServer(args, { cwd: folder.path });
  await until("both workers to live", async () => (await server.pids("worker")).length === 2);
  assert.equal(server.log.match(/shared is imported/g)?.length, 1);
});

test("pyargv, optimize, unenv and chdir2 reach the application", async () => {
  const app = folder.write(
    "seen.py",
    `import os, sys
start = os.getcwd()
def application(environ, start_response):
    start_response("200 OK", [])
    seen = [sys.argv[1:], sys.flags.optimize, os.environ.get("GONE"), start, os.getcwd()]
    return [repr(seen).encode()]
`,
  );
  const options = ["--pyargv", "runserver --fast", "--optimize", "2", "--unenv", "GONE", "--chdir2", "/"];
  const environment = { GONE: "still here" };
  await using server = await startServer([...options, app], { cwd: folder.path, environment });
  const text = await (await server.fetch()).text();
  assert.equal(text, `[['runserver', '--fast'], 2, None, '${folder.path}', '/']`);
});

test("with logging off, log-4xx and log-5xx still show what failed", async () => {
  const app = folder.write(
    "statuses.py",
    `def application(environ, start_response):
    start_response(environ["QUERY_STRING"] + " X", [("Content-Length", "0")])
    return []
`,
  );
  await using server = await startServer(["--disable-logging", "--log-5xx", app]);
  for (const status of [200, 404, 503]) await server.fetch(`/?${status}`);
  await server.waitForLog(/GET \/\?503 HTTP/);
  assert.doesNotMatch(server.log, /\?200|\?404/);
});

test("req-logger writes the lines for requests to a file of their own", async () => {
  const file = folder.file("requests.log");
  await using server = await startServer(["--req-logger", `file:${file}`, writeHelloApp(folder)]);
  await server.fetch("/here");
  await until(
    "the line to be written",
    () => existsSync(file) && /GET \/here/.test(readFileSync(file, "utf8")),
  );
  assert.equal((await server.stop()).code, 0);
  assert.doesNotMatch(server.log, /GET \/here/);
});
