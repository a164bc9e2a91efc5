import assert from "node:assert/strict";
import { readdirSync, readlinkSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { HOME } from "../support/framework-server.ts";
import { startGunicorn } from "../support/start-gunicorn.ts";
import { Folder, type RunningServer, startServer, until } from "../support/start-server.ts";

const APP = `import os, sys, time
def application(environ, start_response):
    print("printed " + environ["PATH_INFO"])
    environ["wsgi.errors"].write("errors " + environ["PATH_INFO"] + "\\n")
    time.sleep(float(environ["QUERY_STRING"] or 0))
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [str(os.getpid()).encode()]
`;

/** Every descriptor of the server's processes that leads to such a path. */
function holders(server: RunningServer, path: string): readonly string[] {
  return server.allPids().flatMap((pid) => {
    try {
      return readdirSync(`/proc/${pid}/fd`).flatMap((fd) =>
        readlinkSync(`/proc/${pid}/fd/${fd}`).startsWith(path) ? [`${pid}:${fd}`] : [],
      );
    } catch {
      return [];
    }
  });
}

function titlesOf(server: RunningServer): () => string {
  return () => server.describeProcesses();
}

async function startLogging(folder: Folder, ...more: readonly string[]): Promise<RunningServer> {
  const log = folder.file("site.log");
  const args = ["--http", "127.0.0.1:0", "--logto", log, "--master-fifo", folder.file("fifo"), ...more];
  const server = await startServer([...args, folder.write("app.py", APP)], { withoutWaiting: true });
  await until(
    "the server to listen",
    () => /^listening on /m.test(readOrNothing(folder, "site.log")),
    () => server.log,
  );
  return server;
}

function readOrNothing(folder: Folder, name: string): string {
  try {
    return folder.read(name);
  } catch {
    return "";
  }
}

function urlIn(text: string): string {
  return /^listening on (http:\S+)/m.exec(text)?.[1] ?? "";
}

async function get(url: string, path: string): Promise<string> {
  const response = await fetch(`${url}${path}`, { headers: { connection: "close" } });
  assert.equal(response.status, 200);
  return response.text();
}

function tell(folder: Folder, letter: string): void {
  writeFileSync(folder.file("fifo"), letter, { flag: "r+" });
}

test("after a rename every process writes to the new file, and none holds the old one", async () => {
  using folder = new Folder();
  await using server = await startLogging(folder, "--processes", "2", "--threads", "2");
  const url = urlIn(folder.read("site.log"));
  await get(url, "/before");
  await until("the line", () => folder.read("site.log").includes("GET /before"));
  renameSync(folder.file("site.log"), folder.file("old"));
  // Still there: nothing is lost between the two.
  await get(url, "/between");
  tell(folder, "l");
  await until("all to let go", () => holders(server, folder.file("old")).length === 0, titlesOf(server));
  const holding = new Set(holders(server, folder.file("site.log")).map((one) => Number(one.split(":")[0])));
  assert.deepEqual([...holding].sort(), server.allPids().toSorted());
  const workers = await Promise.all(Array.from({ length: 4 }, () => get(url, "/after?0.3")));
  assert.equal(new Set(workers).size, 2);
  await until("the lines", () => folder.read("site.log").includes("GET /after"));
  const [old, current] = [folder.read("old"), folder.read("site.log")];
  for (const line of ["GET /between", "printed /between", "errors /between"])
    assert.ok((old + current).includes(line));
  for (const line of ["printed /after", "errors /after", "opened anew"])
    assert.ok(current.includes(line), line);
  assert.doesNotMatch(old, /after/);
});

test("under load no line is lost or torn, whatever is rotated meanwhile, and no request notices", async () => {
  using folder = new Folder();
  const requests = folder.file("requests.log");
  await using server = await startLogging(folder, "--processes", "2", "--req-logger", `file:${requests}`);
  const url = urlIn(folder.read("site.log"));
  let isOver = false;
  const asked: string[] = [];
  const lanes = Array.from({ length: 8 }, async (_, lane) => {
    for (let number = 0; !isOver; number += 1) {
      asked.push(`/${lane}-${number}`);
      await get(url, `/${lane}-${number}?0.002`);
    }
  });
  for (let round = 1; round <= 6; round += 1) {
    tell(folder, "L");
    await until(
      "the rotation",
      () =>
        filesOf(folder, "site.log.").length === round && filesOf(folder, "requests.log.").length === round,
    );
    await until("some requests", () => asked.length > round * 50);
  }
  isOver = true;
  await Promise.all(lanes);
  tell(folder, "q");
  await server.exit;
  const printed = linesOf(folder, "site.log").filter((line) => line.startsWith("printed "));
  assert.deepEqual(printed.map((line) => line.slice(8)).sort(), asked.toSorted());
  const logged = linesOf(folder, "requests.log");
  assert.deepEqual(logged.map((line) => / "GET (\/\S+)\?/.exec(line)?.[1] ?? line).sort(), asked.toSorted());
});

function filesOf(folder: Folder, beginning: string): readonly string[] {
  return readdirSync(folder.path).filter((name) => name.startsWith(beginning));
}

function linesOf(folder: Folder, beginning: string): readonly string[] {
  return filesOf(folder, beginning).flatMap((name) => folder.read(name).split("\n").slice(0, -1));
}

test("workers whose zygote was killed open the log anew too, and so do those that start later", async () => {
  using folder = new Folder();
  await using server = await startLogging(folder);
  const [zygote = 0] = server.pids("zygote");
  const [worker = 0] = server.pids("worker");
  process.kill(zygote, "SIGKILL");
  await until("its death to be noticed", () => /zygote \(pid \d+\): killed/.test(folder.read("site.log")));
  renameSync(folder.file("site.log"), folder.file("old"));
  tell(folder, "l");
  await until("all to let go", () => holders(server, folder.file("old")).length === 0, titlesOf(server));
  assert.deepEqual(server.pids("worker"), [worker]);
  process.kill(worker, "SIGKILL");
  const [successor = 0] = await server.untilPids("worker", { count: 1, without: [worker] });
  await until("the successor to serve", () =>
    holders(server, folder.file("site.log")).some((one) => one.startsWith(`${successor}:`)),
  );
});

test("what cannot be opened anew is said, and the log goes on where it was", async () => {
  using folder = new Folder();
  folder.write("logs/unused", "");
  const log = folder.file("logs/site.log");
  const args = ["--http", "127.0.0.1:0", "--logto", log, "--master-fifo", folder.file("fifo")];
  await using server = await startServer([...args, folder.write("app.py", APP)], { withoutWaiting: true });
  await until(
    "the server to listen",
    () => /^listening on /m.test(readOrNothing(folder, "logs/site.log")),
    () => server.log,
  );
  renameSync(folder.file("logs"), folder.file("moved"));
  tell(folder, "l");
  await until("the refusal", () =>
    /site\.log: ENOENT[^\n]+goes on into the file that was open/.test(folder.read("moved/site.log")),
  );
  tell(folder, "L");
  await until("the refusal", () => /master-fifo \(\S+\): ENOENT/.test(folder.read("moved/site.log")));
  await get(urlIn(folder.read("moved/site.log")), "/still");
  await until("its line", () => folder.read("moved/site.log").includes("GET /still"));
  rmSync(folder.file("moved"), { recursive: true });
});

test("in Gunicorn's dialect SIGUSR1 does it; without a log file there is nothing to open", async () => {
  using folder = new Folder();
  const configuration = `errorlog = "error.log"\naccesslog = "access.log"\n`;
  await using server = await startGunicorn(folder, { configuration, application: APP, withoutWaiting: true });
  await until(
    "the server to listen",
    () => /^listening on /m.test(readOrNothing(folder, "error.log")),
    () => server.log,
  );
  for (const name of ["error.log", "access.log"]) renameSync(folder.file(name), folder.file(`old-${name}`));
  server.kill("SIGUSR1");
  await until("all to let go", () => holders(server, folder.file("old-")).length === 0, titlesOf(server));
  await get(urlIn(folder.read("old-error.log")), "/after");
  await until("its lines", () => folder.read("access.log").includes("GET /after"));
  assert.match(
    folder.read("error.log"),
    /SIGUSR1: opened anew: \S+error\.log, \S+access\.log[\s\S]*printed \/after/,
  );
});

test("requests that run meanwhile do not notice: not while they sleep, and not while they wait for a socket", async () => {
  using folder = new Folder();
  const app = folder.write(
    "app.py",
    `import socket, time
def application(environ, start_response):
    began = time.monotonic()
    if environ["PATH_INFO"] == "/sleep":
        time.sleep(1)
    else:
        left, right = socket.socketpair()
        left.settimeout(1)
        try:
            left.recv(1)
        except socket.timeout:
            pass
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [str(time.monotonic() - began).encode()]
`,
  );
  const args = [
    "--http",
    "127.0.0.1:0",
    "--logto",
    folder.file("site.log"),
    "--master-fifo",
    folder.file("fifo"),
  ];
  await using server = await startServer([...args, "--processes", "2", app], { withoutWaiting: true });
  await until(
    "the server to listen",
    () => /^listening on /m.test(readOrNothing(folder, "site.log")),
    () => server.log,
  );
  const url = urlIn(folder.read("site.log"));
  let running = 2;
  const answers = ["/sleep", "/socket"].map(async (path) => {
    const seconds = Number(await get(url, path));
    running -= 1;
    return seconds;
  });
  await until("both to be over", () => {
    tell(folder, "l");
    return running === 0;
  });
  for (const seconds of await Promise.all(answers)) assert.ok(seconds >= 0.99, `${seconds} s`);
});

for (const green of ["gevent", "eventlet"]) {
  test(`idle green threads do not keep a worker from it (${green})`, async () => {
    using folder = new Folder();
    await using server = await startLogging(folder, "--home", HOME, `--${green}`, "5");
    const url = urlIn(folder.read("site.log"));
    renameSync(folder.file("site.log"), folder.file("old"));
    tell(folder, "l");
    await until("all to let go", () => holders(server, folder.file("old")).length === 0, titlesOf(server));
    await get(url, "/after");
    await until("its line", () => folder.read("site.log").includes("printed /after"));
  });
}
