import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { encodeScgiHead, readScgiHead } from "../../../src/wire/cgi/scgi-head.ts";
import { Vars } from "../../../src/wire/cgi/vars.ts";

const LIMITS = { bytes: 65_535, vars: 100 };

const text = fc.string({ unit: fc.integer({ min: 1, max: 255 }).map((code) => String.fromCharCode(code)) });
const pairs = fc.array(
  fc.tuple(
    text.filter((name) => !["", "CONTENT_LENGTH", "SCGI"].includes(name)),
    text,
  ),
  { maxLength: 20 },
);

function read(bytes: Buffer, limits = LIMITS) {
  const vars = new Vars();
  const head = readScgiHead(vars, bytes, limits);
  return { head, pairs: Array.from({ length: vars.count }, (_, at) => [vars.key(at), vars.value(at)]) };
}

test("what is encoded is read again, and the body begins behind it", () => {
  fc.assert(
    fc.property(pairs, (some) => {
      const bytes = Buffer.concat([encodeScgiHead(some, 4), Buffer.from("body")]);
      const { head, pairs: found } = read(bytes);
      assert.deepEqual(head, { kind: "head", end: bytes.length - 4 });
      assert.deepEqual(found, [["CONTENT_LENGTH", "4"], ["SCGI", "1"], ...some]);
    }),
  );
});

test("cut off at every byte it needs more", () => {
  const bytes = encodeScgiHead([["REQUEST_METHOD", "GET"]], 0);
  for (let size = 0; size < bytes.length; size++)
    assert.deepEqual(read(bytes.subarray(0, size)).head, { kind: "incomplete" }, `${size} bytes`);
});

const malformed: readonly (readonly [string, string])[] = [
  ["GET / HTTP/1.1\r\n", "it does not begin with a length and a colon"],
  [":,", "it does not begin with a length and a colon"],
  ["-1:,", "it does not begin with a length and a colon"],
  ["70000:", "its head has more than 65535 bytes"],
  ["00000000001:", "its head has more than 65535 bytes"],
  ["24:CONTENT_LENGTH\x000\x00SCGI\x001\x00;", "no comma follows its head"],
  ["7:SCGI\x001\x00,", "CONTENT_LENGTH is not its first variable"],
  ["0:,", "CONTENT_LENGTH is not its first variable"],
  ["17:CONTENT_LENGTH\x000\x00,", 'the variable SCGI is not "1"'],
  ["14:CONTENT_LENGTH,", "the variable at byte 0 has no end"],
  ["20:CONTENT_LENGTH\x000\x00\x00x\x00,", "the name at byte 17 is empty"],
];

for (const [head, why] of malformed)
  test(`refused: ${JSON.stringify(head)}`, () => {
    assert.deepEqual(read(Buffer.from(head, "latin1")).head, { kind: "malformed", why });
  });

test("more variables than the bound are refused", () => {
  const bytes = encodeScgiHead(
    Array.from({ length: 200 }, (_, at) => [`K${at}`, ""]),
    0,
  );
  assert.deepEqual(read(bytes).head, { kind: "malformed", why: "there are more than 100 variables" });
});

test("no bytes make it throw", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => void read(Buffer.from(bytes))));
  fc.assert(
    fc.property(fc.nat(30), fc.uint8Array({ maxLength: 30 }), (size, bytes) => {
      read(Buffer.concat([Buffer.from(`${size}:`), Buffer.from(bytes)]));
    }),
  );
});
