/** Reads heads as a router does, in every way that bytes can arrive, and tells what came of it. */

import assert from "node:assert/strict";
import { parseHead } from "../../src/wire/http1/parse-head.ts";
import { type HeadLimits, INCOMPLETE, REFUSED, RequestHead } from "../../src/wire/http1/request-head.ts";

export type Verdict =
  | { readonly kind: "incomplete" }
  | { readonly kind: "refused"; readonly status: number; readonly message: string }
  | Accepted;

export interface Accepted {
  readonly kind: "accepted";
  /** Bytes of the head. */
  readonly size: number;
  readonly method: string;
  readonly target: string;
  readonly path: string;
  readonly query: string;
  readonly version: string;
  readonly fields: readonly (readonly [name: string, value: string])[];
  readonly contentLength: number;
  readonly keepAlive: boolean;
  readonly expectsContinue: boolean;
}

export const LIMITS: HeadLimits = { headLimit: 65_536, headerCountLimit: 100 };

/** Bytes that would change a verdict if the parser looked at them. */
const SURROUNDINGS = ["", "\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\r\n\r\n", " :\0", "\u00ff\u00ff"];

/** One head after the other is parsed into the same object, as in a router: nothing of the last may stay. */
const heads = new Map<string, RequestHead>();

/** The verdict on exactly these bytes, whatever lies before and behind them in memory. */
export function readHead(bytes: Buffer, limits: HeadLimits = LIMITS): Verdict {
  const verdicts = SURROUNDINGS.map((text) => readWithin(Buffer.from(text, "latin1"), bytes, limits));
  for (const verdict of verdicts) assert.deepEqual(verdict, verdicts[0], "bytes out of the range were read");
  return verdicts[0] as Verdict;
}

/** The verdict on these bytes where it does not matter that the range is kept. */
export function readAlone(bytes: Buffer, limits: HeadLimits = LIMITS): Verdict {
  return readWithin(Buffer.alloc(0), bytes, limits);
}

/** The verdict as the bytes come one at a time; once there is one, more bytes must not change it. */
export function readByteByByte(bytes: Buffer, limits: HeadLimits = LIMITS): Verdict {
  let decided: Verdict = { kind: "incomplete" };
  for (let size = 0; size <= bytes.length; size++) {
    const verdict = readAlone(bytes.subarray(0, size), limits);
    if (decided.kind === "incomplete") decided = verdict;
    else assert.deepEqual(verdict, decided, `another verdict after ${size} bytes`);
  }
  return decided;
}

export function headOf(limits: HeadLimits = LIMITS): RequestHead {
  const key = JSON.stringify(limits);
  let head = heads.get(key);
  if (head === undefined) {
    head = new RequestHead(limits);
    heads.set(key, head);
  }
  return head;
}

/** Parses what must be a whole head. */
export function parsed(text: string, limits: HeadLimits = LIMITS): RequestHead {
  const head = headOf(limits);
  const bytes = Buffer.from(text, "latin1");
  assert.equal(parseHead(head, bytes, 0, bytes.length), bytes.length, head.refusal.message);
  return head;
}

function readWithin(around: Buffer, bytes: Buffer, limits: HeadLimits): Verdict {
  const head = headOf(limits);
  const start = around.length;
  const end = start + bytes.length;
  const behind = parseHead(head, Buffer.concat([around, bytes, around]), start, end);
  if (behind === INCOMPLETE) return { kind: "incomplete" };
  if (behind === REFUSED) {
    return { kind: "refused", status: head.refusal.status, message: head.refusal.message };
  }
  assert.ok(behind > start && behind <= end, `${behind} is not within ${start} and ${end}`);
  return describe(head, behind - start);
}

function describe(head: RequestHead, size: number): Accepted {
  const text = (from: number, to: number): string => head.bytes.toString("latin1", from, to);
  return {
    kind: "accepted",
    size,
    method: text(head.methodStart, head.methodEnd),
    target: text(head.targetStart, head.targetEnd),
    path: text(head.pathStart, head.pathEnd),
    query: text(head.queryStart, head.queryEnd),
    version: `1.${head.minor}`,
    fields: Array.from({ length: head.count }, (_, line) => [
      text(head.nameStart[line] as number, head.nameEnd[line] as number),
      text(head.valueStart[line] as number, head.valueEnd[line] as number),
    ]),
    contentLength: head.contentLength,
    keepAlive: head.keepAlive,
    expectsContinue: head.expectsContinue,
  };
}
