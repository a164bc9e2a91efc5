/**
 * SCGI's head: a netstring ("70:…,") of names and values, each ended by NUL; CONTENT_LENGTH is the first
 * and SCGI is "1" (the specification of 2006). The body follows without a frame.
 */

import type { Vars } from "./vars.ts";

/** The decimal number in front of the colon. */
const MOST_DIGITS = 6;
const COLON = 58;
const COMMA = 44;
const ZERO = 48;

export type ScgiHead =
  | { readonly kind: "incomplete" }
  | { readonly kind: "malformed"; readonly why: string }
  /** `end`: behind the comma. */
  | { readonly kind: "head"; readonly end: number };

/** Reads the head at the beginning of `bytes` into `vars`. */
export function readScgiHead(vars: Vars, bytes: Buffer, limits: { bytes: number; vars: number }): ScgiHead {
  let start = 0;
  let size = 0;
  for (; start < bytes.length && bytes[start] !== COLON; start++) {
    const digit = (bytes[start] as number) - ZERO;
    if (digit < 0 || digit > 9) return malformed("it does not begin with a length and a colon");
    size = size * 10 + digit;
    if (start >= MOST_DIGITS || size > limits.bytes)
      return malformed(`its head has more than ${limits.bytes} bytes`);
  }
  const hasLeadingZero = start > 1 && bytes[0] === ZERO;
  if ((start === 0 && bytes.length > 0) || hasLeadingZero)
    return malformed("it does not begin with a length and a colon");
  const end = start + 1 + size;
  if (bytes.length <= end) return { kind: "incomplete" };
  if (bytes[end] !== COMMA) return malformed("no comma follows its head");
  const why = readPairs(vars, bytes, start + 1, end, limits.vars);
  return why === null ? { kind: "head", end: end + 1 } : malformed(why);
}

function readPairs(vars: Vars, bytes: Buffer, start: number, end: number, most: number): string | null {
  vars.clear(bytes);
  let at = start;
  while (at < end) {
    const keyEnd = bytes.indexOf(0, at);
    const valueEnd = keyEnd < 0 ? -1 : bytes.indexOf(0, keyEnd + 1);
    if (valueEnd < 0 || valueEnd >= end) return `the variable at byte ${at - start} has no end`;
    if (keyEnd === at) return `the name at byte ${at - start} is empty`;
    if (vars.count >= most) return `there are more than ${most} variables`;
    vars.add(at, keyEnd, keyEnd + 1, valueEnd);
    at = valueEnd + 1;
  }
  if (!vars.is(0, "CONTENT_LENGTH") || vars.count === 0) return "CONTENT_LENGTH is not its first variable";
  return vars.get("SCGI") === "1" ? null : 'the variable SCGI is not "1"';
}

function malformed(why: string): ScgiHead {
  return { kind: "malformed", why };
}

/** The head of a request; its CONTENT_LENGTH comes first, whatever the order of `pairs`. */
export function encodeScgiHead(
  pairs: Iterable<readonly [name: string, value: string]>,
  contentLength: number,
): Buffer {
  const others = [...pairs].filter(([name]) => name !== "CONTENT_LENGTH" && name !== "SCGI");
  const all = [["CONTENT_LENGTH", String(contentLength)], ["SCGI", "1"], ...others];
  const content = Buffer.from(all.map((pair) => `${pair.join("\0")}\0`).join(""), "latin1");
  return Buffer.concat([Buffer.from(`${content.length}:`), content, Buffer.from(",")]);
}
