/** The request target in its four forms (RFC 9112 §3.2) and the Host that must go with it. */

import {
  ASTERISK,
  CLOSE_BRACKET,
  COLON,
  equalsIgnoringCase,
  HOST,
  OPEN_BRACKET,
  QUESTION,
  SLASH,
} from "./bytes.ts";
import { type Refusal, refusals } from "./refusals.ts";
import type { RequestHead } from "./request-head.ts";

/** Sets path and query. Returns why the request is refused, or null. */
export function splitTarget(head: RequestHead): Refusal | null {
  const { bytes, targetStart, targetEnd } = head;
  const hostRefusal = checkHost(head);
  if (hostRefusal !== null) return hostRefusal;
  if (head.isMethod("CONNECT")) return refusals.connect;
  const first = bytes[targetStart];
  if (first === SLASH) {
    splitPath(head, targetStart);
    return null;
  }
  if (first === ASTERISK && targetEnd - targetStart === 1 && head.isMethod("OPTIONS")) {
    splitPath(head, targetStart);
    return null;
  }
  return splitAbsolute(head);
}

function splitPath(head: RequestHead, start: number): void {
  const { bytes, targetEnd } = head;
  let at = start;
  while (at < targetEnd && bytes[at] !== QUESTION) at++;
  head.pathStart = start;
  head.pathEnd = at;
  head.queryStart = at < targetEnd ? at + 1 : targetEnd;
  head.queryEnd = targetEnd;
}

/** RFC 9112 §3.2.2. A Host that differs from the target's is refused: one of the two is a lie. */
function splitAbsolute(head: RequestHead): Refusal | null {
  const { bytes, targetStart, targetEnd } = head;
  let authority = targetStart;
  if (equalsIgnoringCase(bytes, targetStart, targetStart + 7, "http://")) authority += 7;
  else if (equalsIgnoringCase(bytes, targetStart, targetStart + 8, "https://")) authority += 8;
  else return refusals.badTarget;
  let end = authority;
  while (end < targetEnd && bytes[end] !== SLASH && bytes[end] !== QUESTION) end++;
  if (end === authority || !isHost(bytes, authority, end)) return refusals.badTarget;
  if (head.host >= 0) {
    const host = bytes.toString("latin1", authority, end).toLowerCase();
    const start = head.valueStart[head.host] as number;
    if (!sameHost(bytes, start, head.valueEnd[head.host] as number, host)) return refusals.hostMismatch;
  }
  splitPath(head, end);
  return null;
}

function sameHost(bytes: Buffer, start: number, end: number, host: string): boolean {
  return bytes.toString("latin1", start, end).toLowerCase() === host;
}

/** RFC 9112 §3.2: HTTP/1.1 needs a Host, and an http URI may not have an empty one (RFC 9110 §4.2.1). */
function checkHost(head: RequestHead): Refusal | null {
  if (head.host < 0) return head.minor === 0 ? null : refusals.missingHost;
  const start = head.valueStart[head.host] as number;
  const end = head.valueEnd[head.host] as number;
  if (start === end) return refusals.missingHost;
  return isHost(head.bytes, start, end) ? null : refusals.badHost;
}

/** RFC 9110 §7.2: uri-host [ ":" port ], with a name of at least one byte, or an address in brackets. */
function isHost(bytes: Buffer, start: number, end: number): boolean {
  const behind = bytes[start] === OPEN_BRACKET ? skipLiteral(bytes, start, end) : skipName(bytes, start, end);
  if (behind === start) return false;
  if (behind === end) return true;
  if (bytes[behind] !== COLON) return false;
  for (let at = behind + 1; at < end; at++) {
    const byte = bytes[at] as number;
    if (byte < 48 || byte > 57) return false;
  }
  return true;
}

function skipName(bytes: Buffer, start: number, end: number): number {
  let at = start;
  while (at < end && HOST[bytes[at] as number] === 1) at++;
  return at;
}

/** RFC 3986 §3.2.2: what is in the brackets is the application's to understand. */
function skipLiteral(bytes: Buffer, start: number, end: number): number {
  let at = start + 1;
  while (at < end && (HOST[bytes[at] as number] === 1 || bytes[at] === COLON)) at++;
  return at > start + 1 && at < end && bytes[at] === CLOSE_BRACKET ? at + 1 : start;
}
