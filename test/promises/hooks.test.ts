import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import net from "node:net";
import { test } from "node:test";
import { writeHelloApp } from "../support/hello-app.ts";
import { ANY_USERS_PYTHON, cannotBecome, NOBODY, ordinaryUser } from "../support/other-user.ts";
import { Folder, type RunningServer, runToEnd, startServer } from "../support/start-server.ts";

function start(folder: Folder, options: string): Promise<RunningServer> {
  return startServer([configure(folder, options)]);
}

function configure(folder: Folder, options: string): string {
  const lines = ["[uwsgi]", "http-socket = 127.0.0.1:0", `wsgi-file = ${writeHelloApp(folder)}`, options];
  return folder.write("site.ini", lines.join("\n"));
}

/** What hooks have written to the file "notes", in order. */
function notes(folder: Folder): readonly string[] {
  return folder.read("notes").trim().split("\n");
}

async function ask(server: RunningServer, path: string): Promise<string> {
  return (await server.fetch(path)).text();
}

test("hooks run phase by phase in uWSGI's order, actions before commands", async () => {
  using folder = new Folder();
  const file = folder.file("notes");
  const phases = ["asap", "pre-jail", "in-jail", "as-user", "pre-app", "post-app", "as-user-atexit"];
  const lines = phases.flatMap((phase) => [
    `exec-${phase} = echo ${phase} command >>${file}`,
    `hook-${phase} = appendn:${file} ${phase} action`,
  ]);
  for (const phase of ["accepting1-once", "accepting-once", "post-fork", "accepting1", "accepting"])
    lines.push(`hook-${phase} = appendn:${file} ${phase}`);
  await using server = await start(folder, lines.join("\n"));
  await server.stop();
  const both = (phase: string) => [`${phase} action`, `${phase} command`];
  assert.deepEqual(notes(folder), [
    ...["asap", "pre-jail", "in-jail", "as-user", "pre-app", "post-app"].flatMap(both),
    ...["post-fork", "accepting", "accepting-once", "accepting1", "accepting1-once"],
    ...both("as-user-atexit"),
  ]);
});

test("hooks: with lazy-apps the hooks round the import run in each worker", async () => {
  using folder = new Folder();
  const options = `processes = 2\nlazy-apps = true\nhook-pre-app = exec:echo pre >>${folder.file("notes")}`;
  await using server = await start(folder, options);
  await server.until("both workers", () => notes(folder).length === 2);
  await server.waitForLog(/worker 1: pre-app: exec:/);
  await server.waitForLog(/worker 2: pre-app: exec:/);
});

test("hooks: cd and putenv hold for what follows, the application included", async () => {
  using folder = new Folder();
  mkdirSync(folder.file("below/deeper"), { recursive: true });
  const lines = [
    `hook-asap = cd:${folder.path}`,
    "hook-asap = cd:below",
    "hook-asap = putenv:FROM_MASTER=a b",
    'exec-as-user = echo "$FROM_MASTER" >note',
    "hook-pre-app = cd:deeper",
    "hook-pre-app = putenv:FROM_ZYGOTE=c",
    "exec-post-app = pwd >note",
  ];
  await using server = await start(folder, lines.join("\n"));
  assert.equal(await ask(server, "/env?FROM_MASTER"), "a b");
  assert.equal(await ask(server, "/env?FROM_ZYGOTE"), "c");
  assert.equal(folder.read("below/note"), "a b\n");
  assert.equal(folder.read("below/deeper/note"), `${folder.file("below/deeper")}\n`);
});

test("hooks: every action on files does what it says, in the master and in Python", async () => {
  using folder = new Folder();
  const actions = (where: string) => [
    `mkdir:${folder.file(where)}`,
    `mkdir:${folder.file(where)}`,
    `create:${folder.file(where)}/gone`,
    `unlink:${folder.file(where)}/gone`,
    `unlink:${folder.file(where)}/gone`,
    `write:${folder.file(where)}/text overwritten`,
    `writen:${folder.file(where)}/text a  b`,
    `append:${folder.file(where)}/text c`,
    `appendn:${folder.file(where)}/text`,
    `chmod:${folder.file(where)}/text 640`,
    `chown2:${folder.file(where)}/text ${process.getuid?.()} ${process.getgid?.()}`,
    `sticky:${folder.file(where)}`,
    `exec:stat -c %%a ${folder.file(where)}/text >${folder.file(where)}/mode`,
    `exec:test -k ${folder.file(where)} -a ! -e ${folder.file(where)}/gone`,
    "safeexec:false",
  ];
  const lines = [
    ...actions("master").map((action) => `hook-as-user = ${action}`),
    ...actions("zygote").map((action) => `hook-pre-app = ${action}`),
  ];
  await using server = await start(folder, lines.join("\n"));
  for (const where of ["master", "zygote"]) {
    assert.equal(folder.read(`${where}/text`), "a  b\nc\n", where);
    assert.equal(folder.read(`${where}/mode`), "640\n", where);
  }
  assert.equal(server.log.match(/safeexec:false: ended with exit code 1/g)?.length, 2);
});

