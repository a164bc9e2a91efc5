import assert from "node:assert/strict";
import { test } from "node:test";
import { first, HOST, lines, promise } from "./head-table.ts";
import { parsed, readByteByByte, readHead } from "./read-head.ts";

promise("a header line is NAME COLON VALUE CRLF", [
  [
    "a value",
    lines("X-A: b"),
    {
      fields: [
        ["Host", "a.example"],
        ["X-A", "b"],
      ],
    },
  ],
  [
    "spaces and tabs around a value",
    lines("A: \t b \t"),
    {
      fields: [
        ["Host", "a.example"],
        ["A", "b"],
      ],
    },
  ],
  [
    "no space",
    lines("A:b"),
    {
      fields: [
        ["Host", "a.example"],
        ["A", "b"],
      ],
    },
  ],
  [
    "spaces and tabs within",
    lines("A: b \t c"),
    {
      fields: [
        ["Host", "a.example"],
        ["A", "b \t c"],
      ],
    },
  ],
  [
    "an empty value",
    lines("A:"),
    {
      fields: [
        ["Host", "a.example"],
        ["A", ""],
      ],
    },
  ],
  [
    "a blank value",
    lines("A: \t "),
    {
      fields: [
        ["Host", "a.example"],
        ["A", ""],
      ],
    },
  ],
  [
    "colons in a value",
    lines("A: :b:"),
    {
      fields: [
        ["Host", "a.example"],
        ["A", ":b:"],
      ],
    },
  ],
  [
    "bytes above 127 stay at the edges",
    lines("A: \xa0\x85\xff"),
    {
      fields: [
        ["Host", "a.example"],
        ["A", "\xa0\x85\xff"],
      ],
    },
  ],
  ["a name of every token byte", lines("!#$%&'*+-.^`|~09AZaz: b"), {}],
  ["no colon", lines("A b"), 400],
  ["no colon and no value", lines("A"), 400],
  ["an empty name", lines(": b"), 400],
  ["a space before the colon", lines("A : b"), 400],
  ["a tab before the colon", lines("A\t: b"), 400],
  ["a vertical tab before the colon", lines("A\x0b: b"), 400],
  ["a no-break space before the colon", lines("A\xa0: b"), 400],
  ["a next-line byte in a name", lines("A\x85: b"), 400],
  ["a space in a name", lines("A B: c"), 400],
  ["parentheses in a name", lines("A(B): c"), 400],
  ["a slash in a name", lines("A/B: c"), 400],
  ["quotes in a name", lines('"A": c'), 400],
  ["NUL in a name", lines("A\0: b"), 400],
  ["a bare LF in a name", lines("A\nB: c"), 400],
  ["a bare CR in a name", lines("A\rB: c"), 400],
  ["DEL in a name", lines("A\x7f: b"), 400],
  ["NUL in a value", lines("A: b\0c"), 400],
  ["a bare LF in a value", lines("A: b\nC: d"), 400],
  ["a bare CR in a value", lines("A: b\rC: d"), 400],
  ["CR and another byte", lines("A: b\rX\n"), 400],
  ["CR CR LF", lines("A: b\r"), 400],
  ["a line that ends in LF", `GET / HTTP/1.1\r\n${HOST}A: b\n\r\n`, 400],
  ["a last line that ends in LF", `GET / HTTP/1.1\r\n${HOST}\n`, 400],
  ["a last line that ends in CR and another byte", `GET / HTTP/1.1\r\n${HOST}\rX`, 400],
  ["LF alone everywhere", "GET / HTTP/1.1\nHost: a\n\n", 400],
  ["an escape byte in a value", lines("A: \x1b[2J"), 400],
  ["a vertical tab in a value", lines("A: b\x0bc"), 400],
  ["a form feed in a value", lines("A: b\x0cc"), 400],
  ["a file separator in a value", lines("A: b\x1cc"), 400],
  ["DEL in a value", lines("A: b\x7f"), 400],
  ["a folded value", lines("A: b", " c"), 400],
  ["a folded value with a tab", lines("A: b", "\tc"), 400],
  ["a fold that holds a line", lines("A: b", " Content-Length: 5"), 400],
  ["a fold behind an empty value", lines("Transfer-Encoding:", " chunked"), 400],
  ["a space before the first name", "GET / HTTP/1.1\r\n Host: a\r\n\r\n", 400],
  ["a line of spaces", lines("A: b", " "), 400],
]);

