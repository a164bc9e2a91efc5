import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, renameSync, rmSync, symlinkSync, utimesSync } from "node:fs";
import { test } from "node:test";
import { skipUnless } from "../support/component.ts";
import { startGunicorn } from "../support/start-gunicorn.ts";
import { Folder, type RunningServer, startServer, until } from "../support/start-server.ts";

/** Answers what stands in greeting.py and in the template, and after `wait` seconds. */
const APPLICATION = `
import os, time
import greeting

HERE = os.path.dirname(os.path.abspath(__file__))
with open(os.path.join(HERE, "page.html")) as file:
    PAGE = file.read()

def application(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [(greeting.TEXT + " " + PAGE).encode()]
`;

const SAYS_EXTRA = `
import os
TEXT = open("extra.json").read() if os.path.exists("extra.json") else "none"

def application(environ, start_response):
    start_response("200 OK", [])
    return [TEXT.encode()]
`;

const WATCHING = /py-autoreload: watching \//;

function writeSite(folder: Folder): string {
  folder.write("greeting.py", 'TEXT = "old"\n');
  folder.write("page.html", "page");
  return folder.write("app.py", APPLICATION);
}

async function startSite(folder: Folder, ...args: readonly string[]): Promise<RunningServer> {
  const server = await startServer(["--py-autoreload", "1", ...args, writeSite(folder)], {
    cwd: folder.path,
  });
  await server.waitForLog(WATCHING);
  return server;
}

async function answerOf(server: RunningServer): Promise<string> {
  return (await server.fetch()).text();
}

function reloads(server: RunningServer): number {
  return server.log.match(/: reloading/g)?.length ?? 0;
}

/** From the change until the new code has answered, in milliseconds. */
async function timeUntil(server: RunningServer, answer: string): Promise<number> {
  const start = Date.now();
  await until(
    answer,
    async () => (await answerOf(server)) === answer,
    () => server.log,
  );
  return Date.now() - start;
}

for (const args of [[], ["--lazy-apps"], ["--processes", "3"]]) {
  test(`a saved module or template is served within a second ${args.join(" ")}`, async () => {
    using folder = new Folder();
    await using server = await startSite(folder, ...args);
    assert.equal(await answerOf(server), "old page");
    folder.write("greeting.py", 'TEXT = "new"\n');
    const module = await timeUntil(server, "new page");
    await until("the end of the reload", () => /generation 2 serves/.test(server.log));
    folder.write("page.html", "template");
    const template = await timeUntil(server, "new template");
    // A second by itself; the machine may be busy with other tests.
    assert.ok(Math.max(module, template) < 5000, `${module} ms, ${template} ms`);
    assert.match(server.log, /master: py-autoreload \(\/.*\/greeting\.py\): reloading/);
  });
}

test("the page that is asked for after saving waits for the new code, and does not get the old one", async () => {
  using folder = new Folder();
  await using server = await startSite(folder);
  for (let round = 1; round <= 5; round++) {
    const text = `round ${round}`;
    folder.write("greeting.py", `import time\ntime.sleep(0.3)\nTEXT = "${text}"\n`);
    // The kernel tells the master of the change; nobody reloads a page faster than that.
    await server.waitForLog(new RegExp(`(: reloading[\\s\\S]*){${round}}`));
    assert.equal(await answerOf(server), `${text} page`);
  }
});

test("several files saved at once are one reload", async () => {
  using folder = new Folder();
  await using server = await startSite(folder);
  folder.write("greeting.py", 'TEXT = "new"\n');
  for (let count = 0; count < 20; count++) folder.write(`module${count}.py`, "");
  await timeUntil(server, "new page");
  await until("the end of the reload", () => /generation 2 serves/.test(server.log));
  // One, but for a master that did not get to run meanwhile.
  assert.ok(reloads(server) <= 3, server.log);
  assert.match(server.log, /py-autoreload \(\/.*\.py and \d+ more\): reloading/);
});

