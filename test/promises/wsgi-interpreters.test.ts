import assert from "node:assert/strict";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { plainRequest } from "../support/plain-request.ts";
import { type Interpreter, interpreters } from "../support/pythons.ts";
import { ask, RawClient } from "../support/raw-client.ts";
import { Folder, type RunningServer, startServer, until } from "../support/start-server.ts";

const APP = fileURLToPath(new URL("../apps/all_apps.py", import.meta.url));
const BODY_SIZE = 300_000;
const CONTENT = "the file's content\n".repeat(10_000);

test("every Python of this machine serves", async (t) => {
  for (const interpreter of interpreters()) {
    await t.test(`CPython ${interpreter.version}`, async (each) => {
      using folder = new Folder();
      const file = folder.write("file.bin", CONTENT);
      const options = ["--python", interpreter.path, "--env", `FILE=${file}`, "--post-buffering", "64k"];
      await using server = await startServer([...options, "--threads", "2", APP]);
      for (const [name, check] of Object.entries(checks))
        await each.test(name, () => check(server, interpreter));
    });
  }
});

const checks: Record<string, (server: RunningServer, interpreter: Interpreter) => Promise<void>> = {
  async "it is the one that was asked for"(server, { version, path }) {
    assert.match(server.log, new RegExp(`CPython ${version.replace(".", "\\.")}\\.\\d+`));
    assert.ok(server.log.includes(path) || server.log.includes(version));
  },

  async hello(server) {
    const response = await server.fetch("/response/list_of_one");
    assert.equal(response.status, 200);
    assert.equal(await response.text(), "body");
  },

  async environ(server) {
    const request = plainRequest("/environ/caf%C3%A9?q=1", ["X-Latin: \xe4", "X-Twice: a", "X-Twice: b"]);
    const environ = JSON.parse((await ask(server.port, request)).text);
    assert.deepEqual(environ.PATH_INFO, ["str", "/caf\u00c3\u00a9"]);
    assert.deepEqual(environ.QUERY_STRING, ["str", "q=1"]);
    assert.deepEqual(environ.HTTP_X_LATIN, ["str", "\xe4"]);
    assert.deepEqual(environ.HTTP_X_TWICE, ["str", "a, b"]);
    assert.deepEqual(environ["wsgi.multithread"], ["bool", "True"]);
    assert.deepEqual(environ["wsgi.version"], ["tuple", "(1, 0)"]);
  },

  async "wsgi.file_wrapper"(server) {
    for (const kind of ["whole", "temporary", "memory"]) {
      assert.equal(await (await server.fetch(`/file/${kind}`)).text(), CONTENT);
    }
  },

  async "a body that is read while it comes"(server) {
    const init = { method: "POST", body: "x".repeat(BODY_SIZE) };
    const response = await server.fetch("/input/careless", init);
    assert.equal(((await response.json()) as { read: number }).read, BODY_SIZE);
  },

  async "a response that is streamed"(server) {
    assert.equal(await (await server.fetch("/response/generator")).text(), "one three");
    const large = await (await server.fetch("/response/large?3000000&65536")).arrayBuffer();
    assert.equal(large.byteLength, 3_000_000);
  },

  async "an exception, before and after the first byte"(server) {
    for (const name of ["ValueError", "SystemExit", "KeyboardInterrupt"]) {
      assert.equal((await server.fetch(`/response/raise?${name}`)).status, 500);
    }
    using client = await RawClient.connect(server.port);
    client.send(plainRequest("/response/raise_later"));
    await assert.rejects(client.response());
    await until("the traceback", () => /ValueError: in the middle/.test(server.log));
    assert.doesNotMatch(server.log, /python\/tsgi\//);
  },

  async "a header that must not be sent"(server) {
    const request = plainRequest("/response/bad_headers", ["X-Case: line end in a value"]);
    assert.equal((await ask(server.port, request)).status, 500);
  },

  async "an orderly end"(server) {
    assert.equal((await server.stop()).code, 0);
    await server.untilGone();
  },
};
