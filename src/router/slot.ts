/**
 * One worker thread as a router sees it: a connection, the requests that stand on it in order, and
 * what the worker says about the first of them. It decides nothing about who gets a request
 * (pool.ts) and nothing about how a response looks to the client (the exchange).
 *
 * Requests are encoded into the slot's arena and leave together at the end of the event loop's turn,
 * so a batch costs one system call. The bytes stay there until their request is answered: if the
 * worker dies before it has begun one, another slot gets the same bytes.
 */

import type { Socket } from "node:net";
import { FLAG, FRAME, FRAME_HEADER, type Hello, writeFrameHeader } from "../wire/frame.ts";
import { ARENA_SIZE, Arena, NO_ARENA } from "./arena.ts";
import type { EncodedRequest, Exchange } from "./exchange.ts";
import { FrameReader } from "./frame-reader.ts";

export interface SlotOwner {
  /** A request on the slot is finished after so many microseconds in the application. */
  finished(slot: Slot, micros: number): void;
  /** The slot can no longer be used; `waiting` were on it, the first one running. */
  lost(slot: Slot, waiting: readonly Exchange[]): void;
  /** What the worker said made no sense; its connection is being closed. */
  broken(slot: Slot, error: unknown): void;
  /** Another router's request no longer holds the slot. */
  freed(slot: Slot): void;
  /** At the end of this turn of the event loop, call `slot.flush()`. */
  flushLater(slot: Slot): void;
  now(): number;
}

export class Slot {
  readonly hello: Hello;
  readonly socket: Socket;
  readonly #owner: SlotOwner;
  /** The exchanges on this slot, first the running one. */
  readonly waiting: Exchange[] = [];
  /** When the first of them came to be the first: milliseconds. */
  busySince = 0;
  /** Another router's slow request holds the thread. */
  isForeignBusy = false;
  isRetiring = false;
  isClosed = false;
  isFlushQueued = false;
  /** Where the pool keeps it: place in a stack, -1 in none. */
  position = -1;
  /** Requests answered on this connection: the counter page says how many were begun. */
  answered = 0;

  #arena = NO_ARENA;
  /** One that has become free again. */
  #spare: Arena | null = null;
  #stream = 0;
  #bodyGoesTo: Exchange | null = null;
  #isPaused = false;

  constructor(socket: Socket, hello: Hello, owner: SlotOwner) {
    this.socket = socket;
    this.hello = hello;
    this.#owner = owner;
  }

  /** Listens to the worker. `rest` is what came behind the hello. */
  start(rest: Buffer): void {
    const reader = new FrameReader(this);
    const { socket } = this;
    socket.on("data", (chunk: Buffer) => this.#guard(reader, chunk));
    socket.on("drain", () => this.#bodyGoesTo?.pull());
    socket.on("error", () => {}); // "close" follows and says all there is to do
    socket.on("close", () => this.close());
    if (rest.length > 0) this.#guard(reader, rest);
  }

  /** Frames that are none mean a broken worker: its connection ends, the server does not. */
  #guard(reader: FrameReader, chunk: Buffer): void {
    try {
      reader.read(chunk);
    } catch (error) {
      this.#owner.broken(this, error);
      this.socket.destroy();
    }
  }

  /** A place in the arena for a frame of at most `size` bytes. */
  reserve(size: number): { bytes: Buffer; start: number } {
    if (size > ARENA_SIZE) return { bytes: Buffer.allocUnsafeSlow(size), start: 0 };
    if (!this.#arena.hasRoom(size)) {
      this.flush();
      this.#arena = this.#spare ?? new Arena();
      this.#spare = null;
    }
    return { bytes: this.#arena.bytes, start: this.#arena.end };
  }

  /** Puts a request on the slot. Its frame was encoded into a reserved place or a buffer of its own. */
  begin(exchange: Exchange, hold: boolean): void {
    const { request } = exchange;
    this.#stream = (this.#stream + 1) >>> 0;
    let bodySize = 0;
    for (const piece of request.body) bodySize += piece.length;
    writeFrameHeader(request.bytes, request.start, {
      length: request.end - request.start - FRAME_HEADER + bodySize,
      type: FRAME.request,
      flags: (request.hasMoreBody ? FLAG.moreBody : 0) | (hold ? FLAG.hold : 0),
      stream: this.#stream,
    });
    if (this.waiting.length === 0) this.busySince = this.#owner.now();
    this.waiting.push(exchange);
    exchange.slot = this;
    const arena =
      request.bytes === this.#arena.bytes && request.start === this.#arena.end ? this.#arena : null;
    request.arena = arena;
    if (arena === null || bodySize > 0) this.flush();
    if (arena !== null) {
      arena.live++;
      arena.end = request.end;
    }
    if (arena !== null && bodySize === 0) this.#flushSoon();
    else this.#writeNow(request);
  }

  #writeNow({ arena, bytes, start, end, body }: EncodedRequest): void {
    this.socket.cork();
    this.socket.write(bytes.subarray(start, end));
    for (const piece of body) this.socket.write(piece);
    this.socket.uncork();
    if (arena !== null) arena.flushed = end;
  }

  #flushSoon(): void {
    if (this.isFlushQueued) return;
    this.isFlushQueued = true;
    this.#owner.flushLater(this);
  }