promise("names with an underscore are dropped: they would pass for names with a hyphen", [
  [
    "beside its twin",
    lines("X-User: a", "X_User: b"),
    {
      fields: [
        ["Host", "a.example"],
        ["X-User", "a"],
      ],
    },
  ],
  ["alone", lines("X_User: b"), { fields: [["Host", "a.example"]] }],
  ["a length", lines("Content_Length: 5"), { contentLength: 0 }],
  ["a length beside another", lines("Content-Length: 5", "Content_Length: 6"), { contentLength: 5 }],
  ["a coding", lines("Transfer_Encoding: chunked", "Content-Length: 5"), { contentLength: 5 }],
  ["their values are checked all the same", lines("X_User: b\0"), 400],
]);

promise("names of JavaScript's own properties are names like others", [
  ["__proto__ has underscores", lines("__proto__: a"), { fields: [["Host", "a.example"]] }],
  [
    "constructor",
    lines("constructor: a"),
    {
      fields: [
        ["Host", "a.example"],
        ["constructor", "a"],
      ],
    },
  ],
  ["toString, valueOf, hasOwnProperty", lines("toString: a", "valueOf: b", "hasOwnProperty: c"), {}],
  ["the same twice", lines("constructor: a", "constructor: b"), {}],
  ["as options of a connection", lines("Connection: __proto__, constructor"), { keepAlive: true }],
  ["as a transfer coding", lines("Transfer-Encoding: constructor, chunked"), 501],
]);

promise("a request has at most one Content-Type", [
  ["one", lines("Content-Type: a/b"), {}],
  ["two", lines("Content-Type: a/b", "Content-Type: c/d"), 400],
  ["two that agree", lines("Content-Type: a/b", "content-type: a/b"), 400],
]);

promise("Connection decides what comes after the response", [
  ["1.1 stays open", lines(), { keepAlive: true }],
  ["1.0 closes", "GET / HTTP/1.0\r\n\r\n", { keepAlive: false }],
  ["close", lines("Connection: close"), { keepAlive: false }],
  ["close in other letters", lines("connection: CLOSE"), { keepAlive: false }],
  ["close in a list", lines("Connection: x ,\tclose\t, y"), { keepAlive: false }],
  ["close in a second line", lines("Connection: x", "Connection: close"), { keepAlive: false }],
  ["close wins", lines("Connection: close, keep-alive"), { keepAlive: false }],
  ["close wins in a second line", lines("Connection: keep-alive", "Connection: close"), { keepAlive: false }],
  ["keep-alive in 1.0", "GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n", { keepAlive: true }],
  ["keep-alive in a list in 1.0", "GET / HTTP/1.0\r\nConnection: x, keep-alive\r\n\r\n", { keepAlive: true }],
  ["both in 1.0", "GET / HTTP/1.0\r\nConnection: keep-alive, close\r\n\r\n", { keepAlive: false }],
  ["words that only look like it", lines("Connection: closed, xclose, clos e"), { keepAlive: true }],
  ["only the comma separates", lines("Connection: x close"), { keepAlive: true }],
  ["empty members", lines("Connection: ,, close,"), { keepAlive: false }],
  ["empty", lines("Connection:"), { keepAlive: true }],
  ["upgrade", lines("Connection: upgrade", "Upgrade: websocket"), { keepAlive: true }],
]);

promise("the only expectation is 100-continue", [
  ["none", lines(), { expectsContinue: false }],
  ["100-continue", lines("Expect: 100-continue", "Content-Length: 5"), { expectsContinue: true }],
  ["in other letters", lines("expect: 100-Continue"), { expectsContinue: true }],
  ["in 1.0 it is not heard", "POST / HTTP/1.0\r\nExpect: 100-continue\r\n\r\n", { expectsContinue: false }],
  ["another", lines("Expect: 200-ok"), 417],
  ["more than one", lines("Expect: 100-continue, x"), 417],
  ["another in a second line", lines("Expect: 100-continue", "Expect: x"), 417],
  ["empty", lines("Expect:"), 417],
  ["behind a body that cannot be", lines("Expect: 100-continue", "Content-Length: x"), 400],
]);

