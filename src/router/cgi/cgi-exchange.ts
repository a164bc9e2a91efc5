/**
 * One request that a web server in front has sent as CGI variables: answers in the form that the server
 * reads, without a framing of its own. The end of the connection is the end of the body, so a response
 * that falls short ends by a reset.
 */

import type { RequestFacts, Vars } from "../../wire/cgi/vars.ts";
import type { Refusal } from "../../wire/http1/refusals.ts";
import { isBodyless } from "../../wire/http1/response.ts";
import type { ClientDoor } from "../client-door.ts";
import {
  type EncodedRequest,
  type Exchange,
  type Failure,
  failurePages,
  type Piece,
  type ResponseStart,
  type WorkerFile,
} from "../exchange.ts";
import { type FileBody, openWorkerFile } from "../file-body.ts";
import { shownForwardedFor } from "../forwarding.ts";
import type { Slot } from "../slot.ts";
import type { WaitingLine } from "../waiting-line.ts";

/** "HTTP/1.1 ", which the worker's heads begin with. */
const VERSION_LENGTH = 9;

/** For the access log: the client as the web server names it, and what it asks for. */
export interface Described {
  readonly address: string;
  readonly requestLine: string;
}

const NOT_DESCRIBED: Described = { address: "", requestLine: "" };

/** Where an answer's bytes go: a socket, or one of several streams on it. */
export interface Output {
  readonly writableLength: number;
  write(bytes: Buffer | string): boolean;
  cork(): void;
  uncork(): void;
}

/** What carries the request: a connection, or a part of one. */
export interface CgiCarrier {
  readonly door: ClientDoor;
  /** What an answer begins with, up to the status. */
  readonly statusLine: Buffer;
  readonly output: Output;
  /** The application waits for more of the request's body. */
  readonly isBodyAwaited: boolean;
  pullBody(): void;
  abortBody(): void;
  /** The answer is out in full. */
  finished(): void;
  /** The answer has begun and cannot be ended: the peer must see it. */
  cut(): void;
  /** Answers in the application's place. Returns the size of the body. */
  sendPage(refusal: Refusal, isHead: boolean): number;
}

export class CgiExchange implements Exchange {
  slot: Slot | null = null;
  line: WaitingLine | null = null;
  readySince = 0;
  losses = 0;
  request: EncodedRequest;
  isAbandoned = false;
  hasHead = false;

  readonly isHead: boolean;
  readonly #carrier: CgiCarrier;
  readonly #described: Described;
  readonly #startedAt = performance.now();
  #promised = -1;
  #sent = 0;
  #status = 0;
  #worker = 0;
  #note = "";
  #file: FileBody | null = null;
  #isOver = false;

  constructor(
    carrier: CgiCarrier,
    { request, isHead, described }: { request: EncodedRequest; isHead: boolean; described: Described },
  ) {
    this.#carrier = carrier;
    this.request = request;
    this.isHead = isHead;
    this.#described = described;
  }

  respond(start: ResponseStart, body: Piece): void {
    if (this.isAbandoned || this.hasHead) return;
    const { output } = this.#carrier;
    const isUncounted = start.contentLength < 0 && this.#hasBody(start.status);
    output.cork();
    this.#sendHead(start, isUncounted ? `Content-Length: ${body.end - body.start}\r\n\r\n` : "\r\n");
    if (body.end > body.start) this.respondBody(body);
    this.#finish();
    output.uncork();
  }

  respondHead(start: ResponseStart): void {
    if (this.isAbandoned || this.hasHead) return;
    this.#sendHead(start, "\r\n");
  }

