import assert from "node:assert/strict";
import { test } from "node:test";
import { curl } from "../support/curl.ts";
import { example, HOME, ways } from "../support/framework-server.ts";
import { type RunningServer, startServer } from "../support/start-server.ts";

test("Bottle", async (t) => {
  for (const [way, args] of Object.entries(ways)) {
    await t.test(way, async (each) => {
      const app = `${example("wsgi/bottle_app.py")}:application`;
      await using server = await startServer(["--home", HOME, ...args, app]);
      for (const [name, check] of Object.entries(checks)) await each.test(name, () => check(server));
      assert.doesNotMatch(server.log, /Traceback/);
    });
  }
});

test("a bare callable", async (t) => {
  for (const [way, args] of Object.entries(ways)) {
    await t.test(way, async () => {
      await using server = await startServer([...args, example("wsgi/hello.py")]);
      for (let request = 0; request < 20; request += 1) {
        const response = await server.fetch("/any/path?any=query");
        assert.equal(response.headers.get("content-type"), "text/plain; charset=utf-8");
        assert.equal(await response.text(), "Hello, world!\n");
      }
      assert.match(await curl("--head", server.url), /^HTTP\/1\.1 200 OK\r\n/);
      assert.equal(await curl("--http1.0", server.url), "Hello, world!\n");
    });
  }
});

const checks: Record<string, (server: RunningServer) => Promise<void>> = {
  async "a page, a route and a query"(server) {
    assert.equal(await (await server.fetch("/")).text(), "Hello from Bottle\n");
    const response = await server.fetch("/hello/J%C3%BCrgen?q=%C3%A4");
    assert.deepEqual(await response.json(), { hello: "J\u00fcrgen", query: { q: "\u00e4" } });
  },

  async "a form"(server) {
    const body = new URLSearchParams({ name: "Zo\u00eb", text: "a&b=c" });
    const response = await server.fetch("/form", { method: "POST", body });
    assert.deepEqual(await response.json(), { name: "Zo\u00eb", text: "a&b=c" });
  },

  async "an upload, small and larger than what is collected, also in chunks"(server) {
    for (const size of [10, 3_000_000]) {
      const body = new FormData();
      body.set("file", new File([Buffer.alloc(size, "x")], "a file.bin"));
      const response = await server.fetch("/upload", { method: "POST", body });
      assert.deepEqual(await response.json(), { name: "a file.bin", size });
    }
    const chunked = ["--header", "Transfer-Encoding: chunked", "--form", `file=@${example("wsgi/hello.py")}`];
    const answer = JSON.parse(await curl(...chunked, `${server.url}/upload`));
    assert.equal(answer.name, "hello.py");
    assert.ok(answer.size > 100);
  },

  async "a page in pieces"(server) {
    assert.equal((await (await server.fetch("/count/1000")).text()).trimEnd().split("\n").length, 1000);
  },

  async "not found, wrong method"(server) {
    assert.equal((await server.fetch("/no/such/page")).status, 404);
    assert.equal((await server.fetch("/form")).status, 405);
  },
};
