/**
 * A request's head as the environ of PEP 3333 and RFC 3875 §4.1, encoded once, bytes to bytes: no
 * string is made on the way. What belongs to the connection (server, client address, scheme) is a
 * prefix that was encoded when the connection came.
 */

import { hexValue, PERCENT } from "./http1/bytes.ts";
import { environKey, type KnownHeader, knownHeaders, ROLE } from "./http1/known-headers.ts";
import type { RequestHead } from "./http1/request-head.ts";
import {
  copyBytes,
  DICT,
  internedKey,
  NULL,
  textBound,
  textValue,
  writeAsciiHeader,
  writeText,
} from "./marshal.ts";

const KEY_METHOD = internedKey("REQUEST_METHOD");
const KEY_URI = internedKey("REQUEST_URI");
const KEY_PATH = internedKey("PATH_INFO");
const KEY_QUERY = internedKey("QUERY_STRING");
const KEY_PROTOCOL = internedKey("SERVER_PROTOCOL");
const KEY_LENGTH = internedKey("CONTENT_LENGTH");
const PROTOCOLS = [
  Buffer.concat([KEY_PROTOCOL, textValue("HTTP/1.0")]),
  Buffer.concat([KEY_PROTOCOL, textValue("HTTP/1.1")]),
];
const ROOT = Buffer.from("/");

const knownKeys: readonly Buffer[] = knownHeaders.map((header) => internedKey(header.key));
const COMMON_METHODS: readonly { name: string; bytes: Buffer }[] = ["GET", "POST", "HEAD", "PUT"].map(
  (name) => ({
    name,
    bytes: Buffer.concat([KEY_METHOD, textValue(name)]),
  }),
);

/** Room for the constant keys, the method and the end. */
const FIXED_BOUND = 256;

export interface ConnectionFacts {
  readonly serverName: string;
  readonly serverPort: string;
  /** "" for a Unix socket, as uWSGI and Gunicorn have it. */
  readonly remoteAddress: string;
  readonly remotePort: string;
  readonly scheme: "http" | "https";
  /** What a proxy says that the client has put into Host; null where the Host header counts. */
  readonly host: string | null;
}

/** The part of every environ that a connection fixes: the beginning of the dict. */
export function encodeConnection(facts: ConnectionFacts): Buffer {
  const parts: Buffer[] = [Buffer.from([DICT])];
  const add = (key: string, value: string): void => {
    parts.push(internedKey(key), textValue(value));
  };
  add("SCRIPT_NAME", "");
  add("SERVER_NAME", facts.serverName);
  add("SERVER_PORT", facts.serverPort);
  add("REMOTE_ADDR", facts.remoteAddress);
  if (facts.remotePort !== "") add("REMOTE_PORT", facts.remotePort);
  add("wsgi.url_scheme", facts.scheme);
  if (facts.host !== null) add("HTTP_HOST", facts.host);
  return Buffer.concat(parts);
}

/** The most bytes that `encodeEnviron` writes. */
export function environBound(head: RequestHead, connection: Buffer): number {
  // Every byte of the head appears at most twice (the target as URI and as path) and at most doubled.
  const bytes = head.methodEnd - head.methodStart + 2 * (head.targetEnd - head.targetStart);
  let bound = connection.length + FIXED_BOUND + 2 * bytes;
  for (let line = 0; line < head.count; line++) {
    const name = (head.nameEnd[line] as number) - (head.nameStart[line] as number);
    const value = (head.valueEnd[line] as number) - (head.valueStart[line] as number);
    bound += textBound(name + 5, false) + textBound(value + 2, head.nonAscii[line] === 1);
  }
  return bound;
}

/** Writes the environ at `start` but for its end (`endEnviron`), and returns the offset behind it. */
export function encodeEnviron(out: Buffer, start: number, head: RequestHead, connection: Buffer): number {
  let at = start + connection.copy(out, start);
  at = writeMethod(out, at, head);
  const protocol = PROTOCOLS[head.minor] as Buffer; // 0 or 1
  at = copyBytes(out, at, protocol, 0, protocol.length);
  at = copyBytes(out, at, KEY_URI, 0, KEY_URI.length);
  const high = hasHighByte(head.bytes, head.targetStart, head.targetEnd);
  at = writeText(out, at, head.bytes, head.targetStart, head.targetEnd, high);
  at = copyBytes(out, at, KEY_PATH, 0, KEY_PATH.length);
  at = writePath(out, at, head);
  at = copyBytes(out, at, KEY_QUERY, 0, KEY_QUERY.length);
  at = writeText(out, at, head.bytes, head.queryStart, head.queryEnd, high);
  return head.hasRepeats ? writeJoinedFields(out, at, head) : writeFields(out, at, head);
}

/**
 * Ends an environ at `start`. `collected` is the body's length where a chunked body was collected,
 * so that frameworks see a CONTENT_LENGTH; else -1.
 */
