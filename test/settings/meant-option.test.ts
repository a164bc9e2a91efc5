import assert from "node:assert/strict";
import { test } from "node:test";
import { meantOption, mistakenNames } from "../../src/settings/meant-option.ts";
import { options } from "../../src/settings/options.ts";
import { vocabularyOf } from "../../src/settings/vocabulary.ts";

/** Keys of files in the wild, and what their authors wanted. */
const meant: Readonly<Record<string, string | null>> = {
  proceses: "processes",
  processess: "processes",
  process: "processes",
  worker: "processes",
  thread: "threads",
  vaccum: "vacuum",
  vacum: "vacuum",
  "py-callos-afterfork": "py-call-osafterfork",
  "exec-pre": "exec-pre-app",
  "log-backupcount": "log-backupname",
  "proc-name-prefix": "procname-prefix",
  "post buffering": "post-buffering",
  "python-autoreloader": "python-autoreload",
  max_requests: "max-requests",
  Max_Requests: "max-requests",
  "--http-socket": "http-socket",
  buffersize: "buffer-size",
  harakiri_verbose: "harakiri-verbose",
  "virtual-env": "virtualenv",
  timeout: "harakiri",
  bind: "http-socket",
  user: "uid",
  base: null,
  www: null,
  lib: null,
  project: null,
  domain: null,
  django: null,
  my_app_folder: null,
  current_release: null,
  STATIC_ROOT: null,
  SERVER_NAME: null,
  "<<<<<<< HEAD": null,
  "=======": null,
  "{env_section}": null,
  "": null,
  constructor: null,
};

for (const [written, name] of Object.entries(meant)) {
  test(`${JSON.stringify(written)} ${name === null ? "is near to no option" : `means ${name}`}`, () => {
    assert.equal(meantOption(written)?.name ?? null, name);
  });
}

test("what is taken for a mistake is no option, and what is meant by it is one", () => {
  const { long } = vocabularyOf(options);
  for (const [written, name] of Object.entries(mistakenNames)) {
    assert.ok(!long.has(written), `${written} is an option`);
    assert.ok(long.has(name), `${name} is none`);
  }
});

test("any key is looked up quickly", () => {
  const started = performance.now();
  meantOption("x".repeat(1_000_000));
  for (let count = 0; count < 1000; count++) meantOption(`max-worker-lifetme${count}`);
  assert.ok(performance.now() - started < 2000);
});
