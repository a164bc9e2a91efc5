import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { plainRequest } from "../support/plain-request.ts";
import { ask, RawClient } from "../support/raw-client.ts";
import { type RunningServer, startServer, until } from "../support/start-server.ts";

const APP = fileURLToPath(new URL("../apps/response_app.py", import.meta.url));
const REFUSED = "Internal Server Error\n";

let server: RunningServer;
let worker: string;
before(async () => {
  server = await startServer([APP]);
  worker = await pidOfWorker();
});
after(() => server[Symbol.asyncDispose]());

async function pidOfWorker(): Promise<string> {
  return (await server.fetch("/pid")).text();
}

function get(path: string, ...lines: readonly string[]): ReturnType<typeof ask> {
  return ask(server.port, plainRequest(path, lines));
}

/** Everything up to the end of the connection, where a response is not a whole one. */
async function getRaw(path: string): Promise<string> {
  using client = await RawClient.connect(server.port);
  client.send(plainRequest(path));
  return (await client.untilClosed()).toString("latin1");
}

async function untilLogged(from: number, pattern: RegExp): Promise<void> {
  await until(
    `the log to match ${pattern}`,
    () => pattern.test(server.log.slice(from)),
    () => server.log.slice(from),
  );
}

test("the status line is the application's, code and reason", async (t) => {
  const rows: readonly [status: string, code: number, reason: string][] = [
    ["200 OK", 200, "OK"],
    ["299 Fine", 299, "Fine"],
    ["404 Wei\xdf nicht", 404, "Wei\xdf nicht"],
    ["418 I'm a teapot: short and stout", 418, "I'm a teapot: short and stout"],
    ["599 Network Connect Timeout Error", 599, "Network Connect Timeout Error"],
    ["200 ", 200, ""],
  ];
  for (const [status, code, reason] of rows) {
    await t.test(status, async () => {
      const response = await get("/status", `X-Status: ${status}`);
      assert.equal(response.status, code);
      // The value of a header loses its spaces at the end, so "200 " came as "200".
      if (reason !== "") assert.equal(response.reason, reason);
      assert.equal(response.text, "body");
    });
  }
});

test("headers go out in their order, repeats and latin-1 included, beside Date and Server", async () => {
  const response = await get("/headers");
  const own = response.headers.filter(
    ([name]) => !["date", "server", "connection", "content-length"].includes(name),
  );
  assert.deepEqual(own, [
    ["content-type", "text/plain; charset=utf-8"],
    ["set-cookie", "a=1"],
    ["set-cookie", "b=2; Path=/"],
    ["x-latin", "Wei\xdf\xff"],
    ["x-empty", ""],
    ["x-tab", "a\tb"],
  ]);
  assert.ok(Math.abs(Date.parse(response.header("date") ?? "") - Date.now()) < 5000);
  assert.equal(response.header("server"), "tsgi");
});

test("Date and Server of the application take the place of ours", async () => {
  const response = await get("/own_date_and_server");
  assert.equal(response.header("date"), "Thu, 01 Jan 1970 00:00:00 GMT");
  assert.equal(response.header("server"), "mine/1");
});

test("hop-by-hop headers of the application are dropped, and that is logged", async () => {
  const from = server.log.length;
  const response = await ask(server.port, "GET /hop_by_hop HTTP/1.1\r\nHost: a\r\n\r\n");
  const names = response.headers.map(([name]) => name);
  for (const name of ["keep-alive", "transfer-encoding", "upgrade", "te", "trailer", "proxy-connection"]) {
    assert.ok(!names.includes(name), name);
  }
  assert.equal(response.header("x-kept"), "y");
  assert.notEqual(response.header("connection"), "x");
  assert.equal(response.text, "body");
  await untilLogged(from, /worker 1: .*Transfer-Encoding/);
});

test("start_response may be called again with exc_info while nothing is sent", async () => {
  const before = await get("/replaced_before");
  assert.equal(before.status, 418);
  assert.equal(before.header("x-from"), "second");
  assert.equal(before.text, "changed");
  const within = await get("/replaced_within");
  assert.equal(within.status, 503);
  assert.equal(within.header("content-type"), undefined);
  assert.equal(within.text, "better");
});

