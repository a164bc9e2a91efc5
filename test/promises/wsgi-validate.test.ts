import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { plainRequest } from "../support/plain-request.ts";
import { ask } from "../support/raw-client.ts";
import { type RunningServer, startServer } from "../support/start-server.ts";

const APP = fileURLToPath(new URL("../apps/validated_app.py", import.meta.url));

let server: RunningServer;
before(async () => {
  server = await startServer(["--post-buffering", "64k", "--disable-logging", APP]);
});
after(() => server[Symbol.asyncDispose]());

const requests: Record<string, readonly string[]> = {
  plain: [],
  "with headers": ["Accept: a/b", "Accept: c/d", "Cookie: a=b", "Cookie: c=d", "X-Empty:", "X-Latin: \xe9"],
};
const paths = ["listed", "unmeasured", "generated", "written", "file", "real_file", "nothing", "replaced"];

test("wsgiref.validate has no complaint about the server, in any shape of request", async (t) => {
  for (const path of paths) {
    for (const [shape, lines] of Object.entries(requests)) {
      for (const [method, suffix] of [
        ["GET", ""],
        ["GET", "?a=b%20c"],
        ["HEAD", ""],
        ["OPTIONS", ""],
      ]) {
        await t.test(`${method} /${path}${suffix}, ${shape}`, async () => {
          const request = plainRequest(`/${path}${suffix}`, lines, method);
          const response = await ask(server.port, request, { isHead: method === "HEAD" });
          assert.equal(response.status, path === "nothing" ? 204 : 200, server.log);
          if (!["nothing", "real_file"].includes(path) && method !== "HEAD")
            assert.equal(response.text, "body");
        });
      }
    }
  }
  const old = await ask(server.port, "GET /listed HTTP/1.0\r\n\r\n");
  assert.equal(old.text, "body");
});

test("wsgiref.validate has no complaint about wsgi.input, collected or streamed", async () => {
  const line = "a line of text\n";
  for (const count of [0, 1, 100, 100_000]) {
    const body = line.repeat(count);
    const lengthOnly = plainRequest("/echoed", [`Content-Length: ${body.length}`], "POST");
    assert.equal((await ask(server.port, lengthOnly + body)).text, body, server.log);
    const chunked = plainRequest("/echoed", ["Transfer-Encoding: chunked"], "POST");
    const chunk = body === "" ? "" : `${body.length.toString(16)}\r\n${body}\r\n`;
    assert.equal((await ask(server.port, `${chunked}${chunk}0\r\n\r\n`)).text, body, server.log);
  }
});

test("and nothing of all that is in the log", () => {
  assert.doesNotMatch(server.log, /Assertion|Warning|Traceback|raised|worker 1:/);
});
