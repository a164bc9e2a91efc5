import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  encodeBeginRequest,
  encodeEndRequest,
  encodePairs,
  encodeStream,
  KEEP_CONNECTION,
  MOST_CONTENT,
  PROTOCOL_STATUS,
  RECORD,
  RECORD_HEADER,
  readPairs,
  readRecordHead,
} from "../../../src/wire/cgi/fastcgi-records.ts";
import { Vars } from "../../../src/wire/cgi/vars.ts";

type Pair = readonly [string, string];

const latin1 = fc.string({ unit: fc.nat(255).map((code) => String.fromCharCode(code)), maxLength: 400 });
const pairs = fc.array(
  fc.tuple(
    latin1.filter((text) => text !== ""),
    latin1,
  ),
  { maxLength: 30 },
);

function read(bytes: Buffer, most = 1000): readonly Pair[] | string {
  const vars = new Vars();
  const why = readPairs(vars, bytes, most);
  return why ?? Array.from({ length: vars.count }, (_, at) => [vars.key(at), vars.value(at)]);
}

test("pairs that are encoded are read again, whatever they are", () => {
  fc.assert(fc.property(pairs, (some) => assert.deepEqual(read(encodePairs(some)), some)));
});

test("a length of 127 takes one byte, one of 128 takes four", () => {
  for (const [size, bytes] of [
    [127, 1 + 1 + 1 + 127],
    [128, 1 + 4 + 1 + 128],
    [65_536, 1 + 4 + 1 + 65_536],
  ] as const) {
    const encoded = encodePairs([["A", "x".repeat(size)]]);
    assert.equal(encoded.length, bytes);
    assert.deepEqual(read(encoded), [["A", "x".repeat(size)]]);
  }
  // A small length may be written in four bytes, too.
  assert.deepEqual(read(Buffer.from([0x80, 0, 0, 1, 0x80, 0, 0, 1, 65, 66])), [["A", "B"]]);
});

const malformed: readonly (readonly [string, readonly number[], string])[] = [
  ["half a length", [0x80, 0], "the lengths at byte 0 are cut off"],
  ["no second length", [1], "the lengths at byte 0 are cut off"],
  ["half a second length", [1, 0x80, 0, 0], "the lengths at byte 0 are cut off"],
  ["a name past the end", [2, 0, 65], "the pair at byte 0 runs past the end"],
  ["a value past the end", [1, 0, 65, 1, 2, 66, 67], "the pair at byte 3 runs past the end"],
  ["a length of two gigabytes", [1, 0xff, 0xff, 0xff, 0xff, 65], "the pair at byte 0 runs past the end"],
  ["an empty name", [0, 1, 65], "the name at byte 0 is empty"],
];

for (const [name, bytes, why] of malformed)
  test(`refused: ${name}`, () => assert.equal(read(Buffer.from(bytes)), why));

test("more variables than the bound are refused", () => {
  const many = Array.from({ length: 2000 }, (_, at): Pair => [`K${at}`, ""]);
  assert.equal(read(encodePairs(many)), "there are more than 1000 variables");
});

test("no bytes make it throw or read past them", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      const vars = new Vars();
      readPairs(vars, Buffer.from(bytes), 50);
      for (let at = 0; at < vars.count; at++) assert.ok((vars.valueEnd[at] ?? Infinity) <= bytes.length);
    }),
    { numRuns: 2000 },
  );
});

test("a record's head needs eight bytes, and is of version 1", () => {
  const record = encodeBeginRequest(258, KEEP_CONNECTION);
  for (let size = 0; size < RECORD_HEADER; size++)
    assert.equal(readRecordHead(record.subarray(0, size), 0), null);
  assert.deepEqual(readRecordHead(record, 0), { type: RECORD.beginRequest, id: 258, length: 8, padding: 0 });
  assert.throws(() => readRecordHead(Buffer.from([2, 1, 0, 1, 0, 0, 0, 0]), 0), /version 2/);
});

test("a stream is cut into records, and an empty one is its end", () => {
  const size = fc.integer({ min: 1, max: 3 * MOST_CONTENT });
  fc.assert(
    fc.property(size, fc.integer({ min: 1, max: 65_535 }), (length, id) => {
      const content = Buffer.alloc(length, "0123456789");
      const bytes = Buffer.concat(encodeStream(RECORD.stdout, id, content));
      const parts: Buffer[] = [];
      for (let at = 0; at < bytes.length; ) {
        const head = readRecordHead(bytes, at);
        assert.ok(head !== null && head.type === RECORD.stdout && head.id === id && head.length > 0);
        at += RECORD_HEADER + head.length + head.padding;
        parts.push(bytes.subarray(at - head.length, at));
      }
      assert.ok(Buffer.concat(parts).equals(content));
    }),
    { numRuns: 20 },
  );
  const end = Buffer.concat(encodeStream(RECORD.stdout, 7, Buffer.alloc(0)));
  assert.deepEqual(readRecordHead(end, 0), { type: RECORD.stdout, id: 7, length: 0, padding: 0 });
});

test("the end of a request says how it went", () => {
  const end = encodeEndRequest(3, PROTOCOL_STATUS.overloaded);
  assert.equal(end.toString("hex"), "01030003000800000000000002000000");
});
