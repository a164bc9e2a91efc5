import assert from "node:assert/strict";
import { test } from "node:test";
import { concurrencyOf } from "../../src/settings/concurrency.ts";
import { readSettings } from "../../src/settings/read-settings.ts";
import { fileConfiguration } from "../support/file-configuration.ts";

function read(...lines: readonly string[]) {
  return readSettings(fileConfiguration(["module = app", ...lines]));
}

test("gevent = 100: a hundred slots a worker, in green threads", () => {
  const reading = read("gevent = 100");
  assert.equal(reading.kind, "settings");
  assert.deepEqual(concurrencyOf(reading.settings), { green: "gevent", slots: 100 });
});

test("threads beside gevent are ignored, with a warning", () => {
  const reading = read("threads = 4", "gevent = 100");
  assert.equal(reading.kind, "settings");
  assert.deepEqual(concurrencyOf(reading.settings), { green: "gevent", slots: 100 });
  assert.match(
    reading.warnings.join("\n"),
    /^\S+:2: threads: is ignored: \S+:3: gevent gives each worker green threads instead$/m,
  );
});

test("threads = 1 beside eventlet is nothing to speak of", () => {
  const reading = read("threads = 1", "eventlet = 50");
  assert.equal(reading.kind, "settings");
  assert.deepEqual(concurrencyOf(reading.settings), { green: "eventlet", slots: 50 });
  assert.deepEqual(reading.warnings, []);
});

test("gevent and eventlet together are refused", () => {
  const reading = read("gevent = 100", "eventlet = 50");
  assert.equal(reading.kind, "problems");
  assert.match(
    reading.problems.join("\n"),
    /^\S+:3: eventlet: a worker has green threads of one kind: leave out this or \S+:2: gevent$/m,
  );
});