  flush(): void {
    this.isFlushQueued = false;
    const arena = this.#arena;
    if (arena.flushed === arena.end) return;
    this.socket.write(arena.bytes.subarray(arena.flushed, arena.end));
    arena.flushed = arena.end;
  }

  /** Sends more of the running request's body. False: wait for the exchange's next `pull()`. */
  sendBody(exchange: Exchange, pieces: readonly Buffer[], flags: number): boolean {
    this.flush();
    this.#bodyGoesTo = exchange;
    let size = 0;
    for (const piece of pieces) size += piece.length;
    const header = Buffer.allocUnsafe(FRAME_HEADER);
    writeFrameHeader(header, 0, { length: size, type: FRAME.requestBody, flags, stream: this.#running() });
    this.socket.cork();
    let isOpen = this.socket.write(header);
    for (const piece of pieces) isOpen = this.socket.write(piece);
    this.socket.uncork();
    return isOpen;
  }

  /** Tells the worker that the client has gone, if the exchange is the running one. */
  sendGone(exchange: Exchange): void {
    if (this.waiting[0] === exchange) this.#sendEmpty(FRAME.gone, 0);
  }

  /** Tells the worker that the rest of the body will not come, if the exchange is the running one. */
  sendAbort(exchange: Exchange): void {
    if (this.waiting[0] === exchange) this.sendBody(exchange, [], FLAG.last | FLAG.aborted);
  }

  sendFileTaken(isTaken: boolean): void {
    this.#sendEmpty(FRAME.fileTaken, isTaken ? 0 : FLAG.refused);
  }

  /** No request follows. */
  retire(): void {
    this.#sendEmpty(FRAME.retire, 0);
  }

  #sendEmpty(type: number, flags: number): void {
    this.flush();
    const frame = Buffer.allocUnsafe(FRAME_HEADER);
    writeFrameHeader(frame, 0, { length: 0, type, flags, stream: this.#running() });
    this.socket.write(frame);
  }

  /** The stream number of the first request on the slot. */
  #running(): number {
    return (this.#stream - Math.max(this.waiting.length - 1, 0)) >>> 0;
  }

  /** The exchange that this frame speaks of: the first one, or the worker is out of step. */
  runningFor(stream: number): Exchange {
    const exchange = this.waiting[0];
    if (exchange === undefined || stream !== this.#running()) {
      throw new RangeError(`a frame for request ${stream} while ${this.#running()} is running`);
    }
    return exchange;
  }

  /** The first request on the slot has been answered in full. */
  finish(micros: number): void {
    const exchange = this.waiting.shift();
    if (exchange !== undefined) exchange.slot = null;
    if (this.#bodyGoesTo === exchange) this.#bodyGoesTo = null;
    this.answered++;
    if (exchange?.request.arena != null) this.#release(exchange.request.arena);
    // Its client took too little at the end: the next one's responses do not wait for that.
    if (this.#isPaused) this.resume();
    const next = this.waiting[0];
    if (next !== undefined) {
      this.busySince = this.#owner.now();
      if (next.isAbandoned) this.sendGone(next); // it could not be told before it was the running one
    }
    this.#owner.finished(this, micros);
  }

  /** A request in this arena has been answered. */
  #release(arena: Arena): void {
    arena.live--;
    if (!arena.isUnused || this.socket.writableLength > 0) return;
    arena.reset();
    if (arena !== this.#arena) this.#spare = arena;
  }

  setForeignBusy(isBusy: boolean): void {
    this.isForeignBusy = isBusy;
    if (!isBusy) this.#owner.freed(this);
  }

  /** The client of the running request takes too little: its response is not read on. */
  get isPaused(): boolean {
    return this.#isPaused;
  }

  pause(): void {
    this.#isPaused = true;
    this.socket.pause();
  }

  resume(): void {
    if (!this.#isPaused) return;
    this.#isPaused = false;
    this.socket.resume();
  }

  close(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.socket.destroy();
    const waiting = this.waiting.splice(0);
    for (const exchange of waiting) exchange.slot = null;
    this.#owner.lost(this, waiting);
  }
}
