import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { Folder, type RunningServer, startServer, until } from "../support/start-server.ts";

function appThatAnswers(text: string): string {
  return `# ${Math.random()}
def application(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"${text}"]
`;
}

/** An application, and a server with those options; relative paths are seen from the folder. */
async function startIn(folder: Folder, options: string): Promise<RunningServer> {
  folder.write("app.py", appThatAnswers("old"));
  const ini = folder.write("site.ini", `[uwsgi]\nchdir = ${folder.path}\nwsgi-file = app.py\n${options}\n`);
  return startServer(["--http", "127.0.0.1:0", ini]);
}

async function untilAnswer(server: RunningServer, text: string): Promise<void> {
  const isSo = async () => (await (await server.fetch()).text()) === text;
  await until(`the answer ${text}`, isSo, () => server.log);
}

function reloads(server: RunningServer): number {
  return server.log.match(/: reloading/g)?.length ?? 0;
}

test("touch-reload: touching the file brings the new code, and the log says which file it was", async () => {
  using folder = new Folder();
  folder.write("touch me", "");
  await using server = await startIn(folder, "touch-reload = touch me");
  folder.write("app.py", appThatAnswers("new"));
  folder.write("touch me", "");
  await untilAnswer(server, "new");
  assert.ok(server.log.includes(`master: touch-reload (${folder.file("touch me")}): reloading`));
  assert.equal(reloads(server), 1);
});

test("touch-reload: a file that comes later or is replaced is touched, one that goes is not", async () => {
  using folder = new Folder();
  await using server = await startIn(
    folder,
    "touch-reload = later/touch\ntouch-exec = turn echo turn $((1 + 1))",
  );
  folder.write("app.py", appThatAnswers("made"));
  folder.write("later/touch", "");
  await untilAnswer(server, "made");
  folder.write("app.py", appThatAnswers("replaced"));
  renameSync(folder.write("other", ""), folder.file("later/touch"));
  await untilAnswer(server, "replaced");
  await server.waitForLog(/generation 3 serves/);
  rmSync(folder.file("later/touch"));
  await server.waitForLog(/touch-reload \(.*\/later\/touch\): there is no such file; it counts as touched/);
  // Both files are looked at every second: after two turns of the one the other has been seen too.
  for (const turn of [1, 2]) {
    folder.write("turn", `${turn}`);
    await until("a turn", () => server.log.match(/^turn 2$/gm)?.length === turn);
  }
  assert.equal(reloads(server), 2);
  folder.write("app.py", appThatAnswers("back"));
  folder.write("later/touch", "");
  await untilAnswer(server, "back");
});

test("touch-reload: a file behind a symbolic link that is swapped, as Kubernetes mounts a ConfigMap", async () => {
  using folder = new Folder();
  const publish = (version: string) => {
    folder.write(`mount/..${version}/settings`, version);
    symlinkSync(`..${version}`, folder.file("mount/..data_tmp"));
    renameSync(folder.file("mount/..data_tmp"), folder.file("mount/..data"));
  };
  publish("first");
  symlinkSync("..data/settings", folder.file("mount/settings"));
  await using server = await startIn(folder, "touch-reload = mount/settings");
  for (const version of ["second", "third"]) {
    folder.write("app.py", appThatAnswers(version));
    publish(version);
    await untilAnswer(server, version);
  }
  await server.waitForLog(/generation 3 serves/);
});

for (const [option, effect] of [
  ["touch-chain-reload", /: reloading, one after the other[\s\S]*generation 2 serves/],
  ["touch-workers-reload", /: replacing the workers[\s\S]*replaced the workers in/],
] as const) {
  test(`${option}: touching the file gives its command`, async () => {
    using folder = new Folder();
    await using server = await startIn(folder, `processes = 2\n${option} = touch`);
    const before = server.pids("worker");
    folder.write("touch", "");
    await server.waitForLog(effect);
    assert.ok(server.log.includes(`master: ${option} (${folder.file("touch")}): re`));
    await server.untilPids("worker", { count: 2, without: before });
  });
}

test("touch-logreopen and touch-logrotate: touching the file gives their commands", async () => {
  using folder = new Folder();
  const app = folder.write("app.py", appThatAnswers("logged"));
  const options = "logto = %dsite.log\ntouch-logreopen = %dreopen\ntouch-logrotate = %drotate";
  const ini = folder.write("site.ini", `[uwsgi]\nwsgi-file = ${app}\n${options}\n`);
  await using _server = await startServer(["--http", "127.0.0.1:0", ini], { withoutWaiting: true });
  const logs = () => readdirSync(folder.path).filter((name) => name.startsWith("site.log"));
  const says = (text: string) => logs().some((name) => folder.read(name).includes(text));
  await until("the start", () => says("listening on"));
  renameSync(folder.file("site.log"), folder.file("site.log.moved"));
  folder.write("reopen", "");
  await until("another file", () => says(`touch-logreopen (${folder.file("reopen")}): opened anew`));
  assert.deepEqual(logs().sort(), ["site.log", "site.log.moved"]);
  folder.write("rotate", "");
  await until("a third file", () => says(`touch-logrotate (${folder.file("rotate")}): opened anew`));
  assert.equal(logs().length, 3);
});

