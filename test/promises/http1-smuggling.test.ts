/**
 * What two servers could read in two ways is refused: every row is answered with exactly this status,
 * the connection is closed, and what came behind the row never reaches the application.
 */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { recorded, writeProbeApp } from "../support/probe-app.ts";
import { RawClient } from "../support/raw-client.ts";
import { Folder, type RunningServer, startServer } from "../support/start-server.ts";

let folder: Folder;
let server: RunningServer;
before(async () => {
  folder = new Folder();
  server = await startServer(["--processes", "2", writeProbeApp(folder)]);
});
after(async () => {
  await server[Symbol.asyncDispose]();
  folder[Symbol.dispose]();
});

const SMUGGLED = "GET / HTTP/1.1\r\nHost: a\r\nX-Id: smuggled\r\n\r\n";

/** A request with these lines, which the application would answer with 200 but for them. */
const lines = (...more: string[]): string => `GET / HTTP/1.1\r\nHost: a\r\n${more.join("\r\n")}\r\n\r\n`;
const post = (...more: string[]): string => `POST /echo HTTP/1.1\r\nHost: a\r\n${more.join("\r\n")}\r\n\r\n`;
const chunks = (body: string): string => `${post("Transfer-Encoding: chunked")}${body}`;

type Row = readonly [name: string, request: string, status?: number];

const lengths: readonly Row[] = [
  "",
  "0x5",
  "+5",
  "-5",
  "5_0",
  "5 ",
  "5,5",
  "5, 5",
  "5 5",
  "5;",
  "5.0",
  "1e1",
  "٥",
  "\x0b5",
  "5\x0c",
  "\xa05",
  "99999999999999999999",
  "18446744073709551621",
  "9007199254740993",
]
  .filter((value) => value !== "5 ") // trailing OWS is no part of the value
  .map((value) => [`Content-Length: ${JSON.stringify(value)}`, `${post(`Content-Length: ${value}`)}hello`]);

