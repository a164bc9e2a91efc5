import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, readlinkSync, statSync } from "node:fs";
import { type RequestOptions, request } from "node:http";
import { createServer } from "node:net";
import { test } from "node:test";
import { writeHelloApp } from "../support/hello-app.ts";
import { ANY_USERS_PYTHON, cannotBecome } from "../support/other-user.ts";
import { Folder, runToEnd, startServer } from "../support/start-server.ts";

test("port 0 takes a free port, and the start line says which", async () => {
  using folder = new Folder();
  await using server = await startServer(["--http", "127.0.0.1:0", writeHelloApp(folder)]);
  assert.ok(server.port > 0);
  assert.equal((await server.fetch()).status, 200);
});

test("several listeners serve at once: IPv4, IPv6, a path and an abstract name", async () => {
  using folder = new Folder();
  const path = folder.file("a.sock");
  const name = `tsgi-test-${process.pid}`;
  const addresses = ["127.0.0.1:0", "[::1]:0", path, `@${name}`, "localhost:0"];
  const listeners = addresses.flatMap((address) => ["--http", address]);
  await using server = await startServer([...listeners, writeHelloApp(folder)]);
  const [ipv4 = "", ipv6 = "", unix, abstract, named = ""] = server.urls;
  assert.equal(unix, `unix:${path}`);
  assert.equal(abstract, `unix:@${name}`);
  for (const url of [ipv4, ipv6, named]) assert.equal(await getStatus(addressOf(url)), 200, url);
  assert.equal(await getStatus({ socketPath: path }), 200);
  assert.equal(await getStatus({ socketPath: `\0${name}` }), 200);
});

test(":PORT listens on every IPv4 address, [::]:PORT takes IPv4 as well", async () => {
  using folder = new Folder();
  const app = writeHelloApp(folder);
  await using everyIpv4 = await startServer(["--http", ":0", app]);
  assert.match(everyIpv4.urls[0] ?? "", /^http:\/\/0\.0\.0\.0:\d+$/);
  assert.equal(await getStatus({ host: "127.0.0.1", port: everyIpv4.port }), 200);
  await using both = await startServer(["--http", "[::]:0", app]);
  assert.equal(await getStatus({ host: "127.0.0.1", port: both.port }), 200);
  assert.equal(await getStatus({ host: "::1", port: both.port }), 200);
});

test("0.0.0.0 and [::] may share a port", async () => {
  using folder = new Folder();
  const port = await freePort();
  await using server = await startServer([
    "--http",
    `:${port}`,
    "--http",
    `[::]:${port}`,
    writeHelloApp(folder),
  ]);
  assert.equal(await getStatus({ host: "127.0.0.1", port }), 200);
  assert.equal(await getStatus({ host: "::1", port }), 200);
  assert.equal(server.urls.length, 2);
});

test("a Unix socket is removed at the end", async () => {
  using folder = new Folder();
  const path = folder.file("a.sock");
  await using server = await startServer(["--http", path, writeHelloApp(folder)]);
  assert.ok(existsSync(path));
  await server.stop();
  assert.ok(!existsSync(path));
});

test("a Unix socket that a killed server left behind is replaced", async () => {
  using folder = new Folder();
  const path = folder.file("a.sock");
  const leaveBehind =
    "import socket, sys; s = socket.socket(socket.AF_UNIX); s.bind(sys.argv[1]); s.listen()";
  execFileSync("python3", ["-c", leaveBehind, path]);
  assert.ok(existsSync(path));
  await using _server = await startServer(["--http", path, writeHelloApp(folder)]);
  assert.equal(await getStatus({ socketPath: path }), 200);
});

test("a Unix socket on which somebody listens is refused and goes on serving", async () => {
  using folder = new Folder();
  const path = folder.file("a.sock");
  const app = writeHelloApp(folder);
  await using _first = await startServer(["--http", path, app]);
  const { exit, output } = await runToEnd(["--http", path, app]);
  assert.equal(exit.code, 1);
  assert.match(output, /a\.sock: another process listens there/);
  assert.equal(await getStatus({ socketPath: path }), 200);
});