for (const phase of [
  "asap",
  "pre-jail",
  "in-jail",
  "as-user",
  "pre-app",
  "post-app",
  "post-fork",
  "accepting",
]) {
  test(`hooks: one that fails at ${phase} ends the start, and the log says which`, async () => {
    using folder = new Folder();
    const late = folder.file("late");
    const options = `hook-${phase} = exec:exit 3\nhook-${phase} = create:${late}`;
    const { exit, output, leftBehind } = await runToEnd([configure(folder, options)]);
    assert.equal(exit.code, 1, output);
    assert.match(output, new RegExp(`tsgi: error: .*${phase}.*exec:exit 3: ended with exit code 3`));
    assert.deepEqual(leftBehind, []);
    assert.throws(() => folder.read("late"));
  });
}

test("hooks: exit ends the start with its code", async () => {
  using folder = new Folder();
  const { exit, leftBehind } = await runToEnd([configure(folder, "hook-asap = exit:7")]);
  assert.equal(exit.code, 7);
  assert.deepEqual(leftBehind, []);
});

for (const phase of ["asap", "as-user", "pre-app", "post-app"]) {
  test(`hooks: SIGTERM ends a start whose ${phase} takes long, and the hook with all it has started`, async () => {
    using folder = new Folder();
    const options = `exec-${phase} = echo begun; sleep 1000; true`;
    await using server = await startServer([configure(folder, options)], { withoutWaiting: true });
    await server.waitForLog(/^begun$/m);
    assert.equal((await server.stop()).code, 0);
    await server.untilGone();
  });
}

test("hooks: a second SIGTERM ends what takes long at the end", async () => {
  using folder = new Folder();
  await using server = await start(folder, "exec-as-user-atexit = echo begun; sleep 1000; true");
  server.kill("SIGTERM");
  await server.waitForLog(/^begun$/m);
  assert.equal((await server.stop()).code, 0);
  assert.match(server.log, /as-user-atexit: ended by SIGTERM/);
  await server.untilGone();
});

test("hooks: what a command leaves in the background stays", async () => {
  using folder = new Folder();
  const sleeper = (seconds: number) => `sleep ${seconds} >/dev/null 2>&1 & true`;
  const options = `exec-as-user = ${sleeper(1001)}\nexec-pre-app = ${sleeper(1002)}`;
  await using server = await start(folder, options);
  assert.match(server.describeProcesses(), /sleep 1001/);
  assert.match(server.describeProcesses(), /sleep 1002/);
});

test("hooks: what a private hook says is not in the log", async () => {
  using folder = new Folder();
  const { exit, output } = await runToEnd([configure(folder, "hook-asap = !exec:exit 1 # secret")]);
  assert.equal(exit.code, 1);
  assert.match(output, /hook-asap: a private hook: ended with exit code 1/);
  assert.doesNotMatch(output, /secret/);
});

test("hooks: as-root runs with root's rights, as-user without them", {
  skip: cannotBecome(NOBODY, ANY_USERS_PYTHON),
}, async () => {
  using folder = new Folder();
  const { user, group } = NOBODY;
  const lines = ["exec-as-root = echo root is $(id -u)", "exec-as-user = echo user is $(id -u)"];
  const ini = folder.write(
    "site.ini",
    ["[uwsgi]", `uid = ${user}`, `gid = ${group}`, `python = ${ANY_USERS_PYTHON}`, ...lines].join("\n"),
  );
  const { output } = await runToEnd([ini, "--http", "127.0.0.1:0", "--wsgi-file", "/dev/null"]);
  assert.match(output, /^root is 0$/m);
  assert.match(output, new RegExp(`^user is ${user}$`, "m"));
});

const ordinary = ordinaryUser();
test("hooks: without root's rights as-root is left out, and the log says so", {
  skip: ordinary.skip,
}, async () => {
  const { output } = await runToEnd(
    ["--http", "127.0.0.1:0", "--exec-as-root", "echo never", "--wsgi-file", "/dev/null"],
    { wrapper: ordinary.wrapper },
  );
  assert.match(output, /as-root: echo never is left out: running as /);
  assert.doesNotMatch(output, /^never$/m);
});

test("hooks: a start waits for files and for those who listen", async () => {
  using folder = new Folder();
  const listener = net.createServer((socket) => socket.end());
  const options = `wait-for-file = ${folder.file("there")}\nwait-for-socket = ${folder.file("db.sock")}`;
  await using server = await startServer([configure(folder, options)], { withoutWaiting: true });
  await server.waitForLog(/wait-for-file: waiting for/);
  assert.doesNotMatch(server.log, /wait-for-socket/);
  folder.write("there", "");
  await server.waitForLog(/wait-for-socket: waiting for/);
  assert.doesNotMatch(server.log, /listening/);
  await new Promise<void>((resolve) => listener.listen(folder.file("db.sock"), resolve));
  await server.untilListening();
  listener.close();
});

test("hooks: what a start waits for and does not get ends it", async () => {
  using folder = new Folder();
  const options = `wait-for-dir = ${folder.file("never")}\nwait-for-fs-timeout = 1`;
  const { exit, output } = await runToEnd([configure(folder, options)]);
  assert.equal(exit.code, 1);
  assert.match(output, /site.ini:4: wait-for-dir: .*never is not there after 1 s/);
});

test("hooks: unix_signal at master-start gives a signal its meaning", async () => {
  using folder = new Folder();
  const options =
    "hook-master-start = unix_signal:1 gracefully_kill_them_all\nhook-master-start = print:it serves";
  await using server = await start(folder, options);
  await server.waitForLog(/^it serves$/m);
  assert.equal((await server.stop("SIGHUP")).code, 0);
  assert.doesNotMatch(server.log, /reloading/);
});