const encodings: readonly Row[] = [
  ...["", "chunked,", ",chunked", "xchunked", "chunked, identity", "chunked, chunked", "chunked;q=1"].map(
    (value): Row => [`Transfer-Encoding: ${value}`, post(`Transfer-Encoding: ${value}`)],
  ),
  ...["\x0bchunked", "chunked\x0c", "\x0cchunked"].map(
    (value): Row => [`Transfer-Encoding: ${JSON.stringify(value)}`, post(`Transfer-Encoding: ${value}`)],
  ),
  ["Transfer-Encoding with \\xa0", post("Transfer-Encoding: \xa0chunked")],
  ["Transfer-Encoding with \\x85", post("Transfer-Encoding: chunked\x85")],
  ["Transfer-Encoding: gzip, chunked", post("Transfer-Encoding: gzip, chunked"), 501],
  ["Transfer-Encoding: identity", post("Transfer-Encoding: identity")],
  ["two Transfer-Encoding lines", post("Transfer-Encoding: chunked", "Transfer-Encoding: chunked")],
  ["two codings on two lines", post("Transfer-Encoding: gzip", "Transfer-Encoding: chunked")],
  [
    "Transfer-Encoding with Content-Length",
    `${post("Transfer-Encoding: chunked", "Content-Length: 5")}0\r\n\r\n`,
  ],
  [
    "Content-Length with Transfer-Encoding",
    `${post("Content-Length: 5", "transfer-encoding: chunked")}0\r\n\r\n`,
  ],
  ["Transfer-Encoding in HTTP/1.0", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"],
  ["Content-Length twice, the same", `${post("Content-Length: 5", "Content-Length: 5")}hello`],
  ["Content-Length twice, different", `${post("Content-Length: 5", "content-length: 6")}hello`],
];

const fields: readonly Row[] = [
  ["no Host", "GET / HTTP/1.1\r\n\r\n"],
  ["an empty Host", "GET / HTTP/1.1\r\nHost:\r\n\r\n"],
  ["two Hosts", lines("Host: a")],
  ["two different Hosts", lines("host: b")],
  ["a Host with a path", "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n"],
  ["a Host with user", "GET / HTTP/1.1\r\nHost: u@a\r\n\r\n"],
  ["a Host list", "GET / HTTP/1.1\r\nHost: a b\r\n\r\n"],
  ["two Content-Types", post("Content-Type: a/b", "Content-Type: c/d", "Content-Length: 0")],
  ["a space before the colon", lines("X : 1")],
  ["a tab before the colon", lines("X\t: 1")],
  ["an empty name", lines(": 1")],
  ["a line without colon", lines("novalue")],
  ["a name that is no token", lines("X(y): 1")],
  ["a name beyond ASCII", lines("X\xe9: 1")],
  ["a quoted name", lines('"X": 1')],
  ["a folded line", lines("X: 1", " 2")],
  ["a line folded by a tab", lines("X: 1", "\t2")],
  ["a folded first line", "GET / HTTP/1.1\r\n Host: a\r\n\r\n"],
  ["NUL in a value", lines("X: a\0b")],
  ["NUL in a name", lines("X\0: a")],
  ["a bare CR in a value", lines("X: a\rb")],
  ["a bare CR before a header", lines("X: a\rContent-Length: 5")],
  ["CR and another byte as line end", "GET / HTTP/1.1\rXHost: a\r\n\r\n"],
  ["a bare LF in a value", lines("X: a\nY: b")],
  ["LF as the line end of a header", "GET / HTTP/1.1\r\nHost: a\n\r\n"],
  ["LF as the line end of the request line", "GET / HTTP/1.1\nHost: a\r\n\r\n"],
  ["LF for the empty line", "GET / HTTP/1.1\r\nHost: a\r\n\n"],
  ["DEL in a value", lines("X: a\x7f")],
  ["ESC in a value", lines("X: \x1b[2J")],
  ["BEL in a value", lines("X: \x07")],
  ["two CRs", lines("X: a\r")],
];

const requestLines: readonly Row[] = [
  ...(
    [
      ["two spaces before the target", "GET  / HTTP/1.1"],
      ["two spaces before the version", "GET /  HTTP/1.1"],
      ["a tab", "GET\t/ HTTP/1.1"],
      ["a space behind the version", "GET / HTTP/1.1 "],
      ["a space in the target", "GET /a b HTTP/1.1"],
      ["no version", "GET /"],
      ["no target", "GET HTTP/1.1"],
      ["lower case http", "GET / http/1.1"],
      ["no slash in the version", "GET / HTTP1.1"],
      ["a version of two digits", "GET / HTTP/1.10"],
      ["a version of one digit", "GET / HTTP/1"],
      ["a comma in the version", "GET / HTTP/1,1"],
      ["a leading space", " GET / HTTP/1.1"],
      ["a method that is no token", "GE(T / HTTP/1.1"],
      ["an empty method", "/ HTTP/1.1"],
      ["a fragment", "GET /a#b HTTP/1.1"],
      ["a relative target", "GET a HTTP/1.1"],
      ["an asterisk for GET", "GET * HTTP/1.1"],
      ["NUL in the target", "GET /\0 HTTP/1.1"],
      ["DEL in the target", "GET /\x7f HTTP/1.1"],
      ["another scheme", "GET ftp://a/ HTTP/1.1"],
      ["an absolute target without host", "GET http:///a HTTP/1.1"],
      ["a bare CR in the target", "GET /\rX HTTP/1.1"],
    ] as const
  ).map(([name, line]): Row => [name, `${line}\r\nHost: a\r\n\r\n`]),
  ["HTTP/0.9", "GET /\r\n"],
  ["HTTP/2.0", "GET / HTTP/2.0\r\nHost: a\r\n\r\n", 505],
  ["HTTP/0.9 spelled out", "GET / HTTP/0.9\r\nHost: a\r\n\r\n", 505],
  ["HTTP/2's preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505],
  ["an absolute target that is not Host's", "GET http://b/ HTTP/1.1\r\nHost: a\r\n\r\n"],
  ["an absolute target with a user", "GET http://u@a/ HTTP/1.1\r\nHost: a\r\n\r\n"],
  ["CONNECT", "CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n", 501],
  ["CONNECT with a path", "CONNECT / HTTP/1.1\r\nHost: a\r\n\r\n", 501],
  ["an unknown expectation", lines("Expect: 200-ok"), 417],
  ["a bare LF before the request line", `\n${lines("X: 1")}`],
  ["five empty lines before the request line", `\r\n\r\n\r\n\r\n\r\n${lines("X: 1")}`],
  ["a TLS hello", "\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03"],
];

const bodies: readonly Row[] = [
  ["0x before a chunk size", chunks("0x5\r\nhello\r\n0\r\n\r\n")],
  ["a plus before a chunk size", chunks("+5\r\nhello\r\n0\r\n\r\n")],
  ["a minus before a chunk size", chunks("-5\r\nhello\r\n0\r\n\r\n")],
  ["an underscore in a chunk size", chunks("0_5\r\nhello\r\n0\r\n\r\n")],
  ["a space before a chunk size", chunks(" 5\r\nhello\r\n0\r\n\r\n")],
  ["an empty chunk size", chunks("\r\nhello\r\n0\r\n\r\n")],
  ["an extension without a size", chunks(";a=b\r\nhello\r\n0\r\n\r\n")],
  ["a chunk size beyond 64 bits", chunks("10000000000000005\r\nhello\r\n0\r\n\r\n")],
  ["a chunk size beyond 53 bits", chunks("20000000000005\r\nhello\r\n0\r\n\r\n")],
  ["LF behind a chunk size", chunks("5\nhello\r\n0\r\n\r\n")],
  ["CR and another byte behind a chunk size", chunks("5\rXhello\r\n0\r\n\r\n")],
  ["no CR LF behind the data", chunks("5\r\nhello0\r\n\r\n")],
  ["two other bytes behind the data", chunks("5\r\nhelloXX0\r\n\r\n")],
  ["LF behind the data", chunks("5\r\nhello\n0\r\n\r\n")],
  ["a chunk longer than it says", chunks("4\r\nhello\r\n0\r\n\r\n")],
  ["a bare CR in an extension", chunks("5;a\rb\r\nhello\r\n0\r\n\r\n")],
  ["a bare LF in an extension", chunks("5;a\nb\r\nhello\r\n0\r\n\r\n")],
  ["CR LF in a quoted extension", chunks('5;a="\r\n"\r\nhello\r\n0\r\n\r\n')],
  ["NUL in an extension", chunks("5;\0\r\nhello\r\n0\r\n\r\n")],
  ["an endless extension", chunks(`5;${"a".repeat(5000)}\r\nhello\r\n0\r\n\r\n`)],
  ["many long extensions", chunks(`${`1;${"a".repeat(4000)}\r\nx\r\n`.repeat(20)}0\r\n\r\n`)],
  ["a trailer without colon", chunks("0\r\ntrailer\r\n\r\n")],
  ["a folded trailer", chunks("0\r\nA: b\r\n c\r\n\r\n")],
  ["a trailer with a space before the colon", chunks("0\r\nA : b\r\n\r\n")],
  ["endless trailers", chunks(`0\r\n${`A: ${"b".repeat(1000)}\r\n`.repeat(20)}\r\n`)],
  ["LF for the last empty line", chunks("0\r\n\n")],
  ["a sign in the last chunk", chunks("-0\r\n\r\n")],
];

for (const [group, rows] of Object.entries({ lengths, encodings, fields, requestLines, bodies })) {
  for (const [name, request, status = 400] of rows) {
    test(`${group}: ${name}: ${status}, and nothing behind it`, async () => {
      using client = await RawClient.connect(server.port);
      client.send(Buffer.from(request + SMUGGLED, "latin1"));
      const response = await client.response();
      assert.equal(response.status, status, response.text);
      assert.equal(response.header("connection"), "close");
      assert.equal((await client.untilClosed()).toString("latin1"), "");
    });
  }
}

test("nothing of it has reached the application", () => {
  assert.ok(!recorded(folder, "ran").includes("smuggled"));
  assert.deepEqual(recorded(folder, "ran"), []);
});

const accepted: readonly Row[] = [
  ["spaces and tabs around a value", lines("X: \t 1 \t ")],
  ["an empty value", lines("X:")],
  ["no space behind the colon", lines("X:1")],
  ["latin-1 in a value", lines("X: \xe4\xff")],
  ["up to four empty lines before the request line", `\r\n\r\n\r\n\r\n${lines("X: 1")}`],
  [
    "names that JavaScript objects have",
    lines("__proto__: 1", "constructor: 2", "toString: 3", "hasOwnProperty: 4"),
  ],
  [
    "a query of such names",
    "GET /?__proto__=1&constructor=2 HTTP/1.1\r\nHost: a\r\nCookie: __proto__=1\r\n\r\n",
  ],
  ["leading zeros in a length", `${post("Content-Length: 005")}hello`],
  ["leading zeros in a chunk size", chunks("005\r\nhello\r\n000\r\n\r\n")],
  ["an extension in quotes", chunks('5;a="b;c"\r\nhello\r\n0\r\n\r\n')],
  ["trailers", chunks("5\r\nhello\r\n0\r\nContent-Length: 99\r\nHost: b\r\n\r\n")],
  // RFC 9110 §2.5: a later minor version is served as the latest known one.
  ["HTTP/1.2", "GET / HTTP/1.2\r\nHost: a\r\n\r\n"],
  ["IPv6 as Host", "GET / HTTP/1.1\r\nHost: [::1]:8000\r\n\r\n"],
];
for (const [name, request] of accepted) {
  test(`accepted: ${name}, and the next request behind it`, async () => {
    using client = await RawClient.connect(server.port);
    client.send(Buffer.from(request + lines("X: next"), "latin1"));
    assert.equal((await client.response()).status, 200);
    assert.equal((await client.response()).text, "hello");
  });
}

test("a name with an underscore cannot stand in for one with a hyphen, nor can a trailer", async () => {
  using client = await RawClient.connect(server.port);
  client.send(
    "POST /environ HTTP/1.1\r\nHost: a\r\nX-Real-Ip: 1\r\nX_Real_Ip: 2\r\nContent_Length: 7\r\nProxy: evil\r\n" +
      "Transfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\nX-Real-Ip: 3\r\n\r\n",
  );
  const environ = JSON.parse((await client.response()).text);
  assert.equal(environ.HTTP_X_REAL_IP, "1");
  assert.equal(environ.CONTENT_LENGTH, "2");
  assert.equal(environ.HTTP_CONTENT_LENGTH, undefined);
  assert.equal(environ.HTTP_PROXY, undefined);
});