test("broken code: the old code answers on at once, with the traceback in the log, until the next save", async () => {
  using folder = new Folder();
  await using server = await startSite(folder);
  folder.write("greeting.py", "TEXT = undefined_name\n");
  await server.waitForLog(/the reload has failed[\s\S]*NameError: name 'undefined_name' is not defined/);
  assert.equal(await answerOf(server), "old page");
  folder.write("greeting.py", 'TEXT = "repaired"\n');
  await timeUntil(server, "repaired page");
});

test("an import that hangs is given up when a file is saved again", async () => {
  using folder = new Folder();
  await using server = await startSite(folder);
  folder.write("greeting.py", "import time\ntime.sleep(600)\n");
  await server.waitForLog(/: reloading/);
  const waiting = answerOf(server);
  await until("the new zygote", () => server.pids("zygote").length === 2);
  folder.write("greeting.py", 'TEXT = "repaired"\n');
  assert.equal(await waiting, "repaired page");
});

test("files of editors, of version control, of virtual environments and of caches do not count", async () => {
  using folder = new Folder();
  for (const name of ["my env/pyvenv.cfg", ".git/HEAD", "node_modules/a/a.py", "__pycache__/a.py"])
    folder.write(name, "");
  await using server = await startSite(folder);
  const others = ["data.db", ".greeting.py.swp", "greeting.py~", "#greeting.py#", ".#greeting.py", "4913"];
  const inside = ["my env/lib/module.py", ".git/hook.py", "node_modules/a/a.py", "__pycache__/greeting.py"];
  for (const name of [...others, ...inside]) folder.write(name, "changed");
  // As vim saves: the old file goes to a backup, the new one gets its name.
  renameSync(folder.file("greeting.py"), folder.file("greeting.py~"));
  folder.write("greeting.py", 'TEXT = "saved"\n');
  await timeUntil(server, "saved page");
  for (const [, cause] of server.log.matchAll(/py-autoreload \((.*)\): reloading/g))
    assert.equal(cause, folder.file("greeting.py"));
});

test("files and directories that come, go, or are replaced count", async () => {
  using folder = new Folder();
  await using server = await startSite(folder);
  const saved = async (text: string, change: () => void) => {
    change();
    await timeUntil(server, `${text} page`);
  };
  await saved("package", () => {
    rmSync(folder.file("greeting.py"));
    folder.write("greeting/__init__.py", "from .deep.text import TEXT\n");
    folder.write("greeting/deep/text.py", 'TEXT = "package"\n');
  });
  await saved("deep", () => folder.write("greeting/deep/text.py", 'TEXT = "deep"\n'));
  await saved("renamed", () => {
    renameSync(folder.write("greeting/deep/new", 'TEXT = "renamed"\n'), folder.file("greeting/deep/text.py"));
  });
  await saved("replaced", () => {
    folder.write("other/__init__.py", 'TEXT = "replaced"\n');
    rmSync(folder.file("greeting"), { recursive: true });
    renameSync(folder.file("other"), folder.file("greeting"));
  });
  await saved("once more", () => folder.write("greeting/__init__.py", 'TEXT = "once more"\n'));
});

test("modules from elsewhere count, and templates directories whatever is in them; ignored modules do not", async () => {
  using folder = new Folder();
  using elsewhere = new Folder();
  elsewhere.write("shared/__init__.py", 'TEXT = "shared"\n');
  folder.write("templates/mail/welcome.txt", "mail");
  await using server = await startSite(folder, "--py-auto-reload-ignore", "settings.local");
  const greeting = (text: string) => `import sys
sys.path.append(${JSON.stringify(elsewhere.path)})
from shared import TEXT as SHARED
with open(${JSON.stringify(folder.file("templates/mail/welcome.txt"))}) as file:
    TEXT = "${text} " + SHARED + " " + file.read()
`;
  folder.write("greeting.py", greeting("first"));
  await timeUntil(server, "first shared mail page");
  // Nothing tells when what was imported is watched: saved until it is noticed.
  let next = 0;
  await until("a change elsewhere", async () => {
    if (Date.now() >= next) {
      elsewhere.write("shared/__init__.py", 'TEXT = "changed"\n');
      next = Date.now() + 3000;
    }
    return (await answerOf(server)) === "first changed mail page";
  });
  folder.write("templates/mail/welcome.txt", "letter");
  await timeUntil(server, "first changed letter page");
  folder.write("settings/local.py", "");
  folder.write("greeting.py", greeting("last"));
  await timeUntil(server, "last changed letter page");
  assert.doesNotMatch(server.log, /local\.py|more\): reloading/);
});