test("--chmod-socket and --chown-socket set mode and owner of a Unix socket", async () => {
  using folder = new Folder();
  const path = folder.file("a.sock");
  const owner = process.getuid?.() === 0 ? ["--chown-socket", "nobody:daemon"] : [];
  const options = ["--chmod-socket=620", ...owner, writeHelloApp(folder)];
  await using _server = await startServer(["--http", path, ...options]);
  const { mode, uid, gid } = statSync(path);
  assert.equal((mode & 0o777).toString(8), "620");
  if (owner.length > 0) assert.deepEqual([uid, gid], [idOf("passwd", "nobody"), idOf("group", "daemon")]);
});

test("--uid, --gid, --add-gid: every process becomes that user, with its groups", {
  skip: cannotBecome({ user: "nobody", group: "daemon" }, ANY_USERS_PYTHON),
}, async () => {
  using folder = new Folder();
  const app = writeHelloApp(folder);
  execFileSync("chmod", ["-R", "a+rX", folder.path]);
  const identity = ["--uid", "nobody", "--gid", "daemon", "--add-gid", "12345"];
  const options = [...identity, "--python", ANY_USERS_PYTHON, app];
  await using server = await startServer(["--http", "127.0.0.1:0", ...options]);
  assert.equal((await server.fetch()).status, 200);
  const [user, group] = [idOf("passwd", "nobody"), idOf("group", "daemon")];
  for (const pid of server.allPids()) {
    const status = readFileSync(`/proc/${pid}/status`, "utf8");
    assert.match(status, new RegExp(`^Uid:\\s+${user}\\s+${user}\\s+${user}\\b`, "m"));
    assert.match(status, new RegExp(`^Gid:\\s+${group}\\s+${group}\\s+${group}\\b`, "m"));
    assert.doesNotMatch(status, /^Groups:.*\b0\b/m);
    assert.match(status, /^Groups:.*\b12345\b/m);
  }
  assert.equal((await server.stop()).code, 0);
  assert.doesNotMatch(server.log, /EACCES|EPERM/);
});

test("the processes of the application do not inherit the listeners", async () => {
  using folder = new Folder();
  await using server = await startServer(["--http", "127.0.0.1:0", writeHelloApp(folder)]);
  const [router = 0] = server.pids("router");
  const [worker = 0] = server.pids("worker");
  const listener = listeningSocket(server.port);
  assert.ok(openSockets(router).includes(listener));
  assert.ok(!openSockets(worker).includes(listener));
});

function openSockets(pid: number): readonly string[] {
  return readdirSync(`/proc/${pid}/fd`).map((fd) => readlinkSync(`/proc/${pid}/fd/${fd}`));
}

function listeningSocket(port: number): string {
  const rows = readFileSync("/proc/net/tcp", "utf8")
    .split("\n")
    .map((row) => row.trim().split(/\s+/));
  const end = `:${port.toString(16).toUpperCase().padStart(4, "0")}`;
  return `socket:[${rows.find((row) => row[1]?.endsWith(end) && row[3] === "0A")?.[9]}]`;
}

function addressOf(url: string): RequestOptions {
  const { hostname, port } = new URL(url);
  return { host: hostname.replace(/^\[|\]$/g, ""), port };
}

function getStatus(address: RequestOptions): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const ask = request({ ...address, path: "/", agent: false }, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    ask.once("error", reject);
    ask.end();
  });
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0);
  await new Promise((resolve) => server.once("listening", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === "object" && address !== null ? address.port : 0;
}

function idOf(database: "passwd" | "group", name: string): number {
  return Number(execFileSync("getent", [database, name], { encoding: "utf8" }).split(":")[2]);
}
