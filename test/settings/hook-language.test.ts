import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { Deed } from "../../src/base/hook.ts";
import { parseHook } from "../../src/settings/hook-language.ts";

const deeds: readonly (readonly [string, Deed])[] = [
  ["exec:./migrate.sh --all", { do: "exec", command: "./migrate.sh --all", mayFail: false }],
  ["exec:a : b; c # d", { do: "exec", command: "a : b; c # d", mayFail: false }],
  ["safeexec:false", { do: "exec", command: "false", mayFail: true }],
  ["print:up: 5", { do: "print", text: "up: 5" }],
  ["log:", { do: "print", text: "" }],
  ["cd:/srv/site", { do: "chdir", path: "/srv/site" }],
  ["chdir:..", { do: "chdir", path: ".." }],
  ["mkdir:/run/a b", { do: "mkdir", path: "/run/a b" }],
  ["unlink:/run/a.sock", { do: "unlink", path: "/run/a.sock" }],
  ["sticky:/run/a", { do: "sticky", path: "/run/a" }],
  ["putenv:A=b=c", { do: "putenv", name: "A", value: "b=c" }],
  ["putenv:A=", { do: "putenv", name: "A", value: "" }],
  ["create:/run/up", { do: "write", path: "/run/up", text: "", appends: false }],
  ["creat:/run/up", { do: "write", path: "/run/up", text: "", appends: false }],
  ["write:/run/up a  b", { do: "write", path: "/run/up", text: "a  b", appends: false }],
  ["writen:/run/up a", { do: "write", path: "/run/up", text: "a\n", appends: false }],
  ["append:/run/up a", { do: "write", path: "/run/up", text: "a", appends: true }],
  ["appendn:/run/up a", { do: "write", path: "/run/up", text: "a\n", appends: true }],
  ["appendn:/run/up", { do: "write", path: "/run/up", text: "\n", appends: true }],
  ["writefifo:/run/f r", { do: "writefifo", path: "/run/f", text: "r", waits: false }],
  ["spinningfifo:/run/f r", { do: "writefifo", path: "/run/f", text: "r", waits: true }],
  ["chmod:/run/a.sock 660", { do: "chmod", path: "/run/a.sock", mode: 0o660 }],
  ["chown:/run/a.sock www-data adm", { do: "chown", path: "/run/a.sock", user: "www-data", group: "adm" }],
  ["chown2:/run/a.sock 33 4", { do: "chown", path: "/run/a.sock", user: "33", group: "4" }],
  ["wait_for_fs:/mnt", { do: "wait", what: "fs", path: "/mnt" }],
  ["wait_for_file:/mnt/a", { do: "wait", what: "file", path: "/mnt/a" }],
  ["wait_for_dir:/mnt", { do: "wait", what: "dir", path: "/mnt" }],
  ["wait_for_socket:127.0.0.1:5432", { do: "wait", what: "socket", path: "127.0.0.1:5432" }],
  ["exit:7", { do: "exit", code: 7 }],
  ["exit:", { do: "exit", code: 0 }],
  ["unix_signal:15 gracefully_kill_them_all", { do: "signal", signal: "SIGTERM", command: "stop" }],
  ["unix_signal:1 grace_them_all", { do: "signal", signal: "SIGHUP", command: "reload" }],
];

for (const [text, deed] of deeds) {
  test(`a hook says ${text}`, () => {
    assert.deepEqual(parseHook(text), { kind: "value", value: { shown: text, deed } });
  });
}

test("a hook with an exclamation mark in front does not show its words", () => {
  const read = parseHook("!exec:curl https://x/?token=secret");
  assert.equal(read.kind, "value");
  assert.doesNotMatch(read.kind === "value" ? read.value.shown : "", /secret/);
});

for (const text of [
  "call:uwsgi_log up",
  "callint:putenv 1",
  "rpc:f",
  "alarm:mail up",
  "hostname:box",
  "unix_signal:15 f",
]) {
  test(`a hook that says ${text} is left out, with a reason`, () => {
    const read = parseHook(text);
    assert.equal(read.kind === "value" ? read.value.deed.do : read.kind, "nothing");
  });
}

for (const text of [
  "",
  ":",
  "exec",
  "frob:x",
  "mkdir:",
  "putenv:A",
  "putenv:=a",
  "write:/run/up",
  "chmod:/run/up",
  "chmod:/run/up rw",
  "chown:/run/up www-data",
  "unix_signal:15",
  "mount:proc none /proc",
  "umount:/mnt",
  "exec:a\0b",
]) {
  test(`a hook cannot say ${JSON.stringify(text)}`, () => {
    assert.equal(parseHook(text).kind, "invalid");
  });
}

test("whatever a hook says, it is a hook or there is a sentence about it", () => {
  const names = fc.constantFrom(...deeds.map(([text]) => text.split(":", 1)[0] ?? ""));
  fc.assert(
    fc.property(names, fc.string(), (name, argument) => {
      const read = parseHook(`${name}:${argument}`);
      assert.ok(read.kind === "value" || read.wanted.length > 0);
    }),
  );
});
