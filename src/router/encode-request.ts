/** A request as the frame that begins it: PREFIX bytes, the environ, and a body that is here already. */

import { encodeVars, varsBound } from "../wire/cgi/environ.ts";
import type { RequestFacts, Vars } from "../wire/cgi/vars.ts";
import { encodeEnviron, endEnviron, environBound } from "../wire/environ.ts";
import { FRAME_HEADER } from "../wire/frame.ts";
import type { RequestHead } from "../wire/http1/request-head.ts";
import type { EncodedRequest } from "./exchange.ts";
import type { RequestBody } from "./request-body.ts";
import type { Slot } from "./slot.ts";

/** The frame's header, which the slot writes, and the size of the environ. */
const PREFIX = FRAME_HEADER + 4;
/** Room for the end of an environ: a CONTENT_LENGTH and the NULL. */
const ENVIRON_END = 64;
const NO_PIECES: readonly Buffer[] = [];

/** The bytes around a head that belong to its request. */
export interface Received {
  readonly bytes: Buffer;
  readonly bodyStart: number;
  readonly bodyEnd: number;
}

/** Encodes a request that is here in full, straight into the slot's arena where there is a slot. */
export function encodeWhole(
  slot: Slot | null,
  head: RequestHead,
  connection: Buffer,
  received: Received,
): EncodedRequest {
  const { bodyStart, bodyEnd } = received;
  const bound = PREFIX + environBound(head, connection) + ENVIRON_END + bodyEnd - bodyStart;
  const { bytes, start } =
    slot === null ? { bytes: Buffer.allocUnsafe(bound), start: 0 } : slot.reserve(bound);
  const environ = start + PREFIX;
  let end = endEnviron(bytes, encodeEnviron(bytes, environ, head, connection), -1);
  bytes.writeUInt32LE(end - environ, start + FRAME_HEADER);
  if (bodyEnd > bodyStart) end += received.bytes.copy(bytes, end, bodyStart, bodyEnd);
  return { arena: null, bytes, start, end, body: NO_PIECES, hasMoreBody: false };
}

/** Encodes a head whose body is still to come; `attachBody` makes it a request. */
export function encodeHeadOnly(head: RequestHead, connection: Buffer): EncodedRequest {
  const bytes = Buffer.allocUnsafe(PREFIX + environBound(head, connection) + ENVIRON_END);
  const end = encodeEnviron(bytes, PREFIX, head, connection);
  return { arena: null, bytes, start: 0, end, body: NO_PIECES, hasMoreBody: false };
}

/** The same of a head that came as CGI variables. */
export function encodeVarsOnly(vars: Vars, facts: RequestFacts, defaults: Buffer): EncodedRequest {
  const bytes = Buffer.allocUnsafe(PREFIX + varsBound(vars, defaults) + ENVIRON_END);
  const end = encodeVars(bytes, PREFIX, vars, { facts, defaults });
  return { arena: null, bytes, start: 0, end, body: NO_PIECES, hasMoreBody: false };
}

/** Ends the environ, now that it is known whether a chunked body has a length, and adds what was collected. */
export function attachBody({ bytes, end: environEnd }: EncodedRequest, body: RequestBody): EncodedRequest {
  const isWhole = body.isComplete;
  const end = endEnviron(bytes, environEnd, body.isChunked && isWhole ? body.received : -1);
  bytes.writeUInt32LE(end - PREFIX, FRAME_HEADER);
  return { arena: null, bytes, start: 0, end, body: body.release(), hasMoreBody: !isWhole };
}
