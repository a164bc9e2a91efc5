/**
 * The few types of Python's marshal format (version 2 and later, CPython's Python/marshal.c) that
 * an environ needs: a dict of text to text. `marshal.loads` turns it into a dict in one call in C,
 * about 1 µs, where a Python loop over length-prefixed pairs takes 6 to 10 µs.
 *
 *   "{" key value … "0"       a dict, ended by NULL
 *   "z" u8 bytes, "a" u32 bytes    ASCII text, short and long; "Z" and "A" the same, interned
 *   "u" u32 bytes             UTF-8 text
 *
 * Text with bytes above 127 goes as "u": that latin-1 bytes load under "z" is CPython's habit only.
 */

export const DICT = 0x7b;
export const NULL = 0x30;
export const SHORT_ASCII = 0x7a;
export const INTERNED_SHORT_ASCII = 0x5a;
export const ASCII = 0x61;
export const UNICODE = 0x75;

/** Above this a native copy beats a loop over the bytes (measured: they meet near 48). */
const LOOP_LIMIT = 48;

/** The most bytes that `writeText` needs beside the text: a type and a length; UTF-8 doubles latin-1. */
export function textBound(length: number, nonAscii: boolean): number {
  return 5 + (nonAscii ? 2 * length : length);
}

/** A constant key, interned: its bytes are made once. */
export function internedKey(text: string): Buffer {
  if (text.length > 255) throw new RangeError(`Cannot intern "${text}": longer than 255 bytes`);
  return Buffer.concat([Buffer.from([INTERNED_SHORT_ASCII, text.length]), Buffer.from(text, "latin1")]);
}

/** A whole text value, made once, of latin-1 characters. */
export function textValue(text: string): Buffer {
  const source = Buffer.from(text, "latin1");
  const out = Buffer.alloc(textBound(source.length, true));
  const nonAscii = source.some((byte) => byte > 127);
  return out.subarray(0, writeText(out, 0, source, 0, source.length, nonAscii));
}

/** Writes latin-1 text from `bytes[start, end)` at `at`; returns the offset behind it. */
export function writeText(
  out: Buffer,
  at: number,
  bytes: Buffer,
  start: number,
  end: number,
  nonAscii: boolean,
): number {
  if (nonAscii) return writeUnicode(out, at, bytes, start, end);
  const behind = writeAsciiHeader(out, at, end - start);
  copyBytes(out, behind, bytes, start, end);
  return behind + end - start;
}

/** Writes the type and length of an ASCII text of `length` bytes; the text itself is the caller's. */
export function writeAsciiHeader(out: Buffer, at: number, length: number): number {
  if (length < 256) {
    out[at] = SHORT_ASCII;
    out[at + 1] = length;
    return at + 2;
  }
  out[at] = ASCII;
  return writeLength(out, at + 1, length);
}

function writeUnicode(out: Buffer, at: number, bytes: Buffer, start: number, end: number): number {
  let to = at + 5;
  for (let from = start; from < end; from++) {
    const byte = bytes[from] as number;
    if (byte < 128) {
      out[to++] = byte;
    } else {
      out[to++] = 0xc0 | (byte >> 6);
      out[to++] = 0x80 | (byte & 0x3f);
    }
  }
  out[at] = UNICODE;
  writeLength(out, at + 1, to - at - 5);
  return to;
}

function writeLength(out: Buffer, at: number, length: number): number {
  out[at] = length & 0xff;
  out[at + 1] = (length >> 8) & 0xff;
  out[at + 2] = (length >> 16) & 0xff;
  out[at + 3] = length >>> 24;
  return at + 4;
}

/** Copies `bytes[start, end)` to `out` at `at`; returns the offset behind it. */
export function copyBytes(out: Buffer, at: number, bytes: Buffer, start: number, end: number): number {
  if (end - start > LOOP_LIMIT) {
    bytes.copy(out, at, start, end);
    return at + end - start;
  }
  let to = at;
  for (let from = start; from < end; from++) out[to++] = bytes[from] as number;
  return to;
}
