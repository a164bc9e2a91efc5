import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { anyHead, headText } from "./any-head.ts";
import { type Accepted, readAlone, readByteByByte, readHead } from "./read-head.ts";

const VALID = [
  "GET /a/b?c=d HTTP/1.1\r\nHost: a.example:80\r\nAccept: */*\r\nCookie: a=b\r\nCookie: c=d\r\n\r\n",
  "POST http://a.example/ HTTP/1.1\r\nHost: a.example\r\nContent-Length: 5\r\nX-Own: \xe4\r\n\r\n",
  "\r\nPUT / HTTP/1.0\r\nConnection: keep-alive\r\nExpect: 100-continue\r\nX_Y: z\r\n\r\n",
  "OPTIONS * HTTP/1.1\r\nHost: [::1]\r\nTransfer-Encoding: chunked\r\nConnection: x, close\r\n\r\n",
] as const;

/** Bytes that decide something. */
const TELLING = Buffer.from('\0\t\n\r !#"%,-./0159:;?@HTa_\x7f\x85\xa0\xff', "latin1");

const anyChange = fc.record({
  at: fc.nat(200),
  what: fc.constantFrom("replace", "insert", "remove", "repeat"),
  byte: fc.oneof(fc.constantFrom(...TELLING), fc.nat(255)),
});

test("no change of a valid head makes the parser throw, read out of its range or change its mind", () => {
  const property = fc.property(
    fc.constantFrom(...VALID),
    fc.array(anyChange, { minLength: 1, maxLength: 4 }),
    (text, changes) => {
      const bytes = Buffer.from(changes.reduce(change, [...Buffer.from(text, "latin1")]));
      const whole = readHead(bytes);
      assert.deepEqual(readByteByByte(bytes), whole);
      if (whole.kind === "accepted") assertReadsTheSame(whole);
    },
  );
  fc.assert(property, { numRuns: 1500 });
});

function change(
  bytes: readonly number[],
  { at, what, byte }: { at: number; what: string; byte: number },
): number[] {
  const index = at % bytes.length;
  const before = bytes.slice(0, index);
  const here = bytes.slice(index, index + 1);
  const behind = bytes.slice(index + 1);
  switch (what) {
    case "replace":
      return [...before, byte, ...behind];
    case "insert":
      return [...before, byte, ...here, ...behind];
    case "repeat":
      return [...before, ...here, ...here, ...behind];
    default:
      return bytes.length > 1 ? [...before, ...behind] : [...before, byte];
  }
}

/** What was understood, written out again in the plainest way, is understood in the same way. */
function assertReadsTheSame(head: Accepted): void {
  const fields = head.fields.map(([name, value]) => `${name}: ${value}\r\n`).join("");
  const text = `${head.method} ${head.target} HTTP/${head.version}\r\n${fields}\r\n`;
  assert.deepEqual(readAlone(Buffer.from(text, "latin1")), { ...head, size: text.length });
}

test("any bytes at all get a verdict", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
      const buffer = Buffer.from(bytes);
      assert.deepEqual(readByteByByte(buffer), readHead(buffer));
    }),
  );
});

test("a head made by the rules is accepted as it was made, wherever it is cut", () => {
  const property = fc.property(anyHead, (head) => {
    const bytes = Buffer.from(headText(head), "latin1");
    const verdict = readHead(bytes);
    assert.equal(verdict.kind, "accepted", verdict.kind === "refused" ? verdict.message : "");
    assert.partialDeepStrictEqual(verdict, {
      size: bytes.length,
      method: head.method,
      path: head.path,
      query: head.query ?? "",
      version: head.version,
    });
    const kept = head.fields.filter(([name]) => !name.includes("_"));
    assert.deepEqual(verdict.kind === "accepted" && verdict.fields.slice(1), kept);
    assert.deepEqual(readByteByByte(bytes), verdict);
  });
  fc.assert(property, { numRuns: 300 });
});
