/**
 * The chunked transfer coding of a request (RFC 9112 §7.1), decoded as it arrives. Sizes are
 * hexadecimal digits and nothing else, every line ends in CR LF, data is followed by exactly CR LF.
 * Extensions and trailers are checked, bounded and dropped: no application of ours can see them,
 * and a server that buffers them without a bound is a known hole (CVE-2024-21647, CVE-2024-22019).
 */

import { BACKSLASH, COLON, CR, FIELD, hexValue, LF, QUOTE, SEMICOLON, SP, TAB, TOKEN } from "./bytes.ts";

/** Bytes of one chunk's extensions, and of all of a body's together. */
const MAX_EXTENSION = 4096;
const MAX_EXTENSIONS = 65_536;
const MAX_TRAILERS = 16_384;
/** 2^52 and more cannot be counted exactly any longer. */
const MAX_SIZE_DIGITS = 13;

const STATE = {
  size: 0,
  blank: 1,
  extension: 2,
  quoted: 3,
  escaped: 4,
  sizeLf: 5,
  data: 6,
  dataCr: 7,
  dataLf: 8,
  trailerStart: 9,
  trailerName: 10,
  trailerValue: 11,
  trailerLf: 12,
  lastLf: 13,
  done: 14,
  refused: 15,
} as const;

export class ChunkedDecoder {
  #state: number = STATE.size;
  #digits = 0;
  #left = 0;
  #extension = 0;
  #extensions = 0;
  #trailers = 0;

  get isDone(): boolean {
    return this.#state === STATE.done;
  }

  get isRefused(): boolean {
    return this.#state === STATE.refused;
  }

  /**
   * Decodes `bytes[start, end)`, adds the pieces of the body to `pieces` (views, not copies) and
   * returns the offset behind what belongs to this body: `end` unless the body is over.
   */
  decode(bytes: Buffer, start: number, end: number, pieces: Buffer[]): number {
    let at = start;
    while (at < end && this.#state < STATE.done) {
      if (this.#state === STATE.data) {
        const size = Math.min(this.#left, end - at);
        pieces.push(bytes.subarray(at, at + size));
        this.#left -= size;
        at += size;
        if (this.#left === 0) this.#state = STATE.dataCr;
      } else {
        this.#state = this.#step(bytes[at] as number);
        if (this.#state !== STATE.refused) at++;
      }
    }
    return at;
  }

  /** The state after one byte that is not data. */
  #step(byte: number): number {
    switch (this.#state) {
      case STATE.size:
        return this.#size(byte);
      case STATE.blank:
      case STATE.extension:
      case STATE.quoted:
      case STATE.escaped:
        return this.#extend(byte);
      case STATE.sizeLf:
        if (byte !== LF) return STATE.refused;
        return this.#left === 0 ? STATE.trailerStart : STATE.data;
      case STATE.dataCr:
        return byte === CR ? STATE.dataLf : STATE.refused;
      case STATE.dataLf:
        this.#digits = 0;
        this.#extension = 0;
        return byte === LF ? STATE.size : STATE.refused;
      case STATE.lastLf:
        return byte === LF ? STATE.done : STATE.refused;
      default:
        return this.#trailer(byte);
    }
  }

  #size(byte: number): number {
    const value = hexValue(byte);
    if (value >= 0) {
      if (++this.#digits > MAX_SIZE_DIGITS) return STATE.refused;
      this.#left = this.#left * 16 + value;
      return STATE.size;
    }
    if (this.#digits === 0) return STATE.refused;
    return byte === CR ? STATE.sizeLf : this.#extend(byte);
  }

  /**
   * Behind the digits: white space that only a ";" may follow, then anything with closed quotes. A line
   * end within quotes would be one for us and none for a proxy that understands quotes.
   */
  #extend(byte: number): number {
    if (byte === CR && this.#state === STATE.extension) return STATE.sizeLf;
    if (FIELD[byte] === 0) return STATE.refused;
    if (++this.#extension > MAX_EXTENSION || ++this.#extensions > MAX_EXTENSIONS) return STATE.refused;
    switch (this.#state) {
      case STATE.escaped:
        return STATE.quoted;
      case STATE.quoted:
        if (byte === BACKSLASH) return STATE.escaped;
        return byte === QUOTE ? STATE.extension : STATE.quoted;
      case STATE.extension:
        return byte === QUOTE ? STATE.quoted : STATE.extension;
      default:
        if (byte === SEMICOLON) return STATE.extension;
        return byte === SP || byte === TAB ? STATE.blank : STATE.refused;
    }
  }

  #trailer(byte: number): number {
    if (++this.#trailers > MAX_TRAILERS) return STATE.refused;
    switch (this.#state) {
      case STATE.trailerStart:
        if (byte === CR) return STATE.lastLf;
        return TOKEN[byte] === 1 ? STATE.trailerName : STATE.refused;
      case STATE.trailerName:
        if (byte === COLON) return STATE.trailerValue;
        return TOKEN[byte] === 1 ? STATE.trailerName : STATE.refused;
      case STATE.trailerValue:
        if (byte === CR) return STATE.trailerLf;
        return FIELD[byte] === 1 ? STATE.trailerValue : STATE.refused;
      default:
        return byte === LF ? STATE.trailerStart : STATE.refused;
    }
  }
}
