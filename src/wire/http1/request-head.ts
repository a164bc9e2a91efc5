/**
 * The head of an HTTP/1 request, parsed strictly (RFC 9112 §2 to §7.1, RFC 9110 §5): CRLF only, one
 * space, no folding, no ambiguity about where the body ends. What a lenient peer might read in
 * two ways is refused here, so nothing can be smuggled through.
 *
 * The parser makes no strings and no objects: it keeps offsets into the bytes it was given, in
 * arrays that are used again for the next head. Whoever needs the head later encodes it first
 * (environ.ts). It does no I/O and refuses to guess: an unfinished head is `INCOMPLETE`.
 */

import { COLON, CR, equalsIgnoringCase, FIELD, LF, SP, TAB, TARGET, TOKEN } from "./bytes.ts";
import { findKnown, type KnownHeader, ROLE } from "./known-headers.ts";
import { type Refusal, refusals } from "./refusals.ts";

export interface HeadLimits {
  /** Most bytes of the head, its last empty line included. */
  readonly headLimit: number;
  readonly headerCountLimit: number;
}

export const INCOMPLETE = -1;
export const REFUSED = -2;

/** The first byte of a TLS connection (RFC 8446 §5.1). */
const TLS_HANDSHAKE = 0x16;

/** Lines of nothing that a client may send before its request line (RFC 9112 §2.2). */
const MAX_LEADING_LINES = 4;

export class RequestHead {
  bytes: Buffer = Buffer.alloc(0);
  /** Why `parse` answered REFUSED. */
  refusal: Refusal = refusals.badRequest;

  methodStart = 0;
  methodEnd = 0;
  targetStart = 0;
  targetEnd = 0;
  /** The part of the target that is the path, still percent-encoded. */
  pathStart = 0;
  pathEnd = 0;
  queryStart = 0;
  queryEnd = 0;
  /** 0 or 1: HTTP/1.0 or HTTP/1.1. */
  minor = 1;

  count = 0;
  readonly nameStart: Int32Array;
  readonly nameEnd: Int32Array;
  readonly valueStart: Int32Array;
  readonly valueEnd: Int32Array;
  readonly nameHashes: Int32Array;
  /** 1 where a value holds bytes above 127. */
  readonly nonAscii: Uint8Array;
  readonly known: (KnownHeader | undefined)[];

  /** Index of the line of each, or -1. */
  host = -1;
  contentLengthLine = -1;
  transferEncodingLine = -1;
  /** A name occurs twice: the encoder has to join values. */
  hasRepeats = false;
  hasConnection = false;
  hasExpect = false;

  /** The body's length: bytes, 0 for none, -1 for chunked. */
  contentLength = 0;
  keepAlive = true;
  expectsContinue = false;

  readonly #limits: HeadLimits;
  readonly #seen: Int32Array;
  #generation = 0;
  /** Lines that were left out. */
  #dropped = 0;

  constructor(limits: HeadLimits) {
    const most = limits.headerCountLimit;
    this.#limits = limits;
    this.nameStart = new Int32Array(most);
    this.nameEnd = new Int32Array(most);
    this.valueStart = new Int32Array(most);
    this.valueEnd = new Int32Array(most);
    this.nameHashes = new Int32Array(most);
    this.nonAscii = new Uint8Array(most);
    this.known = new Array(most).fill(undefined);
    this.#seen = new Int32Array(128);
  }

  /** Scans the lines of `bytes[start, end)`; what they mean together is parse-head.ts's to say. */
  scan(bytes: Buffer, start: number, end: number): number {
    this.#reset(bytes);
    // What lies past the limit is not looked at, so how the head was cut into reads changes no verdict.
    const limit = start + this.#limits.headLimit;
    const behind = this.#scanLines(start, Math.min(end, limit));
    if (behind === INCOMPLETE && end >= limit) {
      return this.refuse(this.targetEnd === 0 ? refusals.targetTooLong : refusals.headTooLarge);
    }
    return behind;
  }

