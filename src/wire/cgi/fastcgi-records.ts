/**
 * FastCGI's records (specification 1.0, §3.3): an 8-byte header, big endian, content, padding.
 *
 *   0  u8   version, 1
 *   1  u8   type
 *   2  u16  request id; 0 for the connection itself
 *   4  u16  length of the content
 *   6  u8   length of the padding
 *
 * Both directions from one table; no state here: whose record it is, a connection knows.
 */

import type { Vars } from "./vars.ts";

export const RECORD_HEADER = 8;
export const MOST_CONTENT = 65_535;

export const RECORD = {
  beginRequest: 1,
  abortRequest: 2,
  endRequest: 3,
  params: 4,
  stdin: 5,
  stdout: 6,
  stderr: 7,
  data: 8,
  getValues: 9,
  getValuesResult: 10,
  unknownType: 11,
} as const;

export const ROLE_RESPONDER = 1;
/** Flag of beginRequest: the connection stays open for another request. */
export const KEEP_CONNECTION = 1;

export const PROTOCOL_STATUS = {
  complete: 0,
  cannotMultiplex: 1,
  overloaded: 2,
  unknownRole: 3,
} as const;

export interface RecordHead {
  readonly type: number;
  readonly id: number;
  readonly length: number;
  readonly padding: number;
}

/** Null: more bytes are needed. Throws a RangeError for another version. */
export function readRecordHead(bytes: Buffer, at: number): RecordHead | null {
  if (bytes.length - at < RECORD_HEADER) return null;
  if (bytes[at] !== 1) throw new RangeError(`a FastCGI record of version ${bytes[at]}`);
  return {
    type: bytes[at + 1] as number,
    id: bytes.readUInt16BE(at + 2),
    length: bytes.readUInt16BE(at + 4),
    padding: bytes[at + 6] as number,
  };
}

/** The head of a record without padding: its content follows. */
export function recordHead(type: number, id: number, length: number): Buffer {
  const head = Buffer.alloc(RECORD_HEADER);
  head[0] = 1;
  head[1] = type;
  head.writeUInt16BE(id, 2);
  head.writeUInt16BE(length, 4);
  return head;
}

/** Content of any length as records of one stream; an empty one is the stream's end. */
export function encodeStream(type: number, id: number, content: Buffer): Buffer[] {
  if (content.length === 0) return [recordHead(type, id, 0)];
  const parts: Buffer[] = [];
  for (let at = 0; at < content.length; at += MOST_CONTENT) {
    const piece = content.subarray(at, at + MOST_CONTENT);
    parts.push(recordHead(type, id, piece.length), piece);
  }
  return parts;
}

export function encodeBeginRequest(id: number, flags: number): Buffer {
  return Buffer.concat([
    recordHead(RECORD.beginRequest, id, 8),
    Buffer.from([0, ROLE_RESPONDER, flags, 0, 0, 0, 0, 0]),
  ]);
}

export function encodeEndRequest(id: number, protocolStatus: number): Buffer {
  return Buffer.concat([
    recordHead(RECORD.endRequest, id, 8),
    Buffer.from([0, 0, 0, 0, protocolStatus, 0, 0, 0]),
  ]);
}

/** §4.1: the length is one byte below 128, else four with the highest bit set. */
export function encodePairs(pairs: Iterable<readonly [name: string, value: string]>): Buffer {
  const parts: Buffer[] = [];
  for (const [name, value] of pairs) {
    const [key, content] = [Buffer.from(name, "latin1"), Buffer.from(value, "latin1")];
    parts.push(encodeLength(key.length), encodeLength(content.length), key, content);
  }
  return Buffer.concat(parts);
}

function encodeLength(length: number): Buffer {
  if (length < 128) return Buffer.from([length]);
  const four = Buffer.alloc(4);
  four.writeUInt32BE(length + 0x8000_0000);
  return four;
}

/** Reads a whole stream of params into `vars`. Answers what is wrong with it, or null. */
export function readPairs(vars: Vars, bytes: Buffer, most: number): string | null {
  vars.clear(bytes);
  let at = 0;
  while (at < bytes.length) {
    const begin = at;
    const lengths: number[] = [];
    for (let which = 0; which < 2; which++) {
      const isLong = ((bytes[at] ?? 0) & 0x80) !== 0;
      if (at + (isLong ? 4 : 1) > bytes.length) return `the lengths at byte ${begin} are cut off`;
      lengths.push(isLong ? bytes.readUInt32BE(at) - 0x8000_0000 : (bytes[at] as number));
      at += isLong ? 4 : 1;
    }
    const [keyLength = 0, valueLength = 0] = lengths;
    const keyEnd = at + keyLength;
    const valueEnd = keyEnd + valueLength;
    if (valueEnd > bytes.length) return `the pair at byte ${begin} runs past the end`;
    if (keyLength === 0) return `the name at byte ${begin} is empty`;
    if (vars.count >= most) return `there are more than ${most} variables`;
    vars.add(at, keyEnd, keyEnd, valueEnd);
    at = valueEnd;
  }
  return null;
}
