import assert from "node:assert/strict";
import { test } from "node:test";
import { Browser } from "../support/browser.ts";
import { curl } from "../support/curl.ts";
import { example, HOME, ways } from "../support/framework-server.ts";
import { ask } from "../support/raw-client.ts";
import { type RunningServer, startServer } from "../support/start-server.ts";

test("Flask", async (t) => {
  for (const [way, args] of Object.entries(ways)) {
    await t.test(way, async (each) => {
      await using server = await startServer(["--home", HOME, ...args, example("flask/app.py")]);
      for (const [name, check] of Object.entries(checks)) await each.test(name, () => check(server));
      assert.doesNotMatch(server.log, /Traceback/);
    });
  }
});

const checks: Record<string, (server: RunningServer) => Promise<void>> = {
  async "a page"(server) {
    const response = await server.fetch("/");
    assert.equal(response.status, 200);
    assert.equal(response.headers.get("content-type"), "text/html; charset=utf-8");
    assert.equal(await response.text(), "Hello from Flask\n");
  },

  async "a route with a part of its path, a query, and its own address"(server) {
    const response = await server.fetch("/hello/J%C3%BCrgen%20%26%20Co?q=%C3%A4&q2=a+b");
    assert.deepEqual(await response.json(), {
      hello: "J\u00fcrgen & Co",
      query: { q: "\u00e4", q2: "a b" },
      url: `${server.url}/hello/J\u00fcrgen%20&%20Co?q=\u00e4&q2=a+b`,
    });
  },

  async "a session in a cookie counts on"(server) {
    const browser = new Browser(server.url);
    for (const visits of [1, 2, 3, 4]) {
      assert.deepEqual(await (await browser.get("/visits")).json(), { visits });
    }
    assert.deepEqual(await (await new Browser(server.url).get("/visits")).json(), { visits: 1 });
  },

  async "a form"(server) {
    const body = new URLSearchParams({ name: "Zo\u00eb", text: "a&b=c" });
    const response = await server.fetch("/form", { method: "POST", body });
    assert.deepEqual(await response.json(), { name: "Zo\u00eb", text: "a&b=c" });
  },

  async "JSON, also from a client that sends it in chunks"(server) {
    const value = { list: [1, "two", null], nested: { umlaut: "\u00fc" } };
    const headers = { "content-type": "application/json" };
    const whole = await server.fetch("/json", { method: "POST", body: JSON.stringify(value), headers });
    assert.deepEqual(await whole.json(), value);
    const chunked = await curl(
      ...["-H", "Content-Type: application/json", "-H", "Transfer-Encoding: chunked"],
      ...["--data-binary", '{"chunked": true}', `${server.url}/json`],
    );
    assert.deepEqual(JSON.parse(chunked), { chunked: true });
  },

  async "an upload, small and larger than what is collected"(server) {
    for (const size of [10, 5_000_000]) {
      const body = new FormData();
      body.set("file", new File([Buffer.alloc(size, "x")], "a file.bin", { type: "image/png" }));
      const response = await server.fetch("/upload", { method: "POST", body });
      assert.equal(response.status, 201);
      assert.deepEqual(await response.json(), { name: "a file.bin", type: "image/png", size });
    }
  },

  async "a page in pieces"(server) {
    const lines = (await (await server.fetch("/count/20000")).text()).trimEnd().split("\n");
    assert.equal(lines.length, 20_000);
    assert.equal(lines.at(-1), "20000");
  },

  async "errors: not found, wrong method, abort()"(server) {
    assert.equal((await server.fetch("/no/such/page")).status, 404);
    const wrong = await server.fetch("/", { method: "POST", body: "ignored" });
    assert.equal(wrong.status, 405);
    assert.match(wrong.headers.get("allow") ?? "", /GET/);
    assert.equal((await server.fetch("/upload", { method: "POST", body: new FormData() })).status, 400);
    assert.equal((await server.fetch("/json", { method: "POST", body: "{" })).status, 415);
  },

  async "HEAD and OPTIONS"(server) {
    const head = await server.fetch("/", { method: "HEAD" });
    assert.equal(head.headers.get("content-length"), "17");
    assert.equal((await server.fetch("/", { method: "OPTIONS" })).status, 200);
    const old = await ask(server.port, "GET / HTTP/1.0\r\n\r\n");
    assert.equal(old.text, "Hello from Flask\n");
  },

  async "fifty at once"(server) {
    const paths = Array.from({ length: 50 }, (_, index) => `/hello/${index}`);
    const names = await Promise.all(
      paths.map(async (path) => ((await (await server.fetch(path)).json()) as { hello: string }).hello),
    );
    assert.deepEqual(
      names,
      Array.from({ length: 50 }, (_, index) => String(index)),
    );
  },
};
