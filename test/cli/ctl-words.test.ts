import assert from "node:assert/strict";
import { test } from "node:test";
import { readCtlWords } from "../../src/cli/ctl-words.ts";
import { runTsgi } from "./run-tsgi.ts";

const orders: readonly (readonly [line: string, wanted: unknown])[] = [
  ["status", { which: { by: "only" }, wanted: { do: "status" }, asJson: false, waits: false }],
  [
    "--json status --pid 7",
    { which: { by: "pid", pid: 7 }, wanted: { do: "status" }, asJson: true, waits: false },
  ],
  [
    "reload --chain --wait",
    { which: { by: "only" }, wanted: { do: "command", name: "reload-chain" }, asJson: false, waits: true },
  ],
  [
    "reload --workers --at-once --pidfile=/run/a",
    {
      which: { by: "pidfile", path: "/run/a" },
      wanted: { do: "command", name: "reload-workers-at-once" },
      asJson: false,
      waits: false,
    },
  ],
  [
    "stop --now",
    { which: { by: "only" }, wanted: { do: "command", name: "stop-at-once" }, asJson: false, waits: false },
  ],
  ["scale 4", { which: { by: "only" }, wanted: { do: "scale", workers: 4 }, asJson: false, waits: false }],
];

for (const [line, wanted] of orders) {
  test(`tsgi ctl ${line} is understood`, () => {
    assert.deepEqual(readCtlWords(line.split(" ")), { kind: "value", value: wanted });
  });
}

const mistakes: readonly (readonly [line: string, said: RegExp])[] = [
  ["", /^what is wanted\? One of status, reload/],
  ["relaod", /^"relaod": did you mean reload\?$/],
  ["toString", /^"toString": it is none of/],
  ["status --chain", /^"--chain" does not belong to status$/],
  ["scale", /^scale wants a number of workers$/],
  ["scale many", /^scale wants a number of workers$/],
  ["reload now", /^too many words behind reload$/],
  ["--pid", /^--pid wants a value$/],
  ["--pid 0 status", /^one of --pid N/],
  ["--pid 7 --socket a status", /^one of --pid N/],
];

for (const [line, said] of mistakes) {
  test(`tsgi ctl ${line || "alone"} is a mistake`, () => {
    const found = readCtlWords(line.split(" ").filter((word) => word !== ""));
    assert.equal(found.kind, "invalid");
    assert.match(found.kind === "invalid" ? found.wanted : "", said);
  });
}

test("a mistake ends with exit code 2, and nothing is sent to anybody", () => {
  const { status, stderr } = runTsgi(["ctl", "--pid", "1", "relaod"]);
  assert.deepEqual([status, stderr], [2, 'tsgi: error: ctl: "relaod": did you mean reload?\n']);
});

test("a process that is no instance is not commanded", () => {
  const { status, stderr } = runTsgi(["ctl", "--pid", String(process.pid), "stop"]);
  assert.equal(status, 1);
  assert.match(stderr, /is no master of tsgi that you may command/);
});
