import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { curl } from "../support/curl.ts";
import { plainRequest } from "../support/plain-request.ts";
import { ask, RawClient } from "../support/raw-client.ts";
import { type RunningServer, startServer, until } from "../support/start-server.ts";

const APP = fileURLToPath(new URL("../apps/response_app.py", import.meta.url));
const MEGABYTE = 1_000_000;

let server: RunningServer;
before(async () => {
  server = await startServer([APP]);
});
after(() => server[Symbol.asyncDispose]());

function get(path: string, ...lines: readonly string[]): ReturnType<typeof ask> {
  return ask(server.port, plainRequest(path, lines));
}

/** Everything up to the end of the connection. */
async function getRaw(request: string): Promise<string> {
  using client = await RawClient.connect(server.port);
  client.send(request);
  return (await client.untilClosed()).toString("latin1");
}

async function untilLogged(from: number, pattern: RegExp): Promise<void> {
  await until(
    `the log to match ${pattern}`,
    () => pattern.test(server.log.slice(from)),
    () => server.log.slice(from),
  );
}

/** The same as pattern() of response_app.py. */
function patternHash(size: number): string {
  const pattern = Array.from({ length: 1000 }, (_, number) => `${String(number).padStart(7, "0")}\n`).join(
    "",
  );
  const whole = Buffer.alloc(size, pattern);
  return createHash("sha256").update(whole).digest("hex");
}

test("what is there as a whole has its length computed", async (t) => {
  const rows: readonly [path: string, body: string][] = [
    ["/list_of_one", "body"],
    ["/list_of_three", "one three"],
    ["/tuple_of_one", "body"],
    ["/empty_list", ""],
    ["/bytes", "bytes as they are"],
  ];
  for (const [path, body] of rows) {
    await t.test(path.slice(1), async () => {
      for (const version of ["1.1", "1.0"]) {
        const response = await ask(server.port, `GET ${path} HTTP/${version}\r\nHost: a\r\n\r\n`);
        assert.equal(response.header("content-length"), String(body.length));
        assert.equal(response.isChunked, false);
        assert.equal(response.text, body);
      }
    });
  }
});