  /** Sets why, and returns REFUSED. */
  refuse(refusal: Refusal): typeof REFUSED {
    this.refusal = refusal;
    return REFUSED;
  }

  #refuseLine(refusal: Refusal): false {
    this.refusal = refusal;
    return false;
  }

  #reset(bytes: Buffer): void {
    this.bytes = bytes;
    this.targetEnd = 0;
    this.count = 0;
    this.#dropped = 0;
    this.host = -1;
    this.contentLengthLine = -1;
    this.transferEncodingLine = -1;
    this.hasRepeats = false;
    this.hasConnection = false;
    this.hasExpect = false;
    this.#generation = (this.#generation + 1) | 0;
  }

  #scanLines(start: number, end: number): number {
    const { bytes } = this;
    let at = start;
    for (let lines = 0; at < end && bytes[at] === CR; lines++) {
      if (lines === MAX_LEADING_LINES) return this.refuse(refusals.badRequestLine);
      if (at + 1 === end) return INCOMPLETE;
      if (bytes[at + 1] !== LF) return this.refuse(refusals.badRequestLine);
      at += 2;
    }
    at = this.#scanRequestLine(at, end);
    while (at > 0) {
      if (at === end) return INCOMPLETE;
      if (bytes[at] === CR) {
        if (at + 1 === end) return INCOMPLETE;
        return bytes[at + 1] === LF ? at + 2 : this.refuse(refusals.bareCarriageReturn);
      }
      at = this.#scanField(at, end);
    }
    return at;
  }

  /** RFC 9112 §3: method SP target SP HTTP-version CRLF. */
  #scanRequestLine(start: number, end: number): number {
    const { bytes } = this;
    let at = start;
    while (at < end && TOKEN[bytes[at] as number] === 1) at++;
    if (at === end) return INCOMPLETE;
    if (at === start || bytes[at] !== SP) {
      return this.refuse(bytes[start] === TLS_HANDSHAKE ? refusals.looksLikeTls : refusals.badRequestLine);
    }
    this.methodStart = start;
    this.methodEnd = at;
    const target = ++at;
    while (at < end && TARGET[bytes[at] as number] === 1) at++;
    if (at === end) return INCOMPLETE;
    if (at === target || bytes[at] !== SP) return this.refuse(refusals.badRequestLine);
    this.targetStart = target;
    this.targetEnd = at;
    return this.#scanVersion(at + 1, end);
  }

  /** RFC 9112 §2.3: "HTTP/" DIGIT "." DIGIT, nothing more. A minor version above 1 is served as 1.1. */
  #scanVersion(at: number, end: number): number {
    const { bytes } = this;
    for (let i = 0; i < 10 && at + i < end; i++) {
      if (!versionByteFits(bytes[at + i] as number, i)) return this.refuse(refusals.badRequestLine);
    }
    if (at + 10 > end) return INCOMPLETE;
    if (bytes[at + 5] !== 49) return this.refuse(refusals.versionNotSupported);
    this.minor = bytes[at + 7] === 48 ? 0 : 1;
    return at + 10;
  }

  /** RFC 9112 §5: field-name ":" OWS field-value OWS CRLF. */
  #scanField(start: number, end: number): number {
    const { bytes } = this;
    let at = start;
    let hash = 0;
    let underscores = 0;
    for (; at < end; at++) {
      const byte = bytes[at] as number;
      if (TOKEN[byte] === 0) break;
      if (byte === 95) underscores = 1;
      hash = (Math.imul(hash, 31) + (byte | 32)) | 0;
    }
    if (at === end) return INCOMPLETE;
    if (at === start || bytes[at] !== COLON) return this.refuse(this.#nameRefusal(start, at));
    const nameEnd = at++;
    while (at < end && (bytes[at] === SP || bytes[at] === TAB)) at++;
    const valueStart = at;
    let high = 0;
    for (; at < end; at++) {
      const byte = bytes[at] as number;
      if (FIELD[byte] === 0) break;
      high |= byte;
    }
    if (at + 1 >= end)
      return at === end || bytes[at] === CR ? INCOMPLETE : this.refuse(refusals.badFieldValue);
    if (bytes[at] !== CR || bytes[at + 1] !== LF) return this.refuse(refusals.badFieldValue);
    let valueEnd = at;
    while (valueEnd > valueStart && (bytes[valueEnd - 1] === SP || bytes[valueEnd - 1] === TAB)) valueEnd--;
    // "_" and "-" become the same environ key, so a client could override what a proxy has set.
    if (this.count + this.#dropped === this.#limits.headerCountLimit) {
      return this.refuse(refusals.tooManyHeaders);
    }
    if (underscores === 1) {
      this.#dropped++;
    } else {
      const index = this.count++;
      this.nameStart[index] = start;
      this.nameEnd[index] = nameEnd;
      this.valueStart[index] = valueStart;
      this.valueEnd[index] = valueEnd;
      this.nameHashes[index] = hash;
      this.nonAscii[index] = high >> 7;
      if (!this.#note(index, hash)) return REFUSED;
    }
    return at + 2;
  }

  #nameRefusal(start: number, at: number): Refusal {
    const byte = this.bytes[at];
    if (at === start && (byte === SP || byte === TAB)) return refusals.foldedField;
    return byte === SP || byte === TAB ? refusals.spaceBeforeColon : refusals.badFieldName;
  }

  /** Recognises the name and remembers the lines that decide about framing. False when refused. */
  #note(index: number, hash: number): boolean {
    const known = findKnown(this.bytes, this.nameStart[index] as number, this.nameEnd[index] as number, hash);
    this.known[index] = known;
    if (known === undefined) {
      this.hasRepeats ||= this.#repeatsUnknown(index, hash);
      return true;
    }
    const repeated = this.#seen[known.index] === this.#generation;
    this.#seen[known.index] = this.#generation;
    this.hasRepeats ||= repeated;
    switch (known.role) {
      case ROLE.host:
        this.host = index;
        return !repeated || this.#refuseLine(refusals.repeatedHost);
      case ROLE.contentLength:
        this.contentLengthLine = index;
        return !repeated || this.#refuseLine(refusals.badContentLength);
      case ROLE.transferEncoding:
        this.transferEncodingLine = index;
        return !repeated || this.#refuseLine(refusals.badTransferEncoding);
      case ROLE.contentType:
        return !repeated || this.#refuseLine(refusals.repeatedContentType);
      case ROLE.connection:
        this.hasConnection = true;
        return true;
      case ROLE.expect:
        this.hasExpect = true;
        return true;
      default:
        return true;
    }
  }

  #repeatsUnknown(index: number, hash: number): boolean {
    for (let other = 0; other < index; other++) {
      if (this.nameHashes[other] === hash && this.sameName(other, index)) return true;
    }
    return false;
  }

  /** Whether two header lines have the same name, in any case. */
  sameName(a: number, b: number): boolean {
    const start = this.nameStart[b] as number;
    const end = this.nameEnd[b] as number;
    const name = this.bytes.toString("latin1", start, end).toLowerCase();
    return equalsIgnoringCase(this.bytes, this.nameStart[a] as number, this.nameEnd[a] as number, name);
  }

  isMethod(name: string): boolean {
    const length = this.methodEnd - this.methodStart;
    if (length !== name.length) return false;
    for (let i = 0; i < length; i++) {
      if (this.bytes[this.methodStart + i] !== name.charCodeAt(i)) return false;
    }
    return true;
  }

  /** The request line's method and target for the log. Allocates: not for the path of a request. */
  describe(): string {
    return this.bytes.toString("latin1", this.methodStart, this.targetEnd);
  }
}

const VERSION = Buffer.from("HTTP/0.0\r\n", "latin1");

function versionByteFits(byte: number, index: number): boolean {
  if (index === 5 || index === 7) return byte >= 48 && byte <= 57;
  return byte === VERSION[index];
}
