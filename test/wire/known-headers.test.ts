import assert from "node:assert/strict";
import { test } from "node:test";
import { environKey, findKnown, knownHeaders, nameHash } from "../../src/wire/http1/known-headers.ts";

function find(name: string): string | undefined {
  const bytes = Buffer.from(`  ${name}  `, "latin1");
  const end = bytes.length - 2;
  return findKnown(bytes, 2, end, nameHash(bytes.subarray(2, end)))?.name;
}

test("every known header is found by its name in any case, and by nothing else", () => {
  for (const { name } of knownHeaders) {
    assert.equal(find(name), name);
    assert.equal(find(name.toUpperCase()), name);
    assert.equal(find(name.replace(/^./, (letter) => letter.toUpperCase())), name);
    assert.equal(find(`${name}s`), undefined);
    assert.equal(find(name.replace("e", "\xe5")), name.includes("e") ? undefined : name);
  }
});

test("names are not repeated, and the parser's table has room for them", () => {
  assert.equal(new Set(knownHeaders.map(({ name }) => name)).size, knownHeaders.length);
  assert.deepEqual(
    knownHeaders.map(({ index }) => index),
    knownHeaders.map((_, index) => index),
  );
  assert.ok(knownHeaders.length <= 128);
});

test("bytes that differ by the bit of letters only are told apart", () => {
  assert.equal(find("host"), "host");
  assert.equal(find("hos\x14"), undefined);
  assert.equal(find("x\rforwarded-for"), undefined);
  assert.equal(find("accept\ranguage"), undefined);
});

test("JavaScript's own properties are no known headers", () => {
  for (const name of ["__proto__", "constructor", "toString", "hasOwnProperty"])
    assert.equal(find(name), undefined);
});

test("a key is the name as RFC 3875 writes it", () => {
  assert.equal(environKey("x-own-name"), "HTTP_X_OWN_NAME");
  assert.equal(environKey("content-type"), "CONTENT_TYPE");
  assert.equal(environKey("content-length"), "CONTENT_LENGTH");
  assert.equal(environKey("content-language"), "HTTP_CONTENT_LANGUAGE");
});
