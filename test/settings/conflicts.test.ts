import assert from "node:assert/strict";
import { test } from "node:test";
import { readSettings } from "../../src/settings/read-settings.ts";
import { fileConfiguration } from "../support/file-configuration.ts";

function warningsOf(...lines: readonly string[]): readonly string[] {
  return readSettings(fileConfiguration(lines)).warnings;
}

const TO_CHOOSE = "to choose by the path takes manage-script-name = true";

test("mounts that no request over HTTP reaches are warned of", () => {
  assert.deepEqual(warningsOf("mount = /=home", "mount = /shop=shop"), [
    `uwsgi.ini:2: mount: over HTTP every request goes to the first application, as in uWSGI: ${TO_CHOOSE}`,
  ]);
  assert.deepEqual(warningsOf("no-default-app", "mount = /shop=shop"), [
    `uwsgi.ini:2: mount: over HTTP every request is answered 404, as in uWSGI: ${TO_CHOOSE}`,
  ]);
});

test("die-on-term beside reload-on-term is warned of", () => {
  assert.deepEqual(warningsOf("module = app", "die-on-term = true", "reload-on-term = true"), [
    "uwsgi.ini:2: die-on-term: has no effect: reload-on-term is given, and SIGTERM reloads",
  ]);
  assert.deepEqual(warningsOf("module = app", "reload-on-term = true"), []);
  assert.deepEqual(warningsOf("module = app", "die-on-term = true"), []);
});

test("mounts that are chosen by the path, and one at the root, are fine", () => {
  assert.deepEqual(warningsOf("mount = /shop=shop", "manage-script-name"), []);
  assert.deepEqual(warningsOf("mount = /=home"), []);
});
