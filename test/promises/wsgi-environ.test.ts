import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { curl } from "../support/curl.ts";
import { plainRequest } from "../support/plain-request.ts";
import { ask } from "../support/raw-client.ts";
import { Folder, type RunningServer, startServer } from "../support/start-server.ts";
import { startWsgiref } from "../support/wsgiref-server.ts";

const APP = fileURLToPath(new URL("../apps/environ_app.py", import.meta.url));

let server: RunningServer;
before(async () => {
  server = await startServer([APP]);
});
after(() => server[Symbol.asyncDispose]());

type Environ = ReadonlyMap<string, readonly [type: string, text: string]>;

async function environOf(request: string, port = server.port): Promise<Environ> {
  const { status, text } = await ask(port, request);
  assert.equal(status, 200);
  return new Map(Object.entries(JSON.parse(text)));
}

async function environByCurl(...args: readonly string[]): Promise<Environ> {
  return new Map(Object.entries(JSON.parse(await curl(...args))));
}

function text(environ: Environ, key: string): string | undefined {
  return environ.get(key)?.[1];
}

test("environ: a plain request has exactly the variables of PEP 3333, all of the right type", async () => {
  const environ = await environOf(plainRequest("/"));
  const shapes = [...environ].map(([key, [type]]) => `${key} ${type}`).sort();
  assert.deepEqual(
    shapes,
    [
      "(class of the environ) dict",
      "HTTP_CONNECTION str",
      "HTTP_HOST str",
      "PATH_INFO str",
      "QUERY_STRING str",
      "REMOTE_ADDR str",
      "REMOTE_PORT str",
      "REQUEST_METHOD str",
      "REQUEST_URI str",
      "SCRIPT_NAME str",
      "SERVER_NAME str",
      "SERVER_PORT str",
      "SERVER_PROTOCOL str",
      "wsgi.early_hints method",
      "wsgi.errors ErrorStream",
      "wsgi.file_wrapper type",
      "wsgi.input BytesIO",
      "wsgi.input_terminated bool",
      "wsgi.multiprocess bool",
      "wsgi.multithread bool",
      "wsgi.run_once bool",
      "wsgi.url_scheme str",
      "wsgi.version tuple",
    ].sort(),
  );
  assert.equal(text(environ, "wsgi.version"), "(1, 0)");
  assert.equal(text(environ, "wsgi.url_scheme"), "http");
  assert.equal(text(environ, "wsgi.run_once"), "False");
  assert.equal(text(environ, "wsgi.input_terminated"), "True");
  assert.equal(text(environ, "SCRIPT_NAME"), "");
  assert.equal(text(environ, "QUERY_STRING"), "");
});

test("environ: what an application does to it is gone with its request", async () => {
  await environOf(plainRequest("/"));
  const environ = await environOf(plainRequest("/"));
  assert.equal(environ.has("left.behind"), false);
  assert.equal(text(environ, "SCRIPT_NAME"), "");
  assert.equal(text(environ, "wsgi.version"), "(1, 0)");
});

test("PATH_INFO is decoded once, to latin-1 text; REQUEST_URI is what was sent", async (t) => {
  const rows: readonly [target: string, path: string, query: string][] = [
    ["/", "/", ""],
    ["/plain/path", "/plain/path", ""],
    ["/?", "/", ""],
    ["/a?b=c", "/a", "b=c"],
    ["/a?b=%20+c?d/e&f=%2F", "/a", "b=%20+c?d/e&f=%2F"],
    ["/a%2Fb", "/a/b", ""],
    ["/%252F%25", "/%2F%", ""],
    ["/%e4%f6", "/äö", ""],
    ["/caf%C3%A9", "/caf\u00c3\u00a9", ""],
    ["/%00", "/\0", ""],
    ["/%3Fno=query?yes=1", "/?no=query", "yes=1"],
    ["/%zz%4", "/%zz%4", ""],
    ["//two//slashes/../dots/.", "//two//slashes/../dots/.", ""],
    ["/a+b;c=d", "/a+b;c=d", ""],
  ];
  for (const [target, path, query] of rows) {
    await t.test(target, async () => {
      const environ = await environOf(plainRequest(target));
      assert.equal(text(environ, "PATH_INFO"), path);
      assert.equal(text(environ, "QUERY_STRING"), query);
      assert.equal(text(environ, "REQUEST_URI"), target);
      assert.equal(text(environ, "SCRIPT_NAME"), "");
    });
  }
});

