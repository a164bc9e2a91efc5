/**
 * One HTTP/1 request in flight: frames what the worker says for this client (RFC 9112 §6, §7), writes
 * it, logs it. A response that ends short of what its head promised never corrupts the next one:
 * the connection is cut.
 */

import { FLAG } from "../wire/frame.ts";
import type { Refusal } from "../wire/http1/refusals.ts";
import type { RequestHead } from "../wire/http1/request-head.ts";
import {
  CHUNK_END,
  chunkStart,
  isBodyless,
  LAST_CHUNK,
  pageBody,
  persistence,
} from "../wire/http1/response.ts";
import { cutOff } from "./cut-off.ts";
import {
  type EncodedRequest,
  type Exchange,
  type Failure,
  failurePages,
  type Piece,
  type ResponseStart,
  type WorkerFile,
} from "./exchange.ts";
import { type FileBody, openWorkerFile } from "./file-body.ts";
import type { Http1Connection } from "./http1-connection.ts";
import type { Slot } from "./slot.ts";
import type { WaitingLine } from "./waiting-line.ts";

const NO_REQUEST: EncodedRequest = {
  arena: null,
  bytes: Buffer.alloc(0),
  start: 0,
  end: 0,
  body: [],
  hasMoreBody: false,
};

export class Http1Exchange implements Exchange {
  slot: Slot | null = null;
  line: WaitingLine | null = null;
  readySince = 0;
  losses = 0;
  request = NO_REQUEST;
  isAbandoned = false;
  /** The response's head is out. */
  hasHead = false;
  readonly isHead: boolean;
  /** For the access log; empty and zero where there is none. */
  readonly requestLine: string;
  readonly startedAt: number;

  readonly #connection: Http1Connection;
  readonly #minor: number;
  readonly #wantsKeepAlive: boolean;
  #keepsAlive = false;
  #isChunked = false;
  /** Body bytes that the head has promised and that are to come; -1 where it promised none. */
  #promised = -1;
  #sent = 0;
  #status = 0;
  #worker = 0;
  /** For the log: why it was not the application that ended this. */
  #note = "";
  #file: FileBody | null = null;
  #isOver = false;

  constructor(connection: Http1Connection, head: RequestHead) {
    this.#connection = connection;
    this.#minor = head.minor;
    this.#wantsKeepAlive = head.keepAlive;
    this.isHead = head.isMethod("HEAD");
    const isLogged = connection.door.accessLog !== null;
    this.requestLine = isLogged ? `${head.describe()} HTTP/1.${head.minor}` : "";
    this.startedAt = isLogged ? performance.now() : 0;
  }

  respond(start: ResponseStart, body: Piece): void {
    if (this.isAbandoned || this.hasHead) return;
    this.#status = start.status;
    const size = this.#hasBody(start.status) ? body.end - body.start : 0;
    // The worker leaves the length out where there is no body to have one.
    const mustCount = start.contentLength < 0 && this.#hasBody(start.status);
    const { head } = start;
    const suffix = this.#suffix(start, false, mustCount ? size : -1);
    const headSize = head.end - head.start;
    const out = Buffer.allocUnsafe(headSize + suffix.length + size);
    head.bytes.copy(out, 0, head.start, head.end);
    suffix.copy(out, headSize);
    if (size > 0) body.bytes.copy(out, headSize + suffix.length, body.start, body.end);
    this.hasHead = true;
    this.#sent = size;
    this.#connection.socket.write(out);
    this.#finish();
  }

