/**
 * The uwsgi protocol's packet: u8 modifier1, u16 little endian size, u8 modifier2, then a block of that
 * size. For requests (modifier1 0 and 30) it holds pairs: u16 length, key, u16 length, value. Both directions,
 * so that tsgi can stand behind nginx and in front of uWSGI.
 */

import type { Vars } from "./vars.ts";

export const PACKET_HEADER = 4;
/** The size is sixteen bits. */
export const MOST_BLOCK = 65_535;

export interface PacketHeader {
  readonly modifier1: number;
  readonly modifier2: number;
  /** Of the block behind the header. */
  readonly size: number;
}

/** Null: more bytes are needed. */
export function readHeader(bytes: Buffer, at: number): PacketHeader | null {
  if (bytes.length - at < PACKET_HEADER) return null;
  return {
    modifier1: bytes[at] as number,
    size: bytes.readUInt16LE(at + 1),
    modifier2: bytes[at + 3] as number,
  };
}

/**
 * Reads the pairs of a whole block into `vars`. Answers what is wrong with it, or null. uWSGI reads on
 * behind a key that runs past the block; here such a block is refused as a whole.
 */
export function readVars(vars: Vars, bytes: Buffer, start: number, end: number, most: number): string | null {
  vars.clear(bytes);
  let at = start;
  while (at < end) {
    const keyStart = at + 2;
    const keyEnd = keyStart <= end ? keyStart + bytes.readUInt16LE(at) : end + 1;
    if (keyEnd > end) return `the key at byte ${at - start} runs past the block`;
    if (keyEnd === keyStart) return `the key at byte ${at - start} is empty`;
    const valueStart = keyEnd + 2;
    const valueEnd = valueStart <= end ? valueStart + bytes.readUInt16LE(keyEnd) : end + 1;
    if (valueEnd > end) return `the value at byte ${keyEnd - start} runs past the block`;
    if (vars.count >= most) return `there are more than ${most} variables`;
    vars.add(keyStart, keyEnd, valueStart, valueEnd);
    at = valueEnd;
  }
  return null;
}

/** A whole packet of pairs. Throws a RangeError where they do not fit. */
export function encodePacket(
  pairs: Iterable<readonly [key: string, value: string]>,
  { modifier1 = 0, modifier2 = 0 }: { modifier1?: number; modifier2?: number } = {},
): Buffer {
  const parts: Buffer[] = [Buffer.alloc(PACKET_HEADER)];
  let size = 0;
  for (const text of [...pairs].flat()) {
    const content = Buffer.from(text, "latin1");
    const length = Buffer.alloc(2);
    length.writeUInt16LE(content.length);
    parts.push(length, content);
    size += 2 + content.length;
  }
  if (size > MOST_BLOCK) throw new RangeError(`a uwsgi packet of ${size} bytes: it may have ${MOST_BLOCK}`);
  const packet = Buffer.concat(parts);
  packet[0] = modifier1;
  packet.writeUInt16LE(size, 1);
  packet[3] = modifier2;
  return packet;
}