test("an operator's pause outlasts a reload", async () => {
  using folder = new Folder();
  await using server = await startSite(folder);
  server.kill("SIGTSTP");
  await server.waitForLog(/paused/);
  folder.write("greeting.py", 'TEXT = "new"\n');
  await server.waitForLog(/generation 2 serves/);
  const waiting = answerOf(server);
  await until("the request to wait", () => {
    server.kill("SIGUSR1");
    return /requests: 1 waiting/.test(server.log);
  });
  server.kill("SIGTSTP");
  assert.equal(await waiting, "new page");
});

for (const lazy of [[], ["--lazy-apps"]]) {
  test(`an application that is broken at the start waits for the next save ${lazy.join("")}`, async () => {
    using folder = new Folder();
    const app = folder.write("app.py", "import greeting\nfrom greeting import application\n");
    const args = ["--py-autoreload", "1", "--processes", "2", ...lazy, app];
    await using server = await startServer(args, { cwd: folder.path, withoutWaiting: true });
    await server.waitForLog(/No module named 'greeting'[\s\S]*the start goes on when a file has changed/);
    folder.write("greeting.py", "1 / 0\n");
    await server.waitForLog(
      /greeting\.py\): trying again[\s\S]*ZeroDivisionError[\s\S]*the start goes on when/,
    );
    folder.write("greeting.py", 'application = lambda _, start: start("200 OK", []) and None or [b"up"]\n');
    await server.untilListening();
    assert.equal(await answerOf(server), "up");
    assert.deepEqual(await server.stop(), { code: 0, signal: null });
    await server.untilGone();
  });
}

test("a start that waits for a save ends when it is told to", async () => {
  using folder = new Folder();
  const args = ["--py-autoreload", "1", folder.file("app.py")];
  await using server = await startServer(args, { cwd: folder.path, withoutWaiting: true });
  await server.waitForLog(/No such file: [\s\S]*the start goes on when a file has changed/);
  assert.deepEqual(await server.stop("SIGINT"), { code: 0, signal: null });
  await server.untilGone();
});

test("py-autoreload-poll notices changes without the system's help", async () => {
  using folder = new Folder();
  await using server = await startSite(folder, "--py-autoreload-poll");
  folder.write("greeting.py", 'TEXT = "polled"\n');
  await timeUntil(server, "polled page");
});

test("py-autoreload = 0 is off, and a reload may switch it on and off", async () => {
  using folder = new Folder();
  const app = writeSite(folder);
  const ini = (value: number) =>
    folder.write(
      "site.ini",
      `[uwsgi]\nwsgi-file = ${app}\npy-autoreload = ${value}\ntouch-reload = %d/touch\n`,
    );
  await using server = await startServer(["--http", "127.0.0.1:0", ini(0)], { cwd: folder.path });
  const round = async (value: number, generation: number) => {
    ini(value);
    server.kill("SIGHUP");
    await server.waitForLog(new RegExp(`generation ${generation} serves`));
  };
  folder.write("greeting.py", 'TEXT = "unseen"\n');
  await round(1, 2);
  await server.waitForLog(WATCHING);
  assert.equal(await answerOf(server), "unseen page");
  assert.equal(reloads(server), 1);
  folder.write("greeting.py", 'TEXT = "seen"\n');
  await timeUntil(server, "seen page");
  await server.waitForLog(/generation 3 serves/);
  await round(0, 4);
  folder.write("greeting.py", 'TEXT = "unseen again"\n');
  await round(0, 5);
  assert.equal(reloads(server), 4);
  await round(1, 6);
  await server.waitForLog(/(watching [\s\S]*){2}/);
  folder.write("greeting.py", 'TEXT = "seen again"\n');
  await timeUntil(server, "seen again page");
});