test("headers arrive as HTTP_ names, repeats joined with a comma, cookies with a semicolon", async () => {
  const environ = await environOf(
    plainRequest("/", [
      "X-Simple: value",
      "x-Mixed-CASE-1: \t padded \t ",
      "X-Empty:",
      "X-Latin: \xe4\xff",
      "Accept: text/html",
      "Accept: */*;q=0.1",
      "X-Twice: one",
      "x-twice: two",
      "X-TWICE: three",
      "Cookie: a=1",
      "Cookie: b=2",
    ]),
  );
  const expected: Record<string, string> = {
    HTTP_X_SIMPLE: "value",
    HTTP_X_MIXED_CASE_1: "padded",
    HTTP_X_EMPTY: "",
    HTTP_X_LATIN: "\xe4\xff",
    HTTP_ACCEPT: "text/html, */*;q=0.1",
    HTTP_X_TWICE: "one, two, three",
    HTTP_COOKIE: "a=1; b=2",
    HTTP_HOST: "test",
    HTTP_CONNECTION: "close",
  };
  const seen = Object.fromEntries(
    [...environ].flatMap(([key, [, value]]) => (key.startsWith("HTTP_") ? [[key, value]] : [])),
  );
  assert.deepEqual(seen, expected);
  for (const key of Object.keys(expected)) assert.equal(environ.get(key)?.[0], "str");
});

test("CONTENT_TYPE and CONTENT_LENGTH stand without HTTP_, and only where the request has them", async () => {
  const none = await environOf(plainRequest("/"));
  assert.equal(none.has("CONTENT_TYPE"), false);
  assert.equal(none.has("CONTENT_LENGTH"), false);

  const lines = ["Content-Type: text/x-test; charset=utf-8", "Content-Length: 5"];
  const some = await environOf(`${plainRequest("/", lines, "POST")}12345`);
  assert.deepEqual(some.get("CONTENT_TYPE"), ["str", "text/x-test; charset=utf-8"]);
  assert.deepEqual(some.get("CONTENT_LENGTH"), ["str", "5"]);
  assert.equal(some.has("HTTP_CONTENT_TYPE"), false);
  assert.equal(some.has("HTTP_CONTENT_LENGTH"), false);

  const empty = await environOf(plainRequest("/", ["Content-Length: 0"], "POST"));
  assert.equal(text(empty, "CONTENT_LENGTH"), "0");
});

test("a chunked body that was collected has a CONTENT_LENGTH, so that frameworks see it", async () => {
  const head = plainRequest("/", ["Transfer-Encoding: chunked"], "POST");
  const environ = await environOf(`${head}3\r\nabc\r\n4;x=y\r\ndefg\r\n0\r\n\r\n`);
  assert.deepEqual(environ.get("CONTENT_LENGTH"), ["str", "7"]);
  // Bottle and Dulwich would undo the coding again.
  assert.equal(environ.has("HTTP_TRANSFER_ENCODING"), false);
});

