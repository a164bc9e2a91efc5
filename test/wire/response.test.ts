import assert from "node:assert/strict";
import { test } from "node:test";
import { FLAG } from "../../src/wire/frame.ts";
import { type Refusal, refusals } from "../../src/wire/http1/refusals.ts";
import {
  CHUNK_END,
  CONTINUE,
  chunkStart,
  isBodyless,
  LAST_CHUNK,
  PERSISTENCE,
  persistence,
  ResponseSuffixes,
} from "../../src/wire/http1/response.ts";

const NOW = Date.UTC(2026, 10, 6, 8, 49, 37);
const DATE = "Date: Fri, 06 Nov 2026 08:49:37 GMT\r\n";
const SERVER = "Server: tsgi\r\n";
const CONNECTIONS = {
  [PERSISTENCE.silent]: "",
  [PERSISTENCE.keepAlive]: "Connection: keep-alive\r\n",
  [PERSISTENCE.close]: "Connection: close\r\n",
};

function suffixes(server = "tsgi"): ResponseSuffixes {
  const made = new ResponseSuffixes(server);
  made.setDate(NOW);
  return made;
}

test("a head gets what the application has not set, and ends", () => {
  const made = suffixes();
  for (const round of ["made", "made before"]) {
    for (const [connection, line] of Object.entries(CONNECTIONS)) {
      for (const isChunked of [false, true]) {
        for (const flags of [0, FLAG.hasDate, FLAG.hasServer, FLAG.hasDate | FLAG.hasServer]) {
          const date = flags & FLAG.hasDate ? "" : DATE;
          const server = flags & FLAG.hasServer ? "" : SERVER;
          const framing = isChunked ? "Transfer-Encoding: chunked\r\n" : "";
          const suffix = made.get(flags, Number(connection), isChunked).toString("latin1");
          assert.equal(suffix, `${date}${server}${line}${framing}\r\n`, `${round}, flags ${flags}`);
        }
      }
    }
  }
});

test("other flags of a RESPONSE frame add nothing", () => {
  const made = suffixes();
  const plain = made.get(0, PERSISTENCE.silent, false);
  assert.equal(made.get(FLAG.last | FLAG.close, PERSISTENCE.silent, false), plain);
});

test("the same suffix is not made twice until the date changes", () => {
  const made = suffixes();
  const first = made.get(0, PERSISTENCE.close, true);
  assert.equal(made.get(0, PERSISTENCE.close, true), first);
  made.setDate(NOW + 1000);
  assert.match(
    made.get(0, PERSISTENCE.close, true).toString("latin1"),
    /^Date: Fri, 06 Nov 2026 08:49:38 GMT\r\n/,
  );
});

test("the Server header can be left out", () => {
  assert.equal(suffixes("").get(0, PERSISTENCE.silent, false).toString(), `${DATE}\r\n`);
});

test("what becomes of the connection is only said where the version does not say it", () => {
  assert.equal(persistence(1, true), PERSISTENCE.silent);
  assert.equal(persistence(1, false), PERSISTENCE.close);
  assert.equal(persistence(0, true), PERSISTENCE.keepAlive);
  assert.equal(persistence(0, false), PERSISTENCE.close);
});

test("every refusal is a whole response with the length of its page", () => {
  for (const refusal of Object.values<Refusal>(refusals)) {
    const text = suffixes()
      .page(refusal, { connection: PERSISTENCE.close, isHead: false })
      .toString("latin1");
    const [head = "", body = ""] = text.split("\r\n\r\n");
    const [statusLine, ...fields] = head.split("\r\n");
    assert.equal(statusLine, `HTTP/1.1 ${refusal.status} ${refusal.reason}`);
    assert.equal(body, `${refusal.status} ${refusal.reason}\n${refusal.message}\n`);
    assert.match(body, /^[\n -~]+$/);
    assert.ok(fields.includes(`Content-Length: ${Buffer.byteLength(body)}`));
    assert.ok(fields.includes("Connection: close"));
    assert.ok(fields.includes(DATE.trim()));
    assert.equal(fields.includes("Retry-After: 1"), refusal.status === 503);
  }
});

test("a page for HEAD has the same head and no body", () => {
  const page = (isHead: boolean): string => {
    return suffixes().page(refusals.busy, { connection: PERSISTENCE.silent, isHead }).toString("latin1");
  };
  assert.equal(page(true), `${page(false).split("\r\n\r\n")[0]}\r\n\r\n`);
});

test("1xx, 204 and 304 have no body", () => {
  const bodyless = Array.from({ length: 500 }, (_, at) => at + 100).filter(isBodyless);
  const interim = Array.from({ length: 100 }, (_, at) => at + 100);
  assert.deepEqual(bodyless, [...interim, 204, 304]);
});

test("chunks and the interim response are as RFC 9112 writes them", () => {
  assert.equal(
    Buffer.concat([chunkStart(26), Buffer.alloc(26, "x"), CHUNK_END]).toString(),
    `1a\r\n${"x".repeat(26)}\r\n`,
  );
  assert.equal(chunkStart(65_536).toString(), "10000\r\n");
  assert.equal(LAST_CHUNK.toString(), "0\r\n\r\n");
  assert.equal(CONTINUE.toString(), "HTTP/1.1 100 Continue\r\n\r\n");
});
