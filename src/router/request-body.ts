/**
 * The body of one HTTP/1 request on its way in: counted, un-chunked, bounded. It holds what was
 * collected and knows when it is enough; it neither reads the socket nor answers.
 */

import { ChunkedDecoder } from "../wire/http1/chunked.ts";
import { type Refusal, refusals } from "../wire/http1/refusals.ts";

/** Bytes a second that a client must send on average; the time-out is its head start. */
const SLOWEST = 240;

/** Pieces below this size are copied together: each view keeps an object and its whole read alive. */
const SMALL = 2048;
const GATHER = 16_384;

export interface BodyLimits {
  /** Most bytes, 0 for no limit. */
  readonly bodyLimit: number;
  /** Milliseconds without a byte. */
  readonly bodyTimeout: number;
}

export class RequestBody {
  readonly #limits: BodyLimits;
  readonly #chunked: ChunkedDecoder | null;
  /** Bytes that are still to come, for a body of known length. */
  #left: number;
  /** Pieces that nobody has taken yet. */
  #pieces: Buffer[] = [];
  /** Where small pieces are being gathered, and how much of it is used. */
  #gathered: Buffer | null = null;
  #used = 0;
  /** Bytes of the body so far. */
  received = 0;
  /** Bytes in the pieces that nobody has taken yet. */
  held = 0;
  refusal: Refusal | null = null;
  #since: number;

  /** `contentLength`: -1 for chunked. */
  constructor(contentLength: number, limits: BodyLimits, now: number) {
    this.#limits = limits;
    this.#since = now;
    this.#chunked = contentLength < 0 ? new ChunkedDecoder() : null;
    this.#left = Math.max(contentLength, 0);
  }

  get isChunked(): boolean {
    return this.#chunked !== null;
  }

  get isComplete(): boolean {
    return this.#chunked === null ? this.#left === 0 : this.#chunked.isDone;
  }

  /** Takes what belongs to the body from `bytes[start, …)`; returns the offset behind it. */
  take(bytes: Buffer, start: number): number {
    const behind = this.#chunked === null ? this.#takeCounted(bytes, start) : this.#takeChunked(bytes, start);
    const { bodyLimit } = this.#limits;
    if (bodyLimit > 0 && this.received > bodyLimit) this.refusal = refusals.bodyTooLarge;
    return behind;
  }

  /** When more must have come: the next bytes in time, and all of them at a least rate. */
  deadline(now: number): number {
    if (this.isComplete) return Number.POSITIVE_INFINITY;
    const { bodyTimeout } = this.#limits;
    return Math.min(now + bodyTimeout, this.#since + bodyTimeout + (this.received / SLOWEST) * 1000);
  }

  /** Reading goes on after a pause that was not the client's. */
  restartClock(now: number): void {
    this.#since = now - (this.received / SLOWEST) * 1000;
  }

  #takeCounted(bytes: Buffer, start: number): number {
    const size = Math.min(this.#left, bytes.length - start);
    if (size === 0) return start;
    this.#add(bytes.subarray(start, start + size));
    this.#left -= size;
    this.#count(size);
    return start + size;
  }

  #takeChunked(bytes: Buffer, start: number): number {
    const decoder = this.#chunked as ChunkedDecoder; // the caller has looked
    const pieces: Buffer[] = [];
    const behind = decoder.decode(bytes, start, bytes.length, pieces);
    for (const piece of pieces) {
      this.#add(piece);
      this.#count(piece.length);
    }
    if (decoder.isRefused) this.refusal = refusals.badChunk;
    return behind;
  }

  #add(piece: Buffer): void {
    if (piece.length >= SMALL) {
      this.#endGathering();
      this.#pieces.push(piece);
      return;
    }
    if (this.#gathered !== null && this.#used + piece.length > this.#gathered.length) this.#endGathering();
    // Little at first: a thousand clients that send one byte each must not cost 16 MiB.
    this.#gathered ??= Buffer.allocUnsafeSlow(this.received < SMALL ? SMALL : GATHER);
    piece.copy(this.#gathered, this.#used);
    this.#used += piece.length;
  }

  #endGathering(): void {
    if (this.#gathered !== null) this.#pieces.push(this.#gathered.subarray(0, this.#used));
    this.#gathered = null;
    this.#used = 0;
  }

  #count(size: number): void {
    this.received += size;
    this.held += size;
  }

  /** Hands over what was collected since the last call. */
  release(): readonly Buffer[] {
    this.#endGathering();
    const pieces = this.#pieces;
    this.#pieces = [];
    this.held = 0;
    return pieces;
  }
}