  #sendHead({ status, contentLength, head }: ResponseStart, ending: string): void {
    this.hasHead = true;
    this.#status = status;
    this.#worker = this.slot?.hello.worker ?? 0;
    this.#promised = this.#hasBody(status) ? contentLength : 0;
    const { output, statusLine } = this.#carrier;
    const size = head.end - head.start - VERSION_LENGTH;
    const text = Buffer.allocUnsafe(statusLine.length + size + ending.length);
    const behind = statusLine.copy(text);
    head.bytes.copy(text, behind, head.start + VERSION_LENGTH, head.end);
    text.write(ending, behind + size, "latin1");
    output.write(text);
  }

  #hasBody(status: number): boolean {
    return !this.isHead && !isBodyless(status);
  }

  respondBody({ bytes, start, end }: Piece): boolean {
    if (this.isAbandoned || !this.#hasBody(this.#status)) return true;
    const { output, door } = this.#carrier;
    this.#sent += end - start;
    output.write(bytes.subarray(start, end));
    return output.writableLength < door.settings.responseCollect;
  }

  respondFile(file: WorkerFile): boolean {
    if (this.isAbandoned || !this.#hasBody(this.#status)) return true;
    const body = openWorkerFile(file, this.#carrier.output);
    if (body === null) return false;
    this.#file = body;
    this.#sent += file.length;
    body.send((isWhole) => {
      this.#file = null;
      this.respondEnd(!isWhole);
    });
    return true;
  }

  respondEnd(isBroken: boolean): void {
    if (this.isAbandoned || this.#isOver) return;
    if (this.#file !== null && !isBroken) return; // its end is the response's
    if (isBroken || (this.#promised >= 0 && this.#sent !== this.#promised)) this.cut();
    else this.#finish();
  }

  get waitsForClient(): boolean {
    return this.#carrier.isBodyAwaited || this.#carrier.output.writableLength > 0;
  }

  /** A web server in front has no use for it, or would take it for the answer. */
  respondInterim(): void {}

  #finish(): void {
    this.#isOver = true;
    this.#log();
    this.#carrier.finished();
  }

  pull(): void {
    if (this.isAbandoned) this.slot?.sendAbort(this);
    else this.#carrier.pullBody();
  }

  /** The socket takes bytes again. */
  resume(): void {
    this.slot?.resume();
    this.#file?.resume();
  }

  /** The web server has gone, and with it the client. */
  abandon(): void {
    this.isAbandoned = true;
    this.#file?.stop();
    if (!this.#isOver) this.#log();
    this.line?.forget(this);
    if (this.slot === null) return;
    this.#carrier.abortBody();
    this.slot.sendGone(this);
    this.slot.resume();
  }

  fail({ status, why }: Failure): void {
    if (this.isAbandoned || this.#isOver) return;
    this.#note = why;
    if (this.hasHead) this.cut();
    else this.#answer(failurePages[status]);
  }

  /** In the application's place, which may still be at it. */
  #answer(refusal: Refusal): void {
    this.hasHead = true;
    this.#status = refusal.status;
    this.#sent = this.#carrier.sendPage(refusal, this.isHead);
    this.slot?.sendGone(this);
    this.slot?.resume();
    this.isAbandoned = true;
    this.#finish();
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

  /** The response cannot be ended well, and the web server must see it. */
  cut(): void {
    this.#isOver = true;
    this.isAbandoned = true;
    this.#file?.stop();
    this.#log();
    this.slot?.sendGone(this);
    this.slot?.resume();
    this.#carrier.cut();
  }

  #log(): void {
    const { door } = this.#carrier;
    const { address, requestLine } = this.#described;
    // Begun when requests were not logged: a reload has switched it on since.
    if (requestLine === "") return;
    door.accessLog?.add({
      time: Date.now(),
      worker: this.#worker || (this.slot?.hello.worker ?? 0),
      address,
      requestLine,
      status: this.#status === 0 ? 499 : this.#status,
      bytes: this.#sent,
      milliseconds: performance.now() - this.#startedAt,
      note: this.#note,
    });
  }
}

/** `isLogged`: else nobody asks for it. */
export function describeRequest(vars: Vars, { protocol }: RequestFacts, door: ClientDoor): Described {
  if (door.accessLog === null) return NOT_DESCRIBED;
  const said = door.settings.logsForwardedFor ? vars.get("HTTP_X_FORWARDED_FOR") : null;
  const target = vars.get("REQUEST_URI") ?? vars.get("PATH_INFO") ?? "";
  return {
    address: said ? shownForwardedFor(said) : (vars.get("REMOTE_ADDR") ?? ""),
    requestLine: `${vars.get("REQUEST_METHOD")} ${target} ${protocol}`,
  };
}
