import assert from "node:assert/strict";
import { test } from "node:test";
import {
  type AttachedProgram,
  type Attachment,
  attachedProgram,
} from "../../src/settings/attached-program.ts";

const PLAIN: AttachedProgram = {
  command: "sleep 1",
  pidfile: null,
  isPutInBackground: false,
  patience: 10,
  isControl: false,
  touch: [],
  stopSignal: 15,
  reloadSignal: null,
  keepsInput: false,
  user: null,
  group: null,
  directory: null,
  longestPause: null,
  isNotified: false,
};

const readings: readonly (readonly [Attachment, string, Partial<AttachedProgram>])[] = [
  ["plain", "sleep 1", {}],
  ["plain", "a=b; c | d # e", { command: "a=b; c | d # e" }],
  ["control", "sleep 1", { isControl: true }],
  ["smart", "/run/a.pid sleep 1", { pidfile: "/run/a.pid" }],
  ["smart", "/run/a.pid,30  sleep 1", { pidfile: "/run/a.pid", patience: 30 }],
  ["smart2", "a.pid sleep 1", { pidfile: "a.pid", isPutInBackground: true }],
  ["pairs", "cmd=sleep 1", {}],
  ["pairs", "command=a b=c,freq=3", { command: "a b=c", patience: 3 }],
  ["pairs", 'exec="a, \\"b\\"",stdin=1', { command: 'a, "b"', keepsInput: true }],
  ["pairs", "cmd=sleep 1,touch=a;/b;,control=1", { touch: ["a", "/b"], isControl: true }],
  ["pairs", "cmd=sleep 1,stopsignal=2,reloadsignal=1", { stopSignal: 2, reloadSignal: 1 }],
  ["pairs", "cmd=sleep 1,stop_signal=2,reload_signal=1", { stopSignal: 2, reloadSignal: 1 }],
  [
    "pairs",
    "cmd=sleep 1,pidfile=a,daemonize=1,notifypid=1",
    { pidfile: "a", isPutInBackground: true, isNotified: true },
  ],
  ["pairs", "cmd=sleep 1,chdir=/srv,max_throttle=5", { directory: "/srv", longestPause: 5 }],
  [
    "pairs",
    "cmd=sleep 1,uid=33,gid=adm",
    { user: { kind: "id", id: 33 }, group: { kind: "name", name: "adm" } },
  ],
];

for (const [kind, text, difference] of readings) {
  test(`an attached program (${kind}) reads ${text}`, () => {
    assert.deepEqual(attachedProgram(kind).parse(text), {
      kind: "value",
      value: { ...PLAIN, ...difference },
    });
  });
}

const mistakes: readonly (readonly [Attachment, string, RegExp])[] = [
  ["plain", "a\0b", /command/],
  ["smart", "/run/a.pid", /pidfile/],
  ["smart", "/run/a.pid,soon sleep 1", /seconds/],
  ["pairs", "sleep 1", /NAME=VALUE/],
  ["pairs", "pidfile=a", /cmd=COMMAND/],
  ["pairs", "cmd=a,daemonize=1", /pidfile/],
  ["pairs", "cmd=a,freq=often", /whole number/],
  ["pairs", "cmd=a,ns_pid=1", /namespaces/],
  ["pairs", "cmd=a,legion=l", /leader/],
  ["pairs", "cmd=a,colour=red", /one of command, cmd/],
];

for (const [kind, text, wanted] of mistakes) {
  test(`an attached program (${kind}) cannot be ${JSON.stringify(text)}`, () => {
    const read = attachedProgram(kind).parse(text);
    assert.match(read.kind === "invalid" ? read.wanted : "", wanted);
  });
}
