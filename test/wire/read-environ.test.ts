import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { DICT, internedKey, NULL, textValue } from "../../src/wire/marshal.ts";
import { readEnviron } from "../../src/wire/read-environ.ts";

test("readEnviron() reads what was written, whatever is in it", () => {
  const pairs = fc.array(fc.tuple(fc.stringMatching(/^[A-Z_.]{1,20}$/), latin1()));
  fc.assert(
    fc.property(pairs, (written) => {
      const bytes = encode(written);
      assert.deepEqual(readEnviron(bytes, 3), new Map(written));
    }),
  );
});

test("readEnviron() ends with the bytes: the environ of a request whose body is still to come has no end yet", () => {
  const bytes = encode([["REQUEST_METHOD", "GET"]]);
  assert.deepEqual(readEnviron(bytes.subarray(0, -1), 3), new Map([["REQUEST_METHOD", "GET"]]));
  assert.deepEqual(readEnviron(Buffer.alloc(0), 0), new Map());
});

function latin1(): fc.Arbitrary<string> {
  return fc.uint8Array({ maxLength: 400 }).map((bytes) => Buffer.from(bytes).toString("latin1"));
}

function encode(pairs: readonly (readonly [string, string])[]): Buffer {
  const texts = pairs.flatMap(([key, value]) => [internedKey(key), textValue(value)]);
  return Buffer.concat([Buffer.from([1, 2, 3, DICT]), ...texts, Buffer.from([NULL])]);
}
