import assert from "node:assert/strict";
import { chmodSync, readFileSync } from "node:fs";
import { after, test } from "node:test";
import { ANY_USERS_PYTHON, cannotBecome, NOBODY, ordinaryUser } from "../support/other-user.ts";
import { Folder, type RunningServer, runToEnd, startServer } from "../support/start-server.ts";

const folder = new Folder();
// Also for a server that becomes another user.
chmodSync(folder.path, 0o755);
after(() => folder[Symbol.dispose]());

const app = folder.write(
  "app.py",
  `import os

def application(environ, start_response):
    try:
        os.setuid(0)
        answer = "root again"
    except PermissionError:
        answer = "%s %s" % (os.getresuid(), os.getgroups())
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [answer.encode()]
`,
);

const nobody = ["--python", ANY_USERS_PYTHON, "--uid", NOBODY.user, "--gid", NOBODY.group];
const skip = cannotBecome(NOBODY, ANY_USERS_PYTHON);
const ordinary = ordinaryUser();

/** Real, effective, saved and file system's. */
function usersOf(pid: number): readonly string[] {
  const row = /^Uid:\s*(.*)$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"));
  return [...new Set(row?.[1]?.split(/\s+/) ?? [])];
}

async function answerOf(server: RunningServer): Promise<string> {
  return (await server.fetch()).text();
}

for (const [name, options] of [
  ["uid and gid", nobody],
  [
    "immediate-uid and immediate-gid",
    ["--python", ANY_USERS_PYTHON, "--immediate-uid", NOBODY.user, "--immediate-gid", NOBODY.group],
  ],
] as const) {
  test(`${name}: no process keeps a right of root, and none can take it back`, { skip }, async () => {
    await using server = await startServer([...options, app]);
    for (const pid of server.allPids()) assert.deepEqual(usersOf(pid), [NOBODY.user]);
    assert.match(await answerOf(server), /^\(65534, 65534, 65534\)/);
    assert.doesNotMatch(server.log, /as root/);
  });
}

test("immediate-uid: sockets and files are that user's, and what only root may do is refused", {
  skip,
}, async () => {
  const options = ["--python", ANY_USERS_PYTHON, "--immediate-uid", NOBODY.user];
  const { exit, output } = await runToEnd([...options, "--pidfile", "/run/tsgi-test.pid", app]);
  assert.equal(exit.code, 1);
  assert.match(output, /--pidfile .*\/run\/tsgi-test\.pid/);
});

test("immediate-uid without being root is refused", { skip: ordinary.skip }, async () => {
  const { wrapper } = ordinary;
  const { exit, output } = await runToEnd(["--immediate-uid", "0", app], { wrapper });
  assert.equal(exit.code, 1);
  assert.match(output, /--immediate-uid \(argument 3\): only root can change the user/);
});

test("no-initgroups takes on the first group only", { skip }, async () => {
  const named = ["--python", ANY_USERS_PYTHON, "--uid", "nobody", "--gid", "12345"];
  await using server = await startServer([...named, "--no-initgroups", "--add-gid", "23456", app]);
  assert.match(await answerOf(server), /\[12345, 23456\]$/);
});

test("a start as root without uid says so once", { skip: cannotBecome(NOBODY) }, async () => {
  await using server = await startServer([app]);
  assert.equal(server.log.match(/runs as root, and so does the application/g)?.length, 1, server.log);
});

test("what would lay something open if it were left out is refused", async () => {
  for (const [option, value, instead] of [
    ["--chroot", "/srv", /RootDirectory=/],
    ["--cap", "net_bind_service", /AmbientCapabilities=/],
  ] as const) {
    const { exit, output } = await runToEnd([option, value, app]);
    assert.equal(exit.code, 2);
    assert.match(output, new RegExp(`${option}.*is not honoured`));
    assert.match(output, instead);
  }
});
