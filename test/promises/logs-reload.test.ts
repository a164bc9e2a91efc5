import assert from "node:assert/strict";
import { existsSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { Folder, type RunningServer, startServer, until } from "../support/start-server.ts";

const APP = `def application(environ, start_response):
    print("printed " + environ["PATH_INFO"])
    status = "404 Not Found" if environ["PATH_INFO"].startswith("/no") else "200 OK"
    start_response(status, [("Content-Type", "text/plain")])
    return [b"x"]
`;

function configure(folder: Folder, ...lines: readonly string[]): string {
  return folder.write(
    "site.ini",
    ["[uwsgi]", "wsgi-file = %dapp.py", "master-fifo = %dfifo", ...lines, ""].join("\n"),
  );
}

function logOf(folder: Folder, name: string): string {
  return existsSync(folder.file(name)) ? folder.read(name) : "";
}

async function start(folder: Folder, ...lines: readonly string[]): Promise<RunningServer> {
  folder.write("app.py", APP);
  return startServer(["--http", folder.file("http.sock"), configure(folder, ...lines)], {
    withoutWaiting: true,
  });
}

/** The log is the one that is named, or the standard output. */
async function reload(folder: Folder, log: () => string, generation: number): Promise<void> {
  writeFileSync(folder.file("fifo"), "r", { flag: "r+" });
  await until(`generation ${generation}`, () => log().includes(`generation ${generation} serves`), log);
}

async function ask(folder: Folder, path: string): Promise<void> {
  const { Agent, fetch } = await import("undici");
  await using agent = Object.assign(new Agent({ connect: { socketPath: folder.file("http.sock") } }), {
    [Symbol.asyncDispose]: () => agent.close(),
  });
  await (await fetch(`http://a${path}`, { dispatcher: agent })).text();
}

test("a reload changes to other log files, in every process", async () => {
  using folder = new Folder();
  const lines = (name: string) => [`logto = %d${name}.log`, `req-logger = file:%d${name}-requests.log`];
  await using server = await start(folder, ...lines("first"));
  await until(
    "the start",
    () => logOf(folder, "first.log").includes("listening on"),
    () => server.log,
  );
  await ask(folder, "/one");
  await until("its line", () => logOf(folder, "first-requests.log").includes("GET /one"));
  configure(folder, ...lines("second"));
  await reload(folder, () => logOf(folder, "second.log"), 2);
  assert.match(folder.read("first.log"), /the log goes on in \S+second\.log\n/);
  await ask(folder, "/two");
  await until("its lines", () => logOf(folder, "second-requests.log").includes("GET /two"));
  assert.match(folder.read("second.log"), /printed \/two/);
  assert.doesNotMatch(folder.read("first.log") + folder.read("first-requests.log"), /two/);
  // What starts later writes there too.
  const [worker = 0] = server.pids("worker");
  process.kill(worker, "SIGKILL");
  await server.untilPids("worker", { count: 1, without: [worker] });
  await ask(folder, "/three");
  await until("its line", () => folder.read("second.log").includes("printed /three"));
});

test("a log that cannot be opened leaves the one that is open, and the reload goes on", async () => {
  using folder = new Folder();
  await using server = await start(folder, "logto = %dfirst.log");
  await until(
    "the start",
    () => logOf(folder, "first.log").includes("listening on"),
    () => server.log,
  );
  configure(folder, "logto = %dnowhere/second.log");
  await reload(folder, () => folder.read("first.log"), 2);
  assert.match(
    folder.read("first.log"),
    /nowhere\/second\.log: ENOENT[^\n]+goes on into the file that was open/,
  );
  await ask(folder, "/after");
  await until("its line", () => folder.read("first.log").includes("GET /after"));
});

test("from the standard output to a file takes a restart, and the log says so", async () => {
  using folder = new Folder();
  await using server = await start(folder);
  await server.untilListening();
  configure(folder, "logto = %dsite.log");
  await reload(folder, () => server.log, 2);
  assert.match(server.log, /changed, but needs a restart to take effect: logto\n/);
  await ask(folder, "/after");
  await server.waitForLog(/GET \/after/);
  assert.equal(existsSync(folder.file("site.log")), false);
});

test("a reload switches the lines of requests off and on, and chooses those of errors", async () => {
  using folder = new Folder();
  await using server = await start(folder, "disable-logging = true");
  await server.untilListening();
  await ask(folder, "/no-1");
  configure(folder, "disable-logging = true", "log-4xx = true");
  await reload(folder, () => server.log, 2);
  await ask(folder, "/fine-2");
  await ask(folder, "/no-2");
  await server.waitForLog(/GET \/no-2/);
  configure(folder);
  await reload(folder, () => server.log, 3);
  await ask(folder, "/fine-3");
  await server.waitForLog(/GET \/fine-3/);
  assert.doesNotMatch(server.log, /GET \/no-1|GET \/fine-2/);
});
