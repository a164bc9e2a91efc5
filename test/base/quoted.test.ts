import assert from "node:assert/strict";
import { test } from "node:test";
import { quoted } from "../../src/base/quoted.ts";

test("quoted() shows a value whole", () => assert.equal(quoted('a "b" é'), '"a "b" é"'));

test("quoted() shows what a terminal would act on as what it is", () => {
  assert.equal(quoted("a\x1b[2Jb\n\x9b"), String.raw`"a\x1b[2Jb\x0a\x9b"`);
});

test("quoted() cuts a long value", () => assert.equal(quoted("x".repeat(1000)).length, 103));
