import assert from "node:assert/strict";
import { chmodSync, readFileSync } from "node:fs";
import { getPriority } from "node:os";
import { after, test } from "node:test";
import { ANY_USERS_PYTHON, cannotBecome, ordinaryUser } from "../support/other-user.ts";
import { Folder, type RunningServer, startServer } from "../support/start-server.ts";

const folder = new Folder();
// Also for a server that becomes another user.
chmodSync(folder.path, 0o755);
after(() => folder[Symbol.dispose]());

/** /thread: the stack that a new thread gets, /spawn: how many processes can be started, /grow?N: N megabytes. */
const app = folder.write(
  "app.py",
  `import os, subprocess, threading

def application(environ, start_response):
    path, query = environ["PATH_INFO"], environ["QUERY_STRING"]
    start_response("200 OK", [("Content-Type", "text/plain")])
    if path == "/stack":
        return [str(threading.stack_size()).encode()]
    if path == "/grow":
        try:
            return [str(len(b"x" * (int(query) << 20))).encode()]
        except MemoryError:
            return [b"MemoryError"]
    if path == "/spawn":
        started = []
        try:
            while len(started) < 200:
                started.append(subprocess.Popen(["sleep", "60"]))
        except OSError as error:
            return [type(error).__name__.encode()]
        finally:
            for process in started:
                process.kill()
                process.wait()
        return [b"any number"]
    return [str(os.getpid()).encode()]
`,
);

/** Nobody else's: what other tests run at the moment does not count. */
const ALONE = { user: "61234", group: "61234" };
const alone = ["--uid", ALONE.user, "--gid", ALONE.group, "--python", ANY_USERS_PYTHON];
const skipAlone = cannotBecome(ALONE, ANY_USERS_PYTHON);
const ordinary = ordinaryUser();

async function textOf(server: RunningServer, path: string): Promise<string> {
  return (await server.fetch(path)).text();
}

/** The row of /proc/PID/limits: soft and hard limit. */
function limitOf(pid: number, name: string): readonly string[] {
  const row = readFileSync(`/proc/${pid}/limits`, "utf8")
    .split("\n")
    .find((line) => line.startsWith(name));
  return row?.slice(name.length).trim().split(/\s+/).slice(0, 2) ?? [];
}

function processorsOf(pid: number): string {
  return /^Cpus_allowed_list:\s*(\S+)$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? "";
}

test("limit-as bounds the address space of zygote and workers: the application gets MemoryError", async () => {
  await using server = await startServer(["--limit-as", "700", app]);
  for (const role of ["zygote", "worker"] as const) {
    const [pid = 0] = server.pids(role);
    assert.deepEqual(limitOf(pid, "Max address space"), [String(700 * 2 ** 20), String(700 * 2 ** 20)]);
  }
  assert.equal(await textOf(server, "/grow?1000"), "MemoryError");
  assert.equal(await textOf(server, "/grow?10"), String(10 * 2 ** 20));
});

test("max-fd holds for every process", async () => {
  await using server = await startServer(["--max-fd", "777", app]);
  for (const pid of server.allPids()) assert.deepEqual(limitOf(pid, "Max open files"), ["777", "777"]);
  assert.equal((await server.fetch()).status, 200);
});

test("max-fd that the kernel refuses is said, and the server serves", { skip: ordinary.skip }, async () => {
  const { wrapper } = ordinary;
  const options = ["--python", ANY_USERS_PYTHON, "--max-fd", "900000000", "--prio", "-20"];
  await using server = await startServer([...options, app], { wrapper });
  await server.waitForLog(
    /--max-fd \(argument \d+\): the limit of open files stays as it is: .*LimitNOFILE=/,
  );
  await server.waitForLog(/--prio \(argument \d+\): the priority stays as it is: .*Nice=/);
  assert.equal((await server.fetch()).status, 200);
});

test("prio is the priority of every process", async () => {
  await using server = await startServer(["--prio", "7", app]);
  for (const pid of server.allPids()) assert.equal(getPriority(pid), 7);
});

test("cpu-affinity binds the workers to processors in turn, and nobody else", async () => {
  await using server = await startServer(["--cpu-affinity", "1", "--processes", "3", app]);
  const workers = await server.untilPids("worker", { count: 3 });
  const all = processorsOf(process.pid);
  const each = workers.map(processorsOf);
  for (const one of each) assert.match(one, /^\d+$/);
  if (all !== each[0]) assert.notEqual(each[0], each[1]);
  for (const role of ["master", "router", "zygote"] as const)
    assert.equal(processorsOf(server.pids(role)[0] ?? 0), all);
});

test("thread-stacksize is in kilobytes", async () => {
  await using server = await startServer(["--thread-stacksize", "512", "--threads", "3", app]);
  assert.equal(await textOf(server, "/stack"), String(512 * 1024));
});

test("limit-nproc bounds what the application can start", { skip: skipAlone }, async () => {
  await using server = await startServer([...alone, "--limit-nproc", "120", app]);
  assert.equal(await textOf(server, "/spawn"), "BlockingIOError");
  assert.equal((await server.fetch()).status, 200);
});

test("limit-nproc that would keep tsgi from serving is said and not set", { skip: skipAlone }, async () => {
  await using server = await startServer([...alone, "--limit-nproc", "5", "--threads", "4", app]);
  await server.waitForLog(/zygote: limit-nproc: 5 are fewer than the \d+ processes and threads/);
  assert.equal(await textOf(server, "/spawn"), "any number");
});

test("check-mountpoint: the instance ends when the file system has gone", async () => {
  const gone = folder.file("no such place");
  await using server = await startServer(["--check-mountpoint", "/proc", "--check-mountpoint", gone, app], {
    withoutWaiting: true,
  });
  await server.exit;
  assert.match(server.log, /check-mountpoint: .*no such place cannot be reached \(ENOENT.*stopping at once/);
  assert.deepEqual(server.allPids(), []);
});

test("check-mountpoint leaves an instance alone whose file systems answer", async () => {
  await using server = await startServer(["--check-mountpoint", "/", "--check-mountpoint", "/proc", app]);
  const began = Date.now();
  while (Date.now() - began < 2500) assert.equal((await server.fetch()).status, 200);
});