test("touch-exec: the shell runs the command where the application is, and says how it ended", async () => {
  using folder = new Folder();
  await using server = await startIn(
    folder,
    'touch-exec = touch echo to > made && echo "in $(pwd)"\ntouch-exec = bad echo sorry >&2; exit 3',
  );
  folder.write("touch", "");
  await until("the output", () => server.log.includes(`\nin ${folder.path}\n`));
  assert.equal(folder.read("made"), "to\n");
  folder.write("bad", "");
  await server.waitForLog(/^sorry$/m);
  await server.waitForLog(/touch-exec \(.*\/bad\): ended with exit code 3/);
});

test("fs-reload: a file or a directory whose files change, several changes at once being one", async () => {
  using folder = new Folder();
  folder.write("settings/one.toml", "");
  folder.write("settings/below/two.toml", "");
  folder.write("single", "");
  await using server = await startIn(folder, "fs-reload = settings\nfs-reload = single");
  const expectReload = async (text: string, change: () => void) => {
    const before = reloads(server);
    folder.write("app.py", appThatAnswers(text));
    change();
    await untilAnswer(server, text);
    await server.waitForLog(new RegExp(`generation ${before + 2} serves`));
    assert.equal(reloads(server), before + 1);
  };
  await expectReload("a file in it", () => folder.write("settings/one.toml", "changed"));
  await expectReload("new files", () => {
    for (const name of ["a", "b", "c"]) folder.write(`settings/${name}`, "");
  });
  // A directory further down does not count: only the next change does.
  folder.write("settings/below/two.toml", "changed");
  await expectReload("one that goes", () => rmSync(folder.file("settings/one.toml")));
  await expectReload("the single one", () => folder.write("single", "changed"));
});

test("fs-reload: a directory that is not there yet, and one that is replaced", async () => {
  using folder = new Folder();
  await using server = await startIn(folder, "fs-reload = settings");
  folder.write("app.py", appThatAnswers("made"));
  mkdirSync(folder.file("settings"));
  await untilAnswer(server, "made");
  folder.write("app.py", appThatAnswers("inside"));
  folder.write("settings/new", "");
  await untilAnswer(server, "inside");
  await server.waitForLog(/generation 3 serves/);
  folder.write("app.py", appThatAnswers("replaced"));
  folder.write("other/new", "");
  rmSync(folder.file("settings"), { recursive: true });
  renameSync(folder.file("other"), folder.file("settings"));
  await untilAnswer(server, "replaced");
  // Twice: the going and the coming may have been two reloads, the second of them late.
  for (const text of ["inside again", "and again"]) {
    folder.write("app.py", appThatAnswers(text));
    folder.write("settings/new", text);
    await untilAnswer(server, text);
  }
});

test("a reload brings other files to watch, and those before no longer count", async () => {
  using folder = new Folder();
  await using server = await startIn(folder, "touch-reload = first");
  const ini = folder.read("site.ini");
  folder.write("site.ini", ini.replace("= first", "= second\ntouch-exec = first echo only this"));
  folder.write("app.py", appThatAnswers("second"));
  folder.write("first", "");
  await untilAnswer(server, "second");
  await server.waitForLog(/generation 2 serves/);
  folder.write("first", "more");
  await server.waitForLog(/^only this$/m);
  folder.write("app.py", appThatAnswers("third"));
  folder.write("second", "");
  await untilAnswer(server, "third");
  assert.equal(reloads(server), 2);
  assert.deepEqual(await server.stop(), { code: 0, signal: null });
});

for (const option of ["reload-on-fd", "brutal-reload-on-fd"]) {
  test(`${option}: whatever can be read from an inherited descriptor is a reload`, async () => {
    using folder = new Folder();
    const fifo = folder.file("fifo");
    execFileSync("mkfifo", [fifo]);
    const wrapper = ["sh", "-c", `exec 9<>"${fifo}"; exec "$@"`, "sh"];
    const app = folder.write("app.py", appThatAnswers("old"));
    await using server = await startServer([`--${option}`, "9:8", app], { wrapper });
    for (const text of ["first", "second"]) {
      folder.write("app.py", appThatAnswers(text));
      writeFileSync(fifo, "12345678");
      await untilAnswer(server, text);
    }
    assert.match(server.log, new RegExp(`master: ${option} \\(9\\): reloading`));
    assert.deepEqual(await server.stop(), { code: 0, signal: null });
  });
}

test("reload-on-fd: a descriptor that is none is named, and the start goes on", async () => {
  using folder = new Folder();
  const app = folder.write("app.py", appThatAnswers("up"));
  await using server = await startServer(["--reload-on-fd", "77", app]);
  await server.waitForLog(/reload-on-fd \(77\): cannot be waited for: it is no pipe and no socket/);
  await untilAnswer(server, "up");
});