test("a generator without Content-Length is chunked for HTTP/1.1, and ends with the connection for 1.0", async () => {
  const chunked = await ask(server.port, "GET /generator HTTP/1.1\r\nHost: a\r\n\r\n");
  assert.equal(chunked.isChunked, true);
  assert.equal(chunked.text, "one three");
  assert.notEqual(chunked.header("connection"), "close");

  const old = await getRaw("GET /generator HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  assert.doesNotMatch(old, /transfer-encoding|content-length|keep-alive/i);
  assert.match(old, /\r\n\r\none three$/);
});

test("a generator that gives nothing is a response of length 0", async () => {
  const response = await ask(server.port, "GET /empty_generator HTTP/1.1\r\nHost: a\r\n\r\n");
  assert.equal(response.status, 200);
  assert.equal(response.body.length, 0);
});

test("a generator with a Content-Length keeps it", async () => {
  const response = await get("/generator_with_length");
  assert.equal(response.header("content-length"), "9");
  assert.equal(response.text, "one three");
});

for (const path of ["/too_long", "/too_long_stream"]) {
  test(`${path.slice(1)}: cut at its Content-Length, logged, and the next response is untouched`, async () => {
    const from = server.log.length;
    using client = await RawClient.connect(server.port);
    client.send(`GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`);
    assert.equal((await client.response()).text, "body");
    client.send("GET /list_of_one HTTP/1.1\r\nHost: a\r\n\r\n");
    assert.equal((await client.response()).text, "body");
    assert.equal(client.unread.length, 0);
    await untilLogged(
      from,
      new RegExp(`GET ${path} HTTP/1.1: the body is longer than its Content-Length of 4`),
    );
  });
}

for (const path of ["/too_short", "/too_short_stream"]) {
  test(`${path.slice(1)}: the connection is cut, so that the client sees it; logged`, async () => {
    const from = server.log.length;
    const received = await getRaw(
      `GET ${path} HTTP/1.1\r\nHost: a\r\n\r\nGET /pid HTTP/1.1\r\nHost: a\r\n\r\n`,
    );
    assert.match(received, /^HTTP\/1\.1 200 OK\r\n/);
    assert.match(received, /\r\nContent-Length: 40\r\n/);
    assert.ok(received.endsWith("\r\n\r\nbody"), received);
    await untilLogged(
      from,
      new RegExp(`GET ${path} HTTP/1.1: the body has 4 bytes, its Content-Length says 40`),
    );
    assert.equal((await get("/pid")).status, 200);
  });
}

test("HEAD has the headers of GET and no body, of whatever kind the body is", async (t) => {
  const paths = [
    "list_of_one",
    "list_of_three",
    "bytes",
    "generator",
    "generator_with_length",
    "write",
    "close",
  ];
  for (const path of paths) {
    await t.test(path, async () => {
      using client = await RawClient.connect(server.port);
      for (let round = 0; round < 2; round += 1) {
        client.send(`HEAD /${path} HTTP/1.1\r\nHost: a\r\n\r\n`);
        const response = await client.response({ isHead: true });
        assert.equal(response.status, 200);
        assert.equal(response.header("content-type"), "text/plain");
      }
      client.send("GET /list_of_one HTTP/1.1\r\nHost: a\r\n\r\n");
      assert.equal((await client.response()).text, "body");
      assert.equal(client.unread.length, 0);
    });
  }
  const [head, whole] = [
    await ask(server.port, plainRequest("/list_of_one", [], "HEAD"), { isHead: true }),
    await get("/list_of_one"),
  ];
  assert.equal(head.header("content-length"), whole.header("content-length"));
});

test("204 and 304 have no body, even if the application gives one", async (t) => {
  for (const path of ["bodyless", "bodyless_stream"]) {
    for (const status of ["204 No Content", "304 Not Modified"]) {
      await t.test(`${path} ${status}`, async () => {
        using client = await RawClient.connect(server.port);
        client.send(`GET /${path} HTTP/1.1\r\nHost: a\r\nX-Status: ${status}\r\n\r\n`);
        const response = await client.response();
        assert.equal(`${response.status} ${response.reason}`, status);
        assert.equal(response.header("transfer-encoding"), undefined);
        client.send("GET /list_of_one HTTP/1.1\r\nHost: a\r\n\r\n");
        assert.equal((await client.response()).text, "body");
        assert.equal(client.unread.length, 0);
      });
    }
  }
});

test("a 1xx as the only response never makes the client wait or mistake the next", async () => {
  const received = await getRaw(plainRequest("/bodyless", ["X-Status: 100 Continue"]));
  assert.doesNotMatch(received, /not to be sent/);
  assert.equal((await get("/pid")).status, 200);
});

test("30 MB from a generator arrive byte for byte, chunked or not, by several clients", async (t) => {
  const size = 30 * MEGABYTE;
  const wanted = patternHash(size);
  for (const [name, query] of [
    ["chunked", `${size}&65536`],
    ["odd chunks", `${size}&99991`],
    ["chunks of 3 MB", `${size}&3000000`],
    ["with its length", `${size}&65536&${size}`],
  ]) {
    await t.test(name, async () => {
      const [byFetch, byCurl] = await Promise.all([
        server.fetch(`/large?${query}`).then((response) => response.arrayBuffer()),
        curl(`${server.url}/large?${query}`),
      ]);
      assert.equal(createHash("sha256").update(Buffer.from(byFetch)).digest("hex"), wanted);
      assert.equal(createHash("sha256").update(byCurl, "latin1").digest("hex"), wanted);
    });
  }
});

test("30 MB in a list of one arrive byte for byte", async () => {
  const body = await (await server.fetch(`/large_list?${30 * MEGABYTE}`)).arrayBuffer();
  assert.equal(createHash("sha256").update(Buffer.from(body)).digest("hex"), patternHash(30 * MEGABYTE));
});

test("responses of every size, to clients that stop reading for a while, leave the worker usable", async () => {
  await using small = await startServer(["--response-buffering", "64k", APP]);
  // Somewhere between these sizes a response ends just when the router has stopped taking more of it.
  const sizes = Array.from({ length: 64 }, (_, index) => 2 * MEGABYTE + index * 60_000);
  for (const size of sizes) {
    using client = await RawClient.connect(small.port);
    client.socket.pause();
    await client.sent(plainRequest(`/large_list?${size}`));
    const next = small.fetch("/pid").then((response) => response.text());
    client.socket.resume();
    assert.equal((await client.response()).body.length, size);
    await next;
  }
});

test("a response that is complete by its length does not wait for what the generator does afterwards", async () => {
  await using other = await startServer(["--threads", "2", APP]);
  using client = await RawClient.connect(other.port);
  client.send("GET /lingering HTTP/1.1\r\nHost: a\r\n\r\n");
  await until("the body", () => client.unread.toString("latin1").endsWith("complete"));
  assert.doesNotMatch(other.log, /released/);
  await (await other.fetch("/release")).text();
  assert.equal((await client.response()).text, "complete");
  await until("the generator to go on", () => /worker 1: released/.test(other.log));
});

test("a head of 200 KB is sent; one that no client would take is a 500, and the worker lives", async () => {
  const worker = (await get("/pid")).text;
  assert.equal((await get("/long_header?200000")).header("x-long")?.length, 200_000);
  const from = server.log.length;
  assert.equal((await get("/long_header?2000000")).status, 500);
  await untilLogged(from, /worker 1: GET \/long_header\?2000000 HTTP\/1\.1: the application raised/);
  assert.equal((await get("/pid")).text, worker);
});
