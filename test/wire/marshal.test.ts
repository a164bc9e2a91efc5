import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  copyBytes,
  DICT,
  internedKey,
  NULL,
  textBound,
  textValue,
  writeAsciiHeader,
  writeText,
} from "../../src/wire/marshal.ts";
import { loadInPythons } from "./load-in-pythons.ts";

const LATIN1 = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte)).toString("latin1");

const TEXTS = [
  "",
  "a",
  "\0",
  "\r\n\t\x7f",
  "\x80",
  "\xff",
  "\xc3\xa4",
  LATIN1,
  "x".repeat(255),
  "x".repeat(256),
  "x".repeat(257),
  "\xe4".repeat(127),
  "\xe4".repeat(128),
  "\xe4".repeat(255),
  "\xe4".repeat(256),
  "x".repeat(65_536),
  "x".repeat(70_000),
  "\xe4".repeat(70_000),
];

test("every text of latin-1 characters is that text in every Python", () => {
  const random = fc.sample(fc.string({ unit: fc.constantFrom(...LATIN1), maxLength: 600 }), 200);
  const texts = [...TEXTS, ...random];
  for (const { version, loaded } of loadInPythons(texts.map(textValue))) {
    assert.deepEqual(loaded, texts, `Python ${version}`);
  }
});

test("text above 127 is UTF-8 in the bytes, ASCII is short up to 255 bytes", () => {
  assert.deepEqual([...textValue("a")], [0x7a, 1, 0x61]);
  assert.deepEqual([...textValue("\xe4")], [0x75, 2, 0, 0, 0, 0xc3, 0xa4]);
  assert.deepEqual([...textValue("x".repeat(255)).subarray(0, 2)], [0x7a, 255]);
  assert.deepEqual([...textValue("x".repeat(256)).subarray(0, 5)], [0x61, 0, 1, 0, 0]);
});

test("a dict of interned keys is a dict, and its keys are interned", () => {
  const pairs = { REQUEST_METHOD: "GET", ["K".repeat(255)]: "v", "": "empty" };
  const bytes = Buffer.concat([
    Buffer.from([DICT]),
    ...Object.entries(pairs).flatMap(([key, value]) => [internedKey(key), textValue(value)]),
    Buffer.from([NULL]),
  ]);
  for (const { version, loaded, interned } of loadInPythons([bytes, Buffer.from([DICT, NULL])])) {
    assert.deepEqual(loaded, [pairs, {}], `Python ${version}`);
    assert.deepEqual(interned[0], Object.keys(pairs).sort(), `Python ${version}`);
  }
});

test("a key that is too long to be written is refused", () => {
  assert.throws(() => internedKey("K".repeat(256)), RangeError);
});

test("text is written where it is told, from the range it is told, within its bound", () => {
  const property = fc.property(
    fc.uint8Array({ maxLength: 400 }),
    fc.boolean(),
    fc.nat(20),
    fc.nat(20),
    (text, isAscii, at, start) => {
      const bytes = Buffer.concat([
        Buffer.alloc(start, 0xee),
        text.map((byte) => (isAscii ? byte & 127 : byte)),
      ]);
      const nonAscii = bytes.subarray(start).some((byte) => byte > 127);
      const out = Buffer.alloc(at + textBound(text.length, nonAscii) + 20, 0xaa);
      const behind = writeText(out, at, bytes, start, bytes.length, nonAscii);
      assert.ok(behind <= at + textBound(text.length, nonAscii));
      assert.deepEqual(out.subarray(at, behind), textValue(bytes.toString("latin1", start)));
      assert.ok(out.subarray(0, at).every((byte) => byte === 0xaa));
      assert.ok(out.subarray(behind).every((byte) => byte === 0xaa));
    },
  );
  fc.assert(property, { numRuns: 500 });
});

test("copyBytes() copies short and long ranges alike", () => {
  const bytes = Buffer.from(Array.from({ length: 200 }, (_, at) => at));
  for (const size of [0, 1, 47, 48, 49, 150]) {
    const out = Buffer.alloc(210);
    assert.equal(copyBytes(out, 7, bytes, 10, 10 + size), 7 + size);
    assert.deepEqual(out.subarray(7, 7 + size), bytes.subarray(10, 10 + size));
    assert.ok(out.subarray(7 + size).every((byte) => byte === 0));
  }
});

test("the length of a long text takes all four bytes", () => {
  const out = Buffer.alloc(5);
  assert.equal(writeAsciiHeader(out, 0, 0x81_02_03_04), 5);
  assert.deepEqual([...out], [0x61, 4, 3, 2, 0x81]);
});
