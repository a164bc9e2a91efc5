/**
 * Takes the bytes of a worker's connection apart and tells the running exchange what they say.
 * Whole frames are read where they lie in the chunk that came; bodies pass through piece by piece,
 * so a frame of any size needs no buffer of its own. Only what is cut within its fixed part or its
 * head is put together.
 */

import { FLAG, FRAME, FRAME_HEADER, MAX_FRAME, RESPONSE_PREFIX } from "../wire/frame.ts";
import type { Exchange } from "./exchange.ts";
import type { Slot } from "./slot.ts";

/** A response head is at most this; the worker holds to it as well. */
const MAX_RESPONSE_HEAD = 1024 * 1024;

/** A frame up to this size is put together when it is cut; a larger one passes through in pieces. */
const WORTH_JOINING = 131_072;

export class FrameReader {
  readonly #slot: Slot;
  /** The beginning of a frame: too short to tell its size, or (`#missing` > 0) with room for the rest. */
  #rest: Buffer | null = null;
  #missing = 0;
  /** Bytes of the current frame's body that are still to come, and what to do behind them. */
  #passing = 0;
  #passingIsLast = false;
  #passingMicros = 0;

  constructor(slot: Slot) {
    this.#slot = slot;
  }

  /** Throws RangeError where the bytes are no frames of ours. */
  read(chunk: Buffer): void {
    let bytes = chunk;
    let at = 0;
    if (this.#missing > 0) {
      at = this.#join(chunk);
    } else if (this.#rest !== null) {
      bytes = Buffer.concat([this.#rest, chunk]);
      this.#rest = null;
    }
    while (at < bytes.length) {
      const behind = this.#passing > 0 ? this.#pass(bytes, at) : this.#frame(bytes, at);
      if (behind === at) {
        this.#keep(bytes, at);
        return;
      }
      at = behind;
    }
  }

  /** Adds to the frame that was cut, and reads it when it is whole. Returns the offset behind it. */
  #join(chunk: Buffer): number {
    const frame = this.#rest as Buffer; // set with #missing
    const size = Math.min(this.#missing, chunk.length);
    chunk.copy(frame, frame.length - this.#missing, 0, size);
    this.#missing -= size;
    if (this.#missing === 0) {
      this.#rest = null;
      this.#frame(frame, 0);
    }
    return size;
  }

  /** Keeps the beginning of a frame until the rest comes. */
  #keep(bytes: Buffer, at: number): void {
    const size = bytes.length - at;
    const total = size < FRAME_HEADER ? 0 : FRAME_HEADER + bytes.readUInt32LE(at);
    if (total === 0 || total > WORTH_JOINING) {
      this.#rest = Buffer.from(bytes.subarray(at));
      return;
    }
    this.#rest = Buffer.allocUnsafe(total);
    this.#missing = total - size;
    bytes.copy(this.#rest, 0, at);
  }

  /** Reads one frame at `at`; returns the offset behind what it took, `at` when it needs more. */
  #frame(bytes: Buffer, at: number): number {
    if (bytes.length - at < FRAME_HEADER) return at;
    const length = bytes.readUInt32LE(at);
    if (length > MAX_FRAME) throw new RangeError(`a frame of ${length} bytes`);
    const type = bytes[at + 4] as number;
    const payload = at + FRAME_HEADER;
    if (length <= WORTH_JOINING - FRAME_HEADER && bytes.length - payload < length) return at;
    if (type === FRAME.response) return this.#response(bytes, at, length);
    if (type === FRAME.responseBody) {
      const exchange = this.#slot.runningFor(bytes.readUInt32LE(at + 8));
      this.#passing = length;
      this.#passingIsLast = false;
      return length === 0 ? payload : this.#passPiece(exchange, bytes, payload);
    }
    if (bytes.length - payload < length) return at;
    this.#small(type, bytes, { at, payload, length });
    return payload + length;
  }

  #response(bytes: Buffer, at: number, length: number): number {
    const payload = at + FRAME_HEADER;
    if (bytes.length - payload < RESPONSE_PREFIX) return at;
    const headSize = bytes.readUInt32LE(payload);
    if (headSize > MAX_RESPONSE_HEAD || headSize + RESPONSE_PREFIX > length) {
      throw new RangeError(`a response head of ${headSize} bytes`);
    }
    const headStart = payload + RESPONSE_PREFIX;
    const bodyStart = headStart + headSize;
    if (bytes.length < bodyStart) return at;
    const exchange = this.#slot.runningFor(bytes.readUInt32LE(at + 8));
    const flags = bytes[at + 5] as number;
    const micros = bytes.readUInt32LE(payload + 4);
    const start = {
      status: bytes.readUInt16LE(at + 6),
      flags,
      contentLength: bytes.readDoubleLE(payload + 8),
      head: { bytes, start: headStart, end: bodyStart },
    };
    const isLast = (flags & FLAG.last) !== 0;
    const end = payload + length;
    if (isLast && end <= bytes.length) {
      exchange.respond(start, { bytes, start: bodyStart, end });
      this.#slot.finish(micros);
      return end;
    }
    if (isLast && start.contentLength < 0) throw new RangeError("a whole response of unknown length");
    exchange.respondHead(start);
    this.#passing = end - bodyStart;
    this.#passingIsLast = isLast;
    this.#passingMicros = micros;
    return this.#passing === 0 ? bodyStart : this.#passPiece(exchange, bytes, bodyStart);
  }

  #pass(bytes: Buffer, at: number): number {
    const exchange = this.#slot.waiting[0];
    if (exchange === undefined) throw new RangeError("a body without a request");
    return this.#passPiece(exchange, bytes, at);
  }

  #passPiece(exchange: Exchange, bytes: Buffer, at: number): number {
    const end = Math.min(bytes.length, at + this.#passing);
    if (end === at) return at;
    this.#passing -= end - at;
    if (!exchange.respondBody({ bytes, start: at, end })) this.#slot.pause();
    if (this.#passing === 0 && this.#passingIsLast) {
      exchange.respondEnd(false);
      this.#slot.finish(this.#passingMicros);
    }
    return end;
  }

  #small(type: number, bytes: Buffer, frame: { at: number; payload: number; length: number }): void {
    const { at, payload, length } = frame;
    const flags = bytes[at + 5] as number;
    if (type === FRAME.busy) {
      this.#slot.setForeignBusy((flags & FLAG.busy) !== 0);
      return;
    }
    const exchange = this.#slot.runningFor(bytes.readUInt32LE(at + 8));
    switch (type) {
      case FRAME.end:
        exchange.respondEnd((flags & FLAG.broken) !== 0);
        this.#slot.finish(length >= 4 ? bytes.readUInt32LE(payload) : 0);
        return;
      case FRAME.pull:
        exchange.pull();
        return;
      case FRAME.interim:
        exchange.respondInterim({ bytes, start: payload, end: payload + length });
        return;
      case FRAME.file:
        this.#file(exchange, bytes, payload, length);
        return;
      default:
        throw new RangeError(`a frame of type ${type}`);
    }
  }

  #file(exchange: Exchange, bytes: Buffer, payload: number, length: number): void {
    if (length !== 20) throw new RangeError(`a file frame of ${length} bytes`);
    const isTaken = exchange.respondFile({
      pid: this.#slot.hello.pid,
      descriptor: bytes.readUInt32LE(payload),
      offset: bytes.readDoubleLE(payload + 4),
      length: bytes.readDoubleLE(payload + 12),
    });
    this.#slot.sendFileTaken(isTaken);
  }
}
