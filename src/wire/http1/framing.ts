/**
 * Where a request's body ends and whether the connection lives on: RFC 9112 §6.1 to §6.3, §9.3, with
 * every case that two parsers could read differently refused (request smuggling).
 */

import { COMMA, equalsIgnoringCase, SP, TAB } from "./bytes.ts";
import { ROLE } from "./known-headers.ts";
import { type Refusal, refusals } from "./refusals.ts";
import type { RequestHead } from "./request-head.ts";

/** Sets contentLength, keepAlive and expectsContinue. Returns why the request is refused, or null. */
export function decideFraming(head: RequestHead): Refusal | null {
  head.keepAlive = head.minor === 1;
  head.expectsContinue = false;
  head.contentLength = 0;
  if (head.hasConnection) readConnection(head);
  if (head.hasExpect) {
    const refusal = readExpect(head);
    if (refusal !== null) return refusal;
  }
  if (head.transferEncodingLine >= 0) return readTransferEncoding(head);
  if (head.contentLengthLine >= 0) return readContentLength(head);
  return null;
}

function readTransferEncoding(head: RequestHead): Refusal | null {
  if (head.contentLengthLine >= 0) return refusals.lengthAndEncoding;
  if (head.minor === 0) return refusals.encodingInOldVersion;
  const start = head.valueStart[head.transferEncodingLine] as number;
  const end = head.valueEnd[head.transferEncodingLine] as number;
  if (equalsIgnoringCase(head.bytes, start, end, "chunked")) {
    head.contentLength = -1;
    return null;
  }
  const codings = head.bytes.toString("latin1", start, end).toLowerCase().split(",");
  const wellFormed = codings.every((coding) => /^[ \t]*[!#$%&'*+\-.^_`|~0-9a-z]+[ \t]*$/.test(coding));
  const chunkedTwice = codings.filter((coding) => /^[ \t]*chunked[ \t]*$/.test(coding)).length !== 1;
  const endsInChunked = /^[ \t]*chunked[ \t]*$/.test(codings.at(-1) ?? "");
  return wellFormed && endsInChunked && !chunkedTwice
    ? refusals.unknownEncoding
    : refusals.badTransferEncoding;
}

/** RFC 9110 §8.6: 1*DIGIT. No sign, no list, no spaces, nothing that a double cannot count. */
function readContentLength(head: RequestHead): Refusal | null {
  const start = head.valueStart[head.contentLengthLine] as number;
  const end = head.valueEnd[head.contentLengthLine] as number;
  if (end === start || end - start > 15) return refusals.badContentLength;
  let length = 0;
  for (let at = start; at < end; at++) {
    const digit = (head.bytes[at] as number) - 48;
    if (digit < 0 || digit > 9) return refusals.badContentLength;
    length = length * 10 + digit;
  }
  head.contentLength = length;
  return null;
}

/** RFC 9110 §7.6.1. Of several options, close wins. */
function readConnection(head: RequestHead): void {
  let keepAlive = false;
  let close = false;
  for (let line = 0; line < head.count; line++) {
    if (head.known[line]?.role !== ROLE.connection) continue;
    const start = head.valueStart[line] as number;
    const end = head.valueEnd[line] as number;
    close ||= hasOption(head.bytes, start, end, "close");
    keepAlive ||= hasOption(head.bytes, start, end, "keep-alive");
  }
  head.keepAlive = !close && (head.keepAlive || keepAlive);
}

/**
 * Whether the comma-separated list at `bytes[start, end)` has `option`, in any case. A loop and no regular
 * expression: trimming 60 KB of spaces by one took three seconds (the like of CVE-2020-5236).
 */
function hasOption(bytes: Buffer, start: number, end: number, option: string): boolean {
  for (let from = start; from < end; ) {
    let to = from;
    while (to < end && bytes[to] !== COMMA) to++;
    const next = to + 1;
    while (from < to && isBlank(bytes[from])) from++;
    while (to > from && isBlank(bytes[to - 1])) to--;
    if (equalsIgnoringCase(bytes, from, to, option)) return true;
    from = next;
  }
  return false;
}

function isBlank(byte: number | undefined): boolean {
  return byte === SP || byte === TAB;
}

/** RFC 9110 §10.1.1. An HTTP/1.0 client cannot mean it. */
function readExpect(head: RequestHead): Refusal | null {
  for (let line = 0; line < head.count; line++) {
    if (head.known[line]?.role !== ROLE.expect) continue;
    const start = head.valueStart[line] as number;
    const end = head.valueEnd[line] as number;
    if (!equalsIgnoringCase(head.bytes, start, end, "100-continue")) return refusals.expectationFailed;
  }
  head.expectsContinue = head.minor === 1;
  return null;
}
