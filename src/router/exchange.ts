/**
 * One request on its way through the router, whichever protocol it came by. A front door makes it,
 * the pool gives it to a slot, the slot calls back with what the worker says.
 */

import { refusals } from "../wire/http1/refusals.ts";
import type { Arena } from "./arena.ts";
import type { Slot } from "./slot.ts";
import type { WaitingLine } from "./waiting-line.ts";

/** A range of bytes that is valid only during the call that brings it. */
export interface Piece {
  readonly bytes: Buffer;
  readonly start: number;
  readonly end: number;
}

export interface ResponseStart {
  readonly status: number;
  /** FLAG.hasDate, hasServer, close. */
  readonly flags: number;
  /** -1 where the worker does not know it. */
  readonly contentLength: number;
  /** "HTTP/1.1 200 OK\r\n" and the application's header lines, without the empty line. */
  readonly head: Piece;
}

export interface Exchange {
  /** Set while the exchange is on a slot. */
  slot: Slot | null;
  /** Where it waits for a slot, while it does. */
  line: WaitingLine | null;
  /** When it was ready for a slot, milliseconds of the router's clock: for the bound on waiting. */
  readySince: number;
  /** How often a slot was lost before it began this request. */
  losses: number;
  /** The frames that begin this request, kept until its fate is known so that another slot can have it. */
  request: EncodedRequest;
  /** Nobody waits for the answer any more: the client has gone, or got another one. */
  readonly isAbandoned: boolean;
  /** The application waits for the client, to send or to take something. */
  readonly waitsForClient: boolean;

  /** The whole response at once. */
  respond(start: ResponseStart, body: Piece): void;
  /** The beginning of a response whose body follows. */
  respondHead(start: ResponseStart): void;
  /** Returns false when the sender should wait for `slot.resume()`. */
  respondBody(body: Piece): boolean;
  /** The body is a file that the router opens itself. False: it cannot be opened. */
  respondFile(file: WorkerFile): boolean;
  /** The response is over; `isBroken`: it fell short after its head had gone out. */
  respondEnd(isBroken: boolean): void;
  /** 103 Early Hints: a head that is followed by another. */
  respondInterim(head: Piece): void;
  /** The application wants the rest of the request's body. */
  pull(): void;
  /** The worker died at this request or takes too long for it, or nobody took it in time. */
  fail(failure: Failure): void;
}

/** What a client gets whose response has not begun. */
export const failurePages = {
  502: refusals.workerLost,
  503: refusals.busy,
  504: refusals.overtime,
} as const;

export interface Failure {
  readonly status: keyof typeof failurePages;
  /** For the log: "worker 3 (pid 77) died: signal 9". */
  readonly why: string;
}

export interface WorkerFile {
  readonly pid: number;
  readonly descriptor: number;
  readonly offset: number;
  readonly length: number;
}

export interface EncodedRequest {
  /** Where `bytes` lie, if that is a slot's arena and this request stands on that slot. */
  arena: Arena | null;
  /** Frame header, environ and, where it is small, the body. */
  bytes: Buffer;
  start: number;
  end: number;
  /** Further pieces of the body that belong to the same frame. */
  body: readonly Buffer[];
  /** The body goes on beyond them. */
  hasMoreBody: boolean;
}
