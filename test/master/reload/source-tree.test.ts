import assert from "node:assert/strict";
import { mkdirSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { SourceTree } from "../../../src/master/reload/source-tree.ts";
import { readSettings } from "../../../src/settings/read-settings.ts";
import type { Settings } from "../../../src/settings/settings.ts";
import { fileConfiguration } from "../../support/file-configuration.ts";
import { Folder } from "../../support/start-server.ts";

function settingsOf(...lines: readonly string[]): Settings {
  const reading = readSettings(fileConfiguration(["py-autoreload = 1", ...lines]));
  return reading.kind === "settings" ? reading.settings : assert.fail(reading.problems.join());
}

test("SourceTree counts modules and templates below the application's directory, and the application itself", () => {
  using folder = new Folder();
  const site = folder.file("templates/site");
  mkdirSync(site, { recursive: true });
  const tree = new SourceTree();
  tree.addSettings(settingsOf(`chdir = ${site}`, `wsgi-file = ${site}/app.wsgi`));
  const counted = [
    "app.wsgi",
    "a.py",
    "deep/er/a.py",
    "fast.so",
    "page.html",
    "page.j2",
    "templates/mail.txt",
  ];
  for (const name of counted) assert.ok(tree.counts(join(site, name)), name);
  const others = ["data.txt", "db.sqlite3", "a.pyc", ".a.py.swp", "a.py~", "#a.py#", "4913", "style.css"];
  for (const name of others) assert.ok(!tree.counts(join(site, name)), name);
  assert.ok(!tree.counts(join(dirname(site), "a.py")));
});

test("SourceTree goes neither into a whole home nor into the root, but into an application in it", () => {
  using folder = new Folder();
  const directory = statSync(folder.path);
  for (const place of [homedir(), "/"]) {
    const tree = new SourceTree();
    assert.deepEqual(tree.addSettings(settingsOf(`chdir = ${place}`, "module = app")), [place]);
    assert.ok(tree.counts(join(place, "app.py")));
    assert.ok(!tree.counts(join(place, "app/views.py")));
    assert.ok(tree.isIgnored(join(place, "app"), directory));
    assert.deepEqual(tree.addImported([folder.path]), [folder.path]);
    assert.ok(!tree.isIgnored(folder.file("inner"), directory));
    assert.ok(tree.counts(folder.file("inner/a.py")));
  }
});

test("SourceTree enters a bounded number of directories, each as often as it is asked", () => {
  using folder = new Folder();
  const tree = new SourceTree();
  tree.addSettings(settingsOf(`chdir = ${folder.path}`, "module = app"));
  const directory = statSync(folder.path);
  const entered = (number: number) => !tree.isIgnored(folder.file(`d${number}`), directory);
  for (let number = 0; number < 5000; number++) assert.ok(entered(number));
  assert.equal(tree.isTooLarge, false);
  assert.ok(!entered(5000));
  assert.ok(entered(17));
  assert.equal(tree.isTooLarge, true);
});

test("SourceTree lets single files and whole directories count that the operator names", () => {
  using folder = new Folder();
  using other = new Folder();
  other.write("data/deep/any.thing", "");
  const tree = new SourceTree();
  const extra = ["rates.json", "data"].map((name) => `py-autoreload-extra = ${other.file(name)}`);
  tree.addSettings(settingsOf(`chdir = ${folder.path}`, "module = app", ...extra));
  assert.ok(tree.counts(other.file("rates.json")));
  assert.ok(tree.counts(other.file("data/deep/any.thing")));
  assert.ok(!tree.counts(other.file("other.json")));
  assert.ok(!tree.counts(other.file("other.py")));
  assert.ok(tree.isIgnored(other.file("below"), statSync(other.path)));
});
