/**
 * The frames between a router and a worker: one table for both directions.
 * python/tsgi/frames.py is its mirror; test/wire/frame.test.ts holds the two together.
 *
 * A frame is a 12-byte header, little endian, then its payload:
 *
 *   0  u32  length of the payload
 *   4  u8   type     (one of FRAME)
 *   5  u8   flags    (meaning depends on the type)
 *   6  u16  status   (HTTP status on RESPONSE, else 0)
 *   8  u32  stream   the request this frame belongs to, chosen by the router
 *
 * The layer knows no Python: a worker in another language speaks it with another
 * encoding of the environ, named in its HELLO. No I/O here.
 */
export const FRAME_HEADER = 12;

/** The largest payload either side may send; a longer one is a broken peer. */
export const MAX_FRAME = 64 * 1024 * 1024;

export const FRAME = {
  /** router → worker. u32 size of the environ, the environ (marshal), then the body so far. */
  request: 1,
  /** router → worker. More of the request's body. */
  requestBody: 2,
  /** router → worker. The client has gone: stop sending, close the application's iterable. */
  gone: 3,
  /** router → worker. No request follows; the slot ends when what it holds is done. */
  retire: 4,
  /** router → worker. The answer to FILE: the router has opened the file, or could not. */
  fileTaken: 5,

  /** worker → router. The first frame: JSON, see Hello. */
  hello: 16,
  /** worker → router. The prefix of RESPONSE_PREFIX bytes, the head, then the body so far. */
  response: 17,
  /** worker → router. More of the response's body. */
  responseBody: 18,
  /** worker → router. The response is over. u32 service time in microseconds, without waits for the client. */
  end: 19,
  /** worker → router. The body is this file: u32 descriptor in the worker, f64 offset, f64 length. */
  file: 20,
  /** worker → router. The application reads on: send the rest of the request's body. */
  pull: 21,
  /** worker → router. An interim response (103): its head, as in RESPONSE. */
  interim: 22,
  /** worker → router. Held by another router's slow request (flag busy), or free again. */
  busy: 23,
} as const;

/** RESPONSE: u32 size of the head, u32 service time in µs (with `last`), f64 content length or -1. */
export const RESPONSE_PREFIX = 16;

export const FLAG = {
  /** request: the body goes on; the worker asks for it with PULL. */
  moreBody: 1,
  /** request: the application is fast and more requests follow: the reply may be held for a batch. */
  hold: 2,
  /** requestBody, response: nothing follows. */
  last: 1,
  /** requestBody: the client failed to send the rest; a read must raise. */
  aborted: 2,
  /** end: the application failed or fell short after its head had gone out: cut the connection. */
  broken: 2,
  /** response: the application set these headers itself. */
  hasDate: 2,
  hasServer: 4,
  /** response: the application asked for the connection to be closed after this response. */
  close: 8,
  /** fileTaken: the router could not open the file; the worker streams it. */
  refused: 1,
  /** busy: the slot is held. Without the flag it is free again. */
  busy: 1,
} as const;

/** What a worker says first on each connection. */
export interface Hello {
  readonly version: 1;
  /** "wsgi": one request at a time. */
  readonly kind: "wsgi";
  readonly generation: number;
  /** The number that the operator sees: 1 … processes. */
  readonly worker: number;
  /** Unique for each fork, never used again. */
  readonly serial: number;
  readonly slot: number;
  readonly pid: number;
  readonly python: string;
  readonly implementation: string;
  /** File name in the run-time directory of the worker's counters: 16 bytes per slot and router, u64 begun and u64 thread. */
  readonly counters: string;
  /** Byte offset of this connection's 16 bytes in it. `begun` only grows, over reconnects too. */
  readonly offset: number;
}

export function writeFrameHeader(
  out: Buffer,
  at: number,
  frame: { length: number; type: number; flags: number; stream: number },
): void {
  out.writeUInt32LE(frame.length, at);
  out[at + 4] = frame.type;
  out[at + 5] = frame.flags;
  out[at + 6] = 0;
  out[at + 7] = 0;
  out.writeUInt32LE(frame.stream, at + 8);
}