promise("up to four empty lines may come before a request", [
  ["one", `\r\n${first("GET / HTTP/1.1")}`, { method: "GET" }],
  ["four", `\r\n\r\n\r\n\r\n${first("GET / HTTP/1.1")}`, { method: "GET" }],
  ["five", `\r\n\r\n\r\n\r\n\r\n${first("GET / HTTP/1.1")}`, 400],
  ["a bare LF", `\n${first("GET / HTTP/1.1")}`, 400],
  ["a bare CR", `\r${first("GET / HTTP/1.1")}`, 400],
  ["a space", ` \r\n${first("GET / HTTP/1.1")}`, 400],
]);

const SMALL = { headLimit: 64, headerCountLimit: 3 };

/** A head of exactly `size` bytes by its target. */
function longTarget(size: number): string {
  return `GET /${"a".repeat(size - 27)} HTTP/1.1\r\nHost: a\r\n\r\n`;
}

/** A head of exactly `size` bytes by a value. */
function longValue(size: number): string {
  return `GET / HTTP/1.1\r\nHost: a\r\nX: ${"a".repeat(size - 32)}\r\n\r\n`;
}

promise("a head has a bound", [
  ["a target that just fits", longTarget(64), { size: 64 }, SMALL],
  ["a target that makes the head too long", longTarget(65), 431, SMALL],
  ["a target that does not fit by itself", longTarget(90), 414, SMALL],
  ["a target without end", `GET /${"a".repeat(90)}`, 414, SMALL],
  ["a method without end", "A".repeat(90), 414, SMALL],
  ["a value that just fits", longValue(64), { size: 64 }, SMALL],
  ["a value that is too long", longValue(65), 431, SMALL],
  ["a value without end", `GET / HTTP/1.1\r\nHost: ${"a".repeat(90)}`, 431, SMALL],
  ["a name without end", `GET / HTTP/1.1\r\n${"a".repeat(90)}`, 431, SMALL],
  ["a mistake within the bound", `GET / HTTP/1.1\r\n A${"a".repeat(90)}`, 400, SMALL],
  ["a mistake behind the bound", `GET / HTTP/1.1\r\nHost: a\r\nX: ${"a".repeat(90)}\0`, 431, SMALL],
  ["empty lines count", `\r\n\r\n${longTarget(61)}`, 431, SMALL],
  ["three lines", "GET / HTTP/1.1\r\nHost: a\r\nA: b\r\nC: d\r\n\r\n", {}, SMALL],
  ["four lines", "GET / HTTP/1.1\r\nHost: a\r\nA: b\r\nC: d\r\nE: f\r\n\r\n", 431, SMALL],
  ["dropped lines count too", "GET / HTTP/1.1\r\nHost: a\r\nA: b\r\nC: d\r\nE_: f\r\n\r\n", 431, SMALL],
]);

test("a repeated name is noticed in any case, known or not, and only then", () => {
  const repeats = (...fields: readonly string[]): boolean => parsed(lines(...fields)).hasRepeats;
  assert.equal(repeats("Cookie: a", "cookie: b"), true);
  assert.equal(repeats("X-Own: a", "x-oWN: b"), true);
  assert.equal(repeats("X-Own: a", "Accept: c", "X-Own: b"), true);
  assert.equal(repeats("X-Own: a", "X-Owm: b", "Cookie: c"), false);
  assert.equal(repeats("X_Own: a", "X-Own: b"), false);
});

// The like of CVE-2020-5236: trimming a list by a regular expression took three seconds for one head.
test("no header makes the parser slow", () => {
  const start = performance.now();
  for (const name of ["Connection", "Transfer-Encoding", "Expect", "Content-Length", "Host", "Cookie"]) {
    for (const fill of [" ", "\t", ",", " ,", "a", "a,", "a ", "close ,"]) {
      const value = `a${fill.repeat(60_000 / fill.length)}b`;
      readHead(Buffer.from(`GET / HTTP/1.1\r\nHost: a\r\n${name}: ${value}\r\n\r\n`));
    }
  }
  assert.ok(performance.now() - start < 5000, `took ${performance.now() - start} ms`);
});

test("a hundred lines are read, one more is too many", () => {
  const many = (count: number): Buffer =>
    Buffer.from(lines(...Array.from({ length: count }, (_, at) => `X-${at}: ${at}`)));
  assert.equal(readHead(many(99)).kind, "accepted");
  assert.partialDeepStrictEqual(readByteByByte(many(100)), { kind: "refused", status: 431 });
});