export function endEnviron(out: Buffer, start: number, collected: number): number {
  let at = start;
  if (collected >= 0) {
    at = copyBytes(out, at, KEY_LENGTH, 0, KEY_LENGTH.length);
    at += textValue(String(collected)).copy(out, at);
  }
  out[at] = NULL;
  return at + 1;
}

function writeMethod(out: Buffer, at: number, head: RequestHead): number {
  for (const method of COMMON_METHODS) {
    if (head.isMethod(method.name)) return copyBytes(out, at, method.bytes, 0, method.bytes.length);
  }
  const behind = copyBytes(out, at, KEY_METHOD, 0, KEY_METHOD.length);
  return writeText(out, behind, head.bytes, head.methodStart, head.methodEnd, false);
}

/** PATH_INFO: percent-decoded once. An absolute-form target without a path means "/". */
function writePath(out: Buffer, at: number, head: RequestHead): number {
  const { bytes, pathStart, pathEnd } = head;
  if (pathStart === pathEnd) return writeText(out, at, ROOT, 0, 1, false);
  let high = 0;
  let escapes = 0;
  for (let i = pathStart; i < pathEnd; i++) {
    const byte = bytes[i] as number;
    high |= byte;
    if (byte === PERCENT) escapes++;
  }
  if (escapes === 0) return writeText(out, at, bytes, pathStart, pathEnd, high > 127);
  const decoded = percentDecode(bytes, pathStart, pathEnd);
  return writeText(out, at, decoded, 0, decoded.length, hasHighByte(decoded, 0, decoded.length));
}

/** RFC 3986 §2.1. A "%" without two digits stays as it is, as in urllib and uWSGI. */
function percentDecode(bytes: Buffer, start: number, end: number): Buffer {
  const out = Buffer.allocUnsafe(end - start);
  let to = 0;
  for (let from = start; from < end; from++) {
    const byte = bytes[from] as number;
    const high = byte === PERCENT && from + 2 < end ? hexValue(bytes[from + 1] as number) : -1;
    const low = high >= 0 ? hexValue(bytes[from + 2] as number) : -1;
    if (low >= 0) from += 2;
    out[to++] = low >= 0 ? high * 16 + low : byte;
  }
  return out.subarray(0, to);
}

function hasHighByte(bytes: Buffer, start: number, end: number): boolean {
  let all = 0;
  for (let at = start; at < end; at++) all |= bytes[at] as number;
  return all > 127;
}

/**
 * Transfer-Encoding is undone here, as RFC 3875 §4.1.18 allows to say: Bottle and Dulwich would undo a
 * chunked one again. That a body has an end without a CONTENT_LENGTH, wsgi.input_terminated tells.
 */
function isLeftOut(known: KnownHeader | undefined): boolean {
  return known?.role === ROLE.dropped || known?.role === ROLE.transferEncoding;
}

function writeFields(out: Buffer, start: number, head: RequestHead): number {
  let at = start;
  for (let line = 0; line < head.count; line++) {
    if (isLeftOut(head.known[line])) continue;
    at = writeKey(out, at, head, line);
    const high = head.nonAscii[line] === 1;
    at = writeText(out, at, head.bytes, head.valueStart[line] as number, head.valueEnd[line] as number, high);
  }
  return at;
}

function writeKey(out: Buffer, start: number, head: RequestHead, line: number): number {
  const known = head.known[line];
  if (known !== undefined) {
    const key = knownKeys[known.index] as Buffer;
    return copyBytes(out, start, key, 0, key.length);
  }
  const nameStart = head.nameStart[line] as number;
  const nameEnd = head.nameEnd[line] as number;
  let at = writeAsciiHeader(out, start, nameEnd - nameStart + 5);
  at = copyBytes(out, at, HTTP_PREFIX, 0, 5);
  for (let from = nameStart; from < nameEnd; from++) {
    const byte = head.bytes[from] as number;
    if (byte === 45) out[at++] = 95;
    else out[at++] = byte >= 97 && byte <= 122 ? byte - 32 : byte;
  }
  return at;
}

const HTTP_PREFIX = Buffer.from("HTTP_");

/**
 * The same with repeated names joined: ", " (RFC 9110 §5.3), and "; " for Cookie (RFC 9113 §8.2.3).
 * Rare, so it may allocate.
 */
function writeJoinedFields(out: Buffer, start: number, head: RequestHead): number {
  const values = new Map<string, { readonly line: number; text: string }>();
  for (let line = 0; line < head.count; line++) {
    const known = head.known[line];
    if (isLeftOut(known)) continue;
    const name = head.bytes.toString("latin1", head.nameStart[line], head.nameEnd[line]).toLowerCase();
    const key = known?.key ?? environKey(name);
    const text = head.bytes.toString("latin1", head.valueStart[line], head.valueEnd[line]);
    const earlier = values.get(key);
    if (earlier === undefined) values.set(key, { line, text });
    else earlier.text += (known?.role === ROLE.cookie ? "; " : ", ") + text;
  }
  let at = start;
  for (const { line, text } of values.values()) {
    at = writeKey(out, at, head, line);
    at += textValue(text).copy(out, at);
  }
  return at;
}
