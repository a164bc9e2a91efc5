import assert from "node:assert/strict";
import { test } from "node:test";
import { editDistance, nearestName } from "../../src/base/nearest-name.ts";
import { wrapText } from "../../src/base/wrap-text.ts";

const names = ["processes", "threads", "thunder-lock", "http", "http-socket", "listen", "env"];

for (const [text, name] of [
  ["proceses", "processes"],
  ["porcesses", "processes"],
  ["thread", "threads"],
  ["proc", "processes"],
  ["th", null],
  ["thr", "threads"],
  ["http-sockte", "http-socket"],
  ["http-so", "http-socket"],
  ["htt", "http"],
  ["en", null],
  ["xyz", null],
  ["processes-per-core", null],
] as const) {
  test(`nearestName(${JSON.stringify(text)}) is ${name}`, () => assert.equal(nearestName(text, names), name));
}

test("editDistance() counts a swap of neighbours once", () => {
  assert.equal(editDistance("abcd", "abdc"), 1);
  assert.equal(editDistance("", "abc"), 3);
  assert.equal(editDistance("kitten", "sitting"), 3);
});

test("wrapText() breaks at spaces and leaves long words whole", () => {
  assert.deepEqual(wrapText("one two three", 7), ["one two", "three"]);
  assert.deepEqual(wrapText("a very-long-word b", 6), ["a", "very-long-word", "b"]);
});