  respondHead(start: ResponseStart): void {
    if (this.isAbandoned || this.hasHead) return;
    this.#status = start.status;
    const hasBody = this.#hasBody(start.status);
    this.#isChunked = hasBody && start.contentLength < 0 && this.#minor === 1;
    this.#promised = hasBody ? start.contentLength : 0;
    const closes = hasBody && start.contentLength < 0 && this.#minor === 0;
    const suffix = this.#suffix(
      closes ? { ...start, flags: start.flags | FLAG.close } : start,
      this.#isChunked,
      -1,
    );
    const { socket } = this.#connection;
    socket.cork();
    socket.write(start.head.bytes.subarray(start.head.start, start.head.end));
    socket.write(suffix);
    // The first piece of the body is usually in the same read: let it leave in the same write.
    process.nextTick(() => socket.uncork());
    this.hasHead = true;
  }

  /** Decides whether the connection lives on, and says so. `length`: a Content-Length to add, or -1. */
  #suffix(start: ResponseStart, isChunked: boolean, length: number): Buffer {
    const connection = this.#connection;
    this.#keepsAlive = this.#wantsKeepAlive && (start.flags & FLAG.close) === 0 && connection.mayKeepAlive;
    this.#worker = this.slot?.hello.worker ?? 0;
    const { suffixes } = connection.door;
    const said = persistence(this.#minor, this.#keepsAlive);
    if (length < 0) return suffixes.get(start.flags, said, isChunked);
    return Buffer.from(`Content-Length: ${length}\r\n${suffixes.lines(start.flags, said, false)}`, "latin1");
  }

  #hasBody(status: number): boolean {
    return !this.isHead && !isBodyless(status);
  }

  respondBody(piece: Piece): boolean {
    if (this.isAbandoned || !this.#hasBody(this.#status)) return true;
    const { socket, door } = this.#connection;
    const size = piece.end - piece.start;
    this.#sent += size;
    const body = piece.bytes.subarray(piece.start, piece.end);
    if (this.#isChunked) {
      socket.cork();
      socket.write(chunkStart(size));
      socket.write(body);
      socket.write(CHUNK_END);
      process.nextTick(() => socket.uncork());
    } else {
      socket.write(body);
    }
    return socket.writableLength < door.settings.responseCollect;
  }

  respondFile(file: WorkerFile): boolean {
    if (this.isAbandoned || !this.#hasBody(this.#status)) return true;
    const body = openWorkerFile(file, this.#connection.socket);
    if (body === null) return false;
    this.#file = body;
    this.#sent += file.length;
    body.send((isWhole) => {
      this.#file = null;
      if (isWhole) this.respondEnd(false);
      else this.cut();
    });
    return true;
  }

  respondEnd(isBroken: boolean): void {
    if (this.isAbandoned || this.#isOver) return;
    if (this.#file !== null && !isBroken) return; // its end is the response's
    const fellShort = this.#promised >= 0 && this.#sent !== this.#promised;
    if (isBroken || fellShort) {
      this.cut();
      return;
    }
    if (this.#isChunked) this.#connection.socket.write(LAST_CHUNK);
    this.#finish();
  }

  respondInterim(head: Piece): void {
    if (this.isAbandoned || this.hasHead || this.#minor === 0) return;
    const { socket } = this.#connection;
    socket.write(Buffer.concat([head.bytes.subarray(head.start, head.end), CHUNK_END]));
  }

  #finish(): void {
    this.#isOver = true;
    this.#log();
    this.#connection.finished(this, this.#keepsAlive && this.#connection.isRequestComplete);
  }

  get waitsForClient(): boolean {
    const { isRequestComplete, socket } = this.#connection;
    // While it is the application that does not read on, the socket is not read either.
    return (this.slot?.isPaused ?? false) || (!isRequestComplete && !socket.isPaused());
  }

  pull(): void {
    if (this.isAbandoned) this.slot?.sendAbort(this);
    else this.#connection.pullBody();
  }

  /** The socket takes bytes again. */
  resume(): void {
    this.slot?.resume();
    this.#file?.resume();
  }

  /** The client has gone. What runs in the worker is told; what is not begun will not be. */
  abandon(): void {
    this.isAbandoned = true;
    this.#file?.stop();
    if (!this.#isOver) this.#log();
    const { slot, line } = this;
    if (line !== null) {
      line.forget(this);
      this.request = NO_REQUEST; // its bytes
    }
    if (slot === null) return;
    this.#connection.abortBody();
    slot.sendGone(this);
    slot.resume();
  }

  fail(failure: Failure): void {
    if (this.isAbandoned || this.#isOver) return;
    this.#note = failure.why;
    if (this.hasHead) this.cut();
    else this.#answer(failurePages[failure.status]);
  }

  /** The connection has answered in the worker's place. */
  refused(refusal: Refusal, bytes: number): void {
    this.#status = refusal.status;
    this.#note = refusal.message;
    this.#sent = bytes;
    this.hasHead = true;
    this.#isOver = true;
    this.isAbandoned = true;
    this.line?.forget(this);
    this.slot?.sendGone(this);
    this.#log();
  }

  /** In the application's place, which may still be at it. */
  #answer(refusal: Refusal): void {
    const connection = this.#connection;
    this.hasHead = true;
    this.isAbandoned = true;
    this.slot?.sendGone(this);
    this.#status = refusal.status;
    this.#keepsAlive = this.#wantsKeepAlive && connection.mayKeepAlive;
    const said = persistence(this.#minor, this.#keepsAlive);
    connection.socket.write(
      connection.door.suffixes.page(refusal, { connection: said, isHead: this.isHead }),
    );
    this.#sent = this.isHead ? 0 : pageBody(refusal).length;
    this.#isOver = true;
    this.#log();
    connection.finished(this, this.#keepsAlive);
  }

  /**
   * The response cannot be ended well: the client gets what there is, and must see that it is not whole.
   * A body that only ends with the connection would look whole if it ended in order.
   */
  cut(): void {
    this.#isOver = true;
    this.isAbandoned = true;
    this.#file?.stop();
    this.#log();
    this.slot?.sendGone(this);
    this.slot?.resume();
    if (this.#isChunked || this.#promised >= 0) this.#connection.finished(this, false);
    else cutOff(this.#connection.socket);
  }

  #log(): void {
    const { door, address } = this.#connection;
    // Begun when requests were not logged: a reload has switched it on since.
    if (this.requestLine === "") return;
    door.accessLog?.add({
      time: Date.now(),
      worker: this.#worker || (this.slot?.hello.worker ?? 0),
      address,
      requestLine: this.requestLine,
      status: this.#status === 0 ? 499 : this.#status,
      bytes: this.#sent,
      milliseconds: performance.now() - this.startedAt,
      note: this.#note,
    });
  }
}
