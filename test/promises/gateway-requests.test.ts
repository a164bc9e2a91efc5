/** Requests that a web server in front sends by uwsgi, SCGI or FastCGI, as it sends them and as it should not. */

import assert from "node:assert/strict";
import { statSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { encodeBeginRequest, encodePairs, encodeStream, RECORD } from "../../src/wire/cgi/fastcgi-records.ts";
import { encodePacket } from "../../src/wire/cgi/uwsgi-packet.ts";
import {
  askCgi,
  type CgiName,
  type CgiRequest,
  cgiNames,
  decodeCgi,
  encodeCgi,
  everyCgiSocket,
  portOf,
  varsOf,
} from "../support/cgi-client.ts";
import { ask, RawClient } from "../support/raw-client.ts";
import { Folder, type RunningServer, startServer } from "../support/start-server.ts";

const environApp = fileURLToPath(new URL("../apps/environ_app.py", import.meta.url));
const responseApp = fileURLToPath(new URL("../apps/response_app.py", import.meta.url));
const inputApp = fileURLToPath(new URL("../apps/input_app.py", import.meta.url));

type Environ = Readonly<Record<string, readonly [string, string]>>;

async function startGateway(app: string, ...more: readonly string[]): Promise<RunningServer> {
  const server = await startServer([...everyCgiSocket, ...more, app]);
  await server.waitForLog(/^listening on fastcgi:/m);
  return server;
}

async function environOf(name: CgiName, where: number | string, request: CgiRequest): Promise<Environ> {
  const { status, body } = await askCgi(name, where, request);
  assert.equal(status, 200);
  return JSON.parse(body.toString()) as Environ; // what environ_app.py answers
}

test("variables are the environ as they came", async (t) => {
  await using server = await startGateway(environApp);
  for (const name of cgiNames)
    await t.test(name, async () => {
      const vars = {
        SCRIPT_NAME: "/shop",
        REMOTE_USER: "j\xf6rg",
        DOCUMENT_ROOT: "/srv/www",
        HTTPS: "on",
        HTTP_COOKIE: "a=1; b=2",
        HTTP_X_EMPTY: "",
        MY_PARAM: "\xe4%20+",
      };
      const environ = await environOf(name, portOf(server, name), {
        path: "/caf\xc3\xa9 %41//x",
        query: "a=%20",
        vars,
      });
      for (const [key, value] of varsOf({ path: "/caf\xc3\xa9 %41//x", query: "a=%20", vars })) {
        const wanted = key === "CONTENT_LENGTH" && name === "scgi" ? "0" : value;
        assert.deepEqual(environ[key], ["str", wanted], key);
      }
      assert.equal(environ["wsgi.url_scheme"]?.[1], "https");
    });
});

test("what a web server leaves out or empty is there as PEP 3333 wants it", async (t) => {
  await using server = await startGateway(environApp);
  for (const name of cgiNames)
    await t.test(name, async () => {
      const port = portOf(server, name);
      const vars = {
        SERVER_NAME: "",
        SERVER_PORT: "",
        HTTP_TRANSFER_ENCODING: "chunked",
        HTTP_PROXY: "evil",
      };
      const environ = await environOf(name, port, { vars });
      assert.equal(environ["SERVER_NAME"]?.[1], "127.0.0.1");
      assert.equal(environ["SERVER_PORT"]?.[1], String(port));
      assert.equal(environ["SCRIPT_NAME"]?.[1], "");
      assert.equal(environ["wsgi.url_scheme"]?.[1], "http");
      assert.equal(environ["HTTP_TRANSFER_ENCODING"], undefined);
      assert.equal(environ["HTTP_PROXY"], undefined);
    });
});

test("DOCUMENT_URI stands for a PATH_INFO that is not sent, as nginx's stock parameters have it", async (t) => {
  await using server = await startGateway(environApp);
  const without = (vars: Readonly<Record<string, string>>): [string, string][] =>
    varsOf({ vars }).filter(([key]) => key !== "PATH_INFO");
  const cases = [
    [{ DOCUMENT_URI: "/a/b", SCRIPT_NAME: "/a/b" }, "", "/a/b"],
    [{ DOCUMENT_URI: "/", SCRIPT_NAME: "/" }, "", "/"],
    [{ DOCUMENT_URI: "/a/", SCRIPT_NAME: "/a/index.php" }, "", "/a/"],
    [{ DOCUMENT_URI: "/shop/x", SCRIPT_NAME: "/shop" }, "/shop", "/x"],
    [{ DOCUMENT_URI: "/shopx" }, "", "/shopx"],
  ] as const;
  for (const [vars, script, path] of cases)
    await t.test(JSON.stringify(vars), async () => {
      const nothing = Buffer.alloc(0);
      const request = Buffer.concat([
        encodeBeginRequest(1, 0),
        ...encodeStream(RECORD.params, 1, encodePairs(without(vars))),
        ...encodeStream(RECORD.params, 1, nothing),
        ...encodeStream(RECORD.stdin, 1, nothing),
      ]);
      using client = await RawClient.connect(portOf(server, "fastcgi"));
      client.send(request);
      const { body } = decodeCgi("fastcgi", await client.untilClosed());
      const environ = JSON.parse(body.toString()) as Environ;
      assert.deepEqual([environ["SCRIPT_NAME"]?.[1], environ["PATH_INFO"]?.[1]], [script, path]);
    });
});

test("a byte at a time", async (t) => {
  await using server = await startGateway(inputApp);
  for (const name of cgiNames)
    await t.test(name, async () => {
      using client = await RawClient.connect(portOf(server, name));
      for (const byte of encodeCgi(name, { path: "/careless", body: Buffer.from("body") }))
        await client.sent(Uint8Array.of(byte));
      const { status, body } = decodeCgi(name, await client.untilClosed());
      assert.equal(status, 200);
      assert.equal((JSON.parse(body.toString()) as { read: number }).read, 4);
    });
});

test("cut off at every byte: nothing reaches the application, and the next request is answered", async (t) => {
  await using server = await startGateway(environApp, "--disable-logging");
  for (const name of cgiNames)
    await t.test(name, async () => {
      const port = portOf(server, name);
      const request = encodeCgi(name, { body: Buffer.from("body") });
      for (let size = 0; size < request.length; size++) {
        using client = await RawClient.connect(port);
        client.socket.end(request.subarray(0, size));
        const answer = await client.untilClosed();
        // The end of FastCGI's stdin is one record behind a body that is whole.
        const isWhole = name === "fastcgi" && size >= request.length - 8;
        if (!isWhole) assert.equal(answer.length, 0, `${size} bytes`);
      }
      assert.equal((await askCgi(name, port)).status, 200);
      await server.waitForLog(/from 127\.0\.0\.1:\d+: it ended in the midst of a re(quest|cord)/);
    });
  assert.doesNotMatch(server.log, /a bug in tsgi|Traceback/);
});

test("connections that say nothing are not worth a line", async () => {
  await using server = await startGateway(environApp);
  const before = server.log.length;
  for (const name of cgiNames) {
    for (let check = 0; check < 3; check++) {
      using client = await RawClient.connect(portOf(server, name));
      client.socket.end();
      await client.untilClosed();
    }
  }
  assert.equal((await server.fetch("/")).status, 200);
  await server.waitForLog(/"?GET \/ HTTP/);
  assert.equal(server.log.slice(before).trimEnd().split("\n").length, 1, server.log.slice(before));
});

const HTTP_GET = Buffer.from("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
const malformed: readonly (readonly [CgiName, string, Buffer, RegExp])[] = [
  [
    "uwsgi",
    "a key past the block",
    Buffer.from([0, 3, 0, 0, 9, 0, 65]),
    /uwsgi from 127.*key at byte 0 runs past/,
  ],
  ["uwsgi", "an empty key", Buffer.from([0, 5, 0, 0, 0, 0, 1, 0, 65]), /the key at byte 0 is empty/],
  [
    "uwsgi",
    "2,000 variables",
    encodePacket(Array.from({ length: 2000 }, (_, at) => [`K${at}`, ""] as const)),
    /more than 1024 variables/,
  ],
  ["uwsgi", "HTTP", HTTP_GET, /uwsgi from 127.*: it speaks HTTP/],
  ["scgi", "HTTP", HTTP_GET, /SCGI from 127.*: it speaks HTTP/],
  ["fastcgi", "HTTP", HTTP_GET, /FastCGI from 127.*: it speaks HTTP/],
  ["scgi", "no netstring", Buffer.from("xyz"), /does not begin with a length/],
  ["scgi", "a length that never ends", Buffer.from("99999999"), /more than 65535 bytes/],
  ["scgi", "no comma", Buffer.from("3:abcx"), /no comma follows/],
  ["fastcgi", "another version", Buffer.from([2, 1, 0, 1, 0, 0, 0, 0]), /a FastCGI record of version 2/],
  [
    "fastcgi",
    "a pair past the end of the params",
    Buffer.concat([
      encodeBeginRequest(1, 0),
      ...encodeStream(RECORD.params, 1, Buffer.from([1, 200, 65])),
      ...encodeStream(RECORD.params, 1, Buffer.alloc(0)),
    ]),
    /the (lengths at byte 0 are cut off|pair at byte 0 runs past the end)/,
  ],
  [
    "fastcgi",
    "stdin before the params",
    Buffer.concat([encodeBeginRequest(1, 0), ...encodeStream(RECORD.stdin, 1, Buffer.from("x"))]),
    /stdin comes before the end/,
  ],
];

test("what makes no sense is closed without an answer, and logged with the peer", async (t) => {
  await using server = await startGateway(environApp);
  for (const [name, what, bytes, said] of malformed)
    await t.test(`${name}: ${what}`, async () => {
      using client = await RawClient.connect(portOf(server, name));
      client.send(bytes);
      assert.equal((await client.untilClosed()).length, 0);
      await server.waitForLog(said);
    });
});

test("a request that cannot be served is answered", async (t) => {
  await using server = await startGateway(inputApp, "--limit-post", "1000");
  const cases: readonly (readonly [string, CgiRequest, number])[] = [
    ["a length that is no number", { vars: { CONTENT_LENGTH: "12a" } }, 400],
    ["a negative length", { vars: { CONTENT_LENGTH: "-1" } }, 400],
    ["no method", { vars: { REQUEST_METHOD: "" } }, 400],
    ["a body past limit-post", { body: Buffer.alloc(1001) }, 413],
  ];
  for (const name of cgiNames)
    for (const [what, request, wanted] of cases) {
      if (name === "scgi" && "CONTENT_LENGTH" in (request.vars ?? {})) continue; // its encoder writes it
      await t.test(`${name}: ${what}`, async () => {
        const { status, body } = await askCgi(name, portOf(server, name), request);
        assert.equal(status, wanted);
        assert.ok(body.length > 0);
      });
    }
});

test("what comes beyond CONTENT_LENGTH is dropped, and logged", async (t) => {
  await using server = await startGateway(inputApp);
  for (const name of ["uwsgi", "scgi"] as const)
    await t.test(name, async () => {
      const request = encodeCgi(name, { path: "/careless", body: Buffer.alloc(10) });
      using client = await RawClient.connect(portOf(server, name));
      client.send(Buffer.concat([request, Buffer.alloc(100_000)]));
      const { body } = decodeCgi(name, await client.untilClosed());
      assert.equal((JSON.parse(body.toString()) as { read: number }).read, 10);
      await server.waitForLog(new RegExp(`${name} from 127.*: more comes than CONTENT_LENGTH says`, "i"));
    });
});

test("the largest packet of the uwsgi protocol is served", async () => {
  await using server = await startGateway(environApp);
  const pairs = varsOf({});
  const value = "x".repeat(65_535 + 4 - encodePacket(pairs).length - "HTTP_X_LONG".length - 4);
  const environ = await environOf("uwsgi", portOf(server, "uwsgi"), { vars: { HTTP_X_LONG: value } });
  assert.equal(environ["HTTP_X_LONG"]?.[1], value);
});

test("the modifiers of the uwsgi protocol", async (t) => {
  await using server = await startGateway(environApp);
  const port = portOf(server, "uwsgi");
  const say = async (bytes: Buffer): Promise<Buffer> => {
    using client = await RawClient.connect(port);
    client.send(bytes);
    return await client.untilClosed();
  };
  await t.test("30: SCRIPT_NAME is taken off PATH_INFO", async () => {
    const pairs = varsOf({ path: "/shop/x", vars: { SCRIPT_NAME: "/shop" } });
    const { body } = decodeCgi("uwsgi", await say(encodePacket(pairs, { modifier1: 30 })));
    assert.equal((JSON.parse(body.toString()) as Environ)["PATH_INFO"]?.[1], "/x");
  });
  await t.test("100: a ping is answered", async () => {
    assert.equal((await say(Buffer.from([100, 0, 0, 0]))).toString("hex"), "64000001");
  });
  for (const [modifier, reply, what] of [
    [17, "ff000000", "the spooler"],
    [22, "", "evaluated"],
    [110, "ff000000", "a uwsgi signal"],
    [111, "", "the cache"],
    [173, "", "a remote procedure call"],
    [224, "", "a subscription"],
    [99, "", "does not know"],
  ] as const)
    await t.test(`${modifier}: refused, and the log says so`, async () => {
      const packet = encodePacket([["UWSGI_FILE", "exec://id"]], { modifier1: modifier });
      assert.equal((await say(packet)).toString("hex"), reply);
      await server.waitForLog(new RegExp(`modifier1 ${modifier} asks for .*${what}`));
    });
});

test("variables by which uWSGI loads code are not obeyed, and the log says so once", async () => {
  using folder = new Folder();
  await using server = await startGateway(environApp);
  const other = folder.write("other.py", "raise SystemExit('loaded')\n");
  for (const name of cgiNames)
    for (let turn = 0; turn < 2; turn++) {
      const vars = { UWSGI_FILE: other, UWSGI_SETENV: "PATH=/nowhere", UWSGI_SCHEME: "https" };
      const environ = await environOf(name, portOf(server, name), { vars });
      assert.equal(environ["wsgi.url_scheme"]?.[1], "https");
    }
  await server.waitForLog(/127\.0\.0\.1:\d+ sends UWSGI_FILE: tsgi loads and reads nothing/);
  assert.equal(server.log.match(/ sends UWSGI_FILE/g)?.length, 1);
});

test("answers of every form arrive as their protocol has them", async (t) => {
  await using server = await startGateway(responseApp);
  for (const name of cgiNames) {
    const port = portOf(server, name);
    const start = name === "uwsgi" ? "HTTP/1.1 200 OK" : "Status: 200 OK";
    await t.test(`${name}: a whole body`, async () => {
      const answer = await askCgi(name, port, { path: "/list_of_one" });
      assert.equal(answer.start, start);
      assert.equal(answer.headers.get("content-length"), "4");
      assert.equal(answer.body.toString(), "body");
    });
    await t.test(`${name}: a stream, without chunks`, async () => {
      const answer = await askCgi(name, port, { path: "/large", query: "3000000&65536" });
      assert.equal(answer.start, start);
      assert.equal(answer.headers.has("transfer-encoding"), false);
      assert.equal(answer.body.length, 3_000_000);
    });
    await t.test(`${name}: to HEAD`, async () => {
      const answer = await askCgi(name, port, { path: "/list_of_one", method: "HEAD" });
      assert.equal(answer.body.length, 0);
    });
    await t.test(`${name}: a status without a body`, async () => {
      const answer = await askCgi(name, port, {
        path: "/bodyless",
        vars: { HTTP_X_STATUS: "304 Not Modified" },
      });
      assert.equal(answer.status, 304);
      assert.equal(answer.body.length, 0);
    });
    await t.test(`${name}: an exception before the head`, async () => {
      assert.equal((await askCgi(name, port, { path: "/raise_at_once" })).status, 500);
    });
    await t.test(`${name}: one that falls short is seen to do so`, async () => {
      for (const path of ["/raise_with_length", "/raise_later", "/too_short_stream"]) {
        using client = await RawClient.connect(port);
        const isReset = new Promise((resolve) => client.socket.once("error", () => resolve(true)));
        client.send(encodeCgi(name, { path }));
        assert.equal(await isReset, true, path);
      }
    });
  }
});

test("a client that is gone ends the application's stream", async (t) => {
  await using server = await startGateway(responseApp);
  for (const name of cgiNames)
    await t.test(name, async () => {
      using client = await RawClient.connect(portOf(server, name));
      client.send(encodeCgi(name, { path: "/close_generator", query: name }));
      await client.readUpTo(100);
      client.socket.destroy();
      await server.waitForLog(new RegExp(`closed /close_generator\\?${name} `));
    });
});

test("a web server that takes nothing holds its application back, and nobody else", async (t) => {
  await using server = await startGateway(responseApp, "--threads", "2");
  for (const name of cgiNames)
    await t.test(name, async () => {
      using client = await RawClient.connect(portOf(server, name));
      client.send(encodeCgi(name, { path: "/large", query: "60000000&65536" }));
      await client.readUpTo(1000);
      assert.equal((await askCgi(name, portOf(server, name), { path: "/list_of_one" })).status, 200);
      client.socket.resume();
      const answer = decodeCgi(name, await client.untilClosed(30_000));
      assert.equal(answer.body.length, 60_000_000);
    });
});

test("a peer that half-closes behind its request gets all of a large answer", async (t) => {
  await using server = await startGateway(responseApp);
  for (const name of cgiNames)
    await t.test(name, async () => {
      using client = await RawClient.connect(portOf(server, name));
      client.socket.end(encodeCgi(name, { path: "/large_list", query: "20000000" }));
      const answer = decodeCgi(name, await client.untilClosed(30_000));
      assert.equal(answer.body.length, 20_000_000);
    });
});

test("an upload streams, at the pace of the application", async (t) => {
  await using server = await startGateway(inputApp);
  const body = Buffer.alloc(20_000_000, "0123456789");
  for (const name of cgiNames)
    for (const path of ["/careless", "/slowly", "/ignore"])
      await t.test(`${name} ${path}`, async () => {
        const answer = await askCgi(name, portOf(server, name), { path, body });
        assert.equal(answer.status, 200);
        if (path !== "/ignore")
          assert.equal((JSON.parse(answer.body.toString()) as { read: number }).read, body.length);
      });
});

test("Unix and abstract sockets, with the mode that was asked for", async () => {
  using folder = new Folder();
  const path = folder.file("app.sock");
  const abstract = `@tsgi-gateway-${process.pid}`;
  const sockets = ["--socket", path, "--scgi-socket", abstract, "--fastcgi-socket", folder.file("f.sock")];
  await using server = await startServer([...sockets, "--chmod-socket", "660", environApp]);
  await server.waitForLog(/^listening on fastcgi\+unix:\S+\/f\.sock$/m);
  assert.ok(server.urls.includes(`uwsgi+unix:${path}`), server.log);
  assert.equal(statSync(path).mode & 0o777, 0o660);
  const environ = await environOf("uwsgi", path, { vars: { SERVER_NAME: "" } });
  assert.deepEqual([environ["REMOTE_ADDR"]?.[1], environ["SERVER_NAME"]?.[1]], ["192.0.2.7", "localhost"]);
  await environOf("scgi", `\0${abstract.slice(1)}`, {});
  await environOf("fastcgi", folder.file("f.sock"), {});
});

test("an answer that falls short on a Unix socket costs its connection, and no worker", async () => {
  using folder = new Folder();
  const [uwsgi, http] = [folder.file("u.sock"), folder.file("h.sock")];
  await using server = await startServer([
    "--http",
    "127.0.0.1:0",
    "--http",
    http,
    "--socket",
    uwsgi,
    responseApp,
  ]);
  await server.waitForLog(/^listening on uwsgi\+unix:/m);
  using client = await RawClient.connect(uwsgi);
  client.send(encodeCgi("uwsgi", { path: "/raise_later" }));
  await client.untilClosed();
  using old = await RawClient.connect(http);
  old.send("GET /raise_with_length HTTP/1.0\r\n\r\n");
  await old.untilClosed();
  assert.equal((await ask(http, "GET /list_of_one HTTP/1.1\r\nHost: a\r\n\r\n")).status, 200);
  assert.doesNotMatch(server.log, /a bug in tsgi|ERR_INVALID_HANDLE_TYPE|broken/);
});

test("the access log has the client's address as the web server names it", async () => {
  await using server = await startGateway(environApp);
  for (const name of cgiNames) await askCgi(name, portOf(server, name), { path: `/${name}` });
  for (const name of cgiNames)
    await server.waitForLog(new RegExp(`192\\.0\\.2\\.7.* "?GET /${name} HTTP/1\\.1`));
});

test("only those that socket-allow-ips names may connect, to all but HTTP", async () => {
  await using server = await startGateway(environApp, "--socket-allow-ips", "10.0.0.0/8, 2001:db8::/32");
  for (const name of cgiNames) {
    using client = await RawClient.connect(portOf(server, name));
    client.send(encodeCgi(name, {}));
    assert.equal((await client.untilClosed()).length, 0);
    await server.waitForLog(
      new RegExp(`127\\.0\\.0\\.1 may not use ${name}://\\S+ \\(socket-allow-ips\\): closed`),
    );
  }
  assert.equal((await server.fetch("/")).status, 200);
});

test("a socket beyond loopback is warned of once, unless its peers are limited", async () => {
  const warning =
    /whoever reaches uwsgi:\/\/0\.0\.0\.0:\d+ and scgi:\/\/0\.0\.0\.0:\d+ can pass for any client/;
  const sockets = ["--socket", ":0", "--scgi-socket", ":0", "--fastcgi-socket", "127.0.0.1:0"];
  await using open = await startServer([...sockets, "--http-processes", "2", environApp]);
  await open.waitForLog(/^listening on fastcgi:/m);
  assert.equal(open.log.match(new RegExp(warning, "g"))?.length, 1, open.log);
  assert.match(open.log, /socket-allow-ips/);
  await using limited = await startServer([...sockets, "--socket-allow-ips", "127.0.0.1", environApp]);
  await limited.waitForLog(/^listening on fastcgi:/m);
  assert.doesNotMatch(limited.log, /whoever reaches/);
  assert.equal((await askCgi("scgi", portOf(limited, "scgi"))).status, 200);
});