test("SERVER_NAME and SERVER_PORT are the listener's, REMOTE_ADDR and REMOTE_PORT the client's", async (t) => {
  using folder = new Folder();
  const listeners = ["127.0.0.1:0", "[::1]:0", folder.file("app.sock"), "0.0.0.0:0"];
  await using many = await startServer([...listeners.flatMap((one) => ["--http", one]), APP]);
  const [ipv4, ipv6, , any] = many.urls.map((url) => url.split(":").at(-1) ?? "");

  await t.test("IPv4", async () => {
    const environ = await environByCurl(`http://127.0.0.1:${ipv4}/`);
    assert.equal(text(environ, "SERVER_NAME"), "127.0.0.1");
    assert.equal(text(environ, "SERVER_PORT"), ipv4);
    assert.equal(text(environ, "REMOTE_ADDR"), "127.0.0.1");
    assert.match(text(environ, "REMOTE_PORT") ?? "", /^\d{4,5}$/);
  });
  await t.test("IPv6", async () => {
    const environ = await environByCurl(`http://[::1]:${ipv6}/`);
    assert.equal(text(environ, "SERVER_NAME"), "::1");
    assert.equal(text(environ, "SERVER_PORT"), ipv6);
    assert.equal(text(environ, "REMOTE_ADDR"), "::1");
  });
  await t.test("Unix: no client address, but never an empty server name or port", async () => {
    const environ = await environByCurl("--unix-socket", folder.file("app.sock"), "http://localhost/");
    assert.notEqual(text(environ, "SERVER_NAME"), "");
    assert.match(text(environ, "SERVER_PORT") ?? "", /^\d+$/);
    assert.deepEqual(environ.get("REMOTE_ADDR"), ["str", ""]);
    assert.equal(environ.has("REMOTE_PORT"), false);
  });
  await t.test("every address", async () => {
    const environ = await environByCurl(`http://127.0.0.1:${any}/`);
    assert.equal(text(environ, "SERVER_PORT"), any);
    assert.equal(text(environ, "REMOTE_ADDR"), "127.0.0.1");
  });
});

test("SERVER_PROTOCOL and REQUEST_METHOD are the request's", async () => {
  const old = await environOf("GET / HTTP/1.0\r\n\r\n");
  assert.equal(text(old, "SERVER_PROTOCOL"), "HTTP/1.0");
  assert.equal(old.has("HTTP_HOST"), false);
  for (const method of ["GET", "POST", "PUT", "DELETE", "OPTIONS", "PATCH", "PROPFIND", "BREW"]) {
    const environ = await environOf(plainRequest("/", [], method));
    assert.equal(text(environ, "REQUEST_METHOD"), method);
    assert.equal(text(environ, "SERVER_PROTOCOL"), "HTTP/1.1");
  }
});

test("wsgi.multithread and wsgi.multiprocess say what is so", async (t) => {
  for (const processes of [1, 2]) {
    for (const threads of [1, 2]) {
      await t.test(`${processes} × ${threads}`, async () => {
        const counts = ["--processes", String(processes), "--threads", String(threads)];
        await using other = await startServer([...counts, APP]);
        const environ = await environOf(plainRequest("/"), other.port);
        assert.equal(text(environ, "wsgi.multiprocess"), processes > 1 ? "True" : "False");
        assert.equal(text(environ, "wsgi.multithread"), threads > 1 ? "True" : "False");
      });
    }
  }
});

test("what the standard library's server says of a request, tsgi says too", async (t) => {
  await using reference = await startWsgiref(APP);
  const same = [
    "PATH_INFO",
    "QUERY_STRING",
    "REQUEST_METHOD",
    "SCRIPT_NAME",
    "SERVER_PROTOCOL",
    "REMOTE_ADDR",
  ];
  const headers = [
    "CONTENT_TYPE",
    "CONTENT_LENGTH",
    "HTTP_ACCEPT",
    "HTTP_X_LATIN",
    "HTTP_COOKIE",
    "HTTP_HOST",
  ];
  const lines = ["Content-Type: a/b", "Content-Length: 0", "Accept: x", "X-Latin: \xe9", "Cookie: a=b; c=d"];
  for (const target of ["/", "/a%20b/%C3%A9/%252F", "/a;b=c?d=%20e&f", "/?", "/%e9%FF?%e9"]) {
    await t.test(target, async () => {
      const ours = await environOf(plainRequest(target, lines, "POST"));
      const theirs = await environOf(plainRequest(target, lines, "POST"), reference.port);
      for (const key of [...same, ...headers]) assert.deepEqual(ours.get(key), theirs.get(key), key);
    });
  }
});
