/** Tables of heads: each row is read whole, with something behind it, and a byte at a time. */

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { HeadLimits } from "../../src/wire/http1/request-head.ts";
import { type Accepted, readByteByByte, readHead, type Verdict } from "./read-head.ts";

/** What an accepted head holds, or the status that refuses it. */
type Expected = Partial<Accepted> | number;
export type Row = readonly [name: string, text: string, expected: Expected, limits?: HeadLimits];

export const HOST = "Host: a.example\r\n";

/** A request with these header lines behind its Host. */
export function lines(...fields: readonly string[]): string {
  return `POST / HTTP/1.1\r\n${HOST}${fields.map((field) => `${field}\r\n`).join("")}\r\n`;
}

/** A request with this line, and what 1.1 demands. */
export function first(line: string): string {
  return `${line}\r\n${HOST}\r\n`;
}

export function promise(title: string, rows: readonly Row[]): void {
  describe(title, () => {
    for (const [name, text, expected, limits] of rows) {
      test(name, () => {
        const bytes = Buffer.from(text, "latin1");
        const whole = readHead(bytes, limits);
        checkVerdict(whole, expected, bytes.length);
        assert.deepEqual(readByteByByte(bytes, limits), whole, "a byte at a time");
        if (whole.kind === "accepted") checkFollowed(bytes, whole, limits);
      });
    }
  });
}

function checkVerdict(verdict: Verdict, expected: Expected, size: number): void {
  if (typeof expected === "number") {
    assert.equal(verdict.kind, "refused");
    assert.equal(verdict.status, expected, verdict.message);
  } else {
    assert.equal(verdict.kind, "accepted", verdict.kind === "refused" ? verdict.message : "");
    assert.partialDeepStrictEqual(verdict, { size, ...expected });
  }
}

/** What follows an accepted head, the next request perhaps, is not looked at. */
function checkFollowed(bytes: Buffer, whole: Verdict, limits: HeadLimits | undefined): void {
  for (const more of ["\0", "\r\n", "GET / HTTP/1.1\r\nContent-Length: 5\r\n\r\n", " folded: x\r\n"]) {
    assert.deepEqual(readHead(Buffer.concat([bytes, Buffer.from(more)]), limits), whole);
  }
}