for (const path of ["/replaced_after", "/replaced_after_write"]) {
  test(`start_response with exc_info after the first bytes raises it again (${path.slice(1)})`, async () => {
    const from = server.log.length;
    const received = await getRaw(path);
    assert.match(received, /^HTTP\/1\.1 200 OK\r\n/);
    assert.match(received, /first bytes/);
    assert.doesNotMatch(received, /never sent|\r\n0\r\n\r\n|Too late/);
    await untilLogged(from, /KeyError: 'too late to be told'/);
    assert.equal(await pidOfWorker(), worker);
  });
}

test("start_response may be called as late as at the first step of the iteration", async () => {
  const response = await get("/at_first_iteration");
  assert.equal(response.status, 202);
  assert.equal(response.reason, "Late");
  assert.equal(response.text, "late but fine");
});

const mistakes: readonly [path: string, told: RegExp][] = [
  ["/twice", /second time without exc_info/],
  ["/never", /did not call start_response/],
  ["/never_but_streaming", /did not call start_response/],
  ["/none", /the application returned None, not an iterable of bytes/],
  ["/write_text", /write\(\) takes bytes, not str/],
];
for (const [path, told] of mistakes) {
  test(`${path.slice(1)}: 500, told in the log, and the worker lives`, async () => {
    const from = server.log.length;
    const response = await get(path);
    assert.equal(response.status, 500);
    assert.equal(response.text, REFUSED);
    await untilLogged(from, told);
    assert.match(
      server.log.slice(from),
      new RegExp(`worker 1: GET ${path} HTTP/1.1: the application raised`),
    );
    assert.equal(await pidOfWorker(), worker);
  });
}

test("write() sends at once, before what is returned", async () => {
  assert.equal((await get("/write")).text, "written by write() and returned");
  const only = await get("/write_only");
  assert.equal(only.text, "written");
  assert.equal(only.header("content-length"), "7");
});

test("early hints go out as 103 before the response; HTTP/1.0 gets none", async () => {
  const received = await getRaw("/early_hints");
  assert.match(
    received,
    /^HTTP\/1\.1 103 Early Hints\r\nLink: <\/style\.css>; rel=preload\r\nLink: <\/a\.js>; rel=preload\r\n\r\nHTTP\/1\.1 103 Early Hints\r\nLink: <\/more\.css>; rel=preload\r\n\r\nHTTP\/1\.1 200 OK\r\n/,
  );
  assert.ok(received.endsWith("\r\n\r\nhinted"));
  const old = await ask(server.port, "GET /early_hints HTTP/1.0\r\n\r\n");
  assert.deepEqual(old.interim, []);
  assert.equal(old.text, "hinted");
});

const cases: Record<string, readonly string[]> = {
  bad_headers: [
    "line end in a value",
    "lone LF in a value",
    "lone CR in a value",
    "NUL in a value",
    "DEL in a value",
    "beyond latin-1",
    "space in a name",
    "colon in a name",
    "line end in a name",
    "empty name",
    "name not ASCII",
    "bytes name",
    "bytes value",
    "number as value",
    "None as value",
    "no pair",
    "a dict",
    "a tuple of pairs",
    "None",
    "length no number",
    "negative length",
    "two lengths",
  ],
  bad_status: [
    "number",
    "bytes",
    "None",
    "empty",
    "no code",
    "two digits",
    "four digits",
    "line end",
    "beyond latin-1",
  ],
  bad_body: ["str", "list of str", "list with one str", "number", "list of numbers", "list of None", "None"],
  bad_stream: ["str", "list of str", "list of numbers", "list of None"],
};
for (const [path, names] of Object.entries(cases)) {
  test(`${path.replace("_", " ")}: 500 for that request, logged, nothing of it sent, the worker lives`, async (t) => {
    for (const name of names) {
      await t.test(name, async () => {
        const from = server.log.length;
        const response = await get(`/${path}`, `X-Case: ${name}`);
        assert.equal(response.status, 500);
        assert.equal(response.text, REFUSED);
        for (const [header, value] of response.headers) assert.doesNotMatch(header + value, /stolen|^x-/);
        await untilLogged(from, new RegExp(`worker 1: GET /${path} HTTP/1.1: the application raised`));
      });
    }
    assert.equal(await pidOfWorker(), worker);
  });
}