test("source code in a volume of Kubernetes, whose link is swapped", async () => {
  using folder = new Folder();
  const publish = (version: string, old: string | null) => {
    folder.write(`code/..${version}/greeting.py`, `TEXT = "${version}"\n`);
    symlinkSync(`..${version}`, folder.file("code/..data_tmp"));
    renameSync(folder.file("code/..data_tmp"), folder.file("code/..data"));
    if (old !== null) rmSync(folder.file(`code/..${old}`), { recursive: true });
  };
  mkdirSync(folder.file("code"));
  publish("v1", null);
  symlinkSync("..data/greeting.py", folder.file("code/greeting.py"));
  const app = writeSite(folder);
  rmSync(folder.file("greeting.py"));
  const args = ["--py-autoreload", "1", "--pythonpath", folder.file("code"), app];
  await using server = await startServer(args, { cwd: folder.path });
  await server.waitForLog(WATCHING);
  assert.equal(await answerOf(server), "v1 page");
  publish("v2", "v1");
  await timeUntil(server, "v2 page");
});

test("Gunicorn's reload and reload_extra_files", async () => {
  using folder = new Folder();
  const configuration = 'reload = True\nreload_extra_files = ["extra.json"]\n';
  await using server = await startGunicorn(folder, { configuration, application: SAYS_EXTRA });
  await server.waitForLog(WATCHING);
  assert.equal(await answerOf(server), "none");
  for (const text of ["first", "second"]) {
    folder.write("extra.json", text);
    await timeUntil(server, text);
  }
});

test("saves within one second and of the same length are told apart, whatever Python's bytecode says", async () => {
  using folder = new Folder();
  const args = ["--py-autoreload", "1", writeSite(folder)];
  const environment = { PYTHONDONTWRITEBYTECODE: "" };
  await using server = await startServer(args, { cwd: folder.path, environment });
  await server.waitForLog(WATCHING);
  for (const text of ["one", "two", "six"]) {
    folder.write("greeting.py", `TEXT = "${text}"\n`);
    utimesSync(folder.file("greeting.py"), 1_700_000_000, 1_700_000_000);
    await timeUntil(server, `${text} page`);
  }
});

/** In a name space of users of its own, whose limit is nobody else's. */
const FEW_WATCHES = [
  ...["unshare", "--user", "--map-root-user", "sh", "-c"],
  'echo 2 >/proc/sys/user/max_inotify_watches && exec "$@"',
  "sh",
];
const canUnshare = spawnSync(FEW_WATCHES[0] ?? "", [...FEW_WATCHES.slice(1), "true"]).status === 0;
const skip = skipUnless(canUnshare, "name space of users");

test("where the system has no file watches left, files are looked at, and the log says so once", {
  skip,
}, async () => {
  using folder = new Folder();
  const args = ["--py-autoreload", "1", writeSite(folder)];
  await using server = await startServer(args, { cwd: folder.path, wrapper: FEW_WATCHES });
  await server.waitForLog(
    /py-autoreload: the system has no file watches left \(ENOSPC\); files are looked at/,
  );
  await server.waitForLog(WATCHING);
  for (const text of ["first", "second"]) {
    folder.write("greeting.py", `TEXT = "${text} in turn"\n`);
    await timeUntil(server, `${text} in turn page`);
  }
  assert.equal(server.log.match(/no file watches left/g)?.length, 1);
});
