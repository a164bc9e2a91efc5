/** One request on a FastCGI connection: its streams of params and stdin come in, its stdout goes out. */

import type { Socket } from "node:net";
import {
  encodeEndRequest,
  encodeStream,
  PROTOCOL_STATUS,
  RECORD,
  readPairs,
  recordHead,
} from "../../wire/cgi/fastcgi-records.ts";
import { type RequestFacts, Vars } from "../../wire/cgi/vars.ts";
import { type Refusal, refusals } from "../../wire/http1/refusals.ts";
import { pageBody } from "../../wire/http1/response.ts";
import { BodyIntake, type Pausable } from "../body-intake.ts";
import type { ClientDoor } from "../client-door.ts";
import { cutOff } from "../cut-off.ts";
import { handOver } from "../hand-over.ts";
import type { CgiCarrier, CgiExchange, Output } from "./cgi-exchange.ts";
import { openExchange } from "./open-exchange.ts";
import type { Peer } from "./peer.ts";
import { MOST_VARS } from "./protocols.ts";

const NOTHING = Buffer.alloc(0);
const CRLF = Buffer.from("\r\n");
/** Of all params together: as much as a uwsgi packet may have. */
const MOST_PARAMS = 65_535;

/** What the request needs of its connection. */
export interface FastcgiCarrier {
  readonly door: ClientDoor;
  readonly socket: Socket;
  readonly peer: Peer;
  readonly statusLine: Buffer;
  /** Its socket may stop: no other request waits for bytes. */
  readonly intakeSocket: Pausable;
  complain(why: string): void;
  /** The request has got its answer. */
  ended(request: FastcgiRequest): void;
}

/** One for all: variables are encoded before the next ones are read. */
const vars = new Vars();

export class FastcgiRequest implements CgiCarrier {
  readonly id: number;
  /** The peer wants the connection to stay open behind it. */
  readonly keepsConnection: boolean;
  readonly statusLine: Buffer;
  readonly output: Output;
  readonly #connection: FastcgiCarrier;
  #params: Buffer[] = [];
  #paramsSize = 0;
  #exchange: CgiExchange | null = null;
  #intake: BodyIntake | null = null;
  /** The body ends where its stream ends: no length was given. */
  #isOpenEnded = false;
  #isOver = false;

  constructor(connection: FastcgiCarrier, { id, keepsConnection }: { id: number; keepsConnection: boolean }) {
    this.#connection = connection;
    this.id = id;
    this.keepsConnection = keepsConnection;
    this.statusLine = connection.statusLine;
    this.output = stdoutOf(connection.socket, id);
  }

  get door(): ClientDoor {
    return this.#connection.door;
  }

  get peer(): Peer {
    return this.#connection.peer;
  }

  get socket(): Pausable {
    return this.#connection.intakeSocket;
  }

  /** It has come so far that the body's deadline holds, or the application's. */
  get hasBegun(): boolean {
    return this.#intake !== null;
  }

  /** All of its body is here. */
  get isWhole(): boolean {
    return this.#intake?.isComplete ?? false;
  }

  /** When more of the body must have come. */
  get deadline(): number {
    return this.#intake?.deadline ?? Number.POSITIVE_INFINITY;
  }

  /** Answers what is wrong with the connection's bytes, or null. */
  takeParams(content: Buffer): string | null {
    if (this.#exchange !== null) return "params follow the end of a request's params";
    if (content.length === 0) return this.#begin();
    this.#paramsSize += content.length;
    if (this.#paramsSize > MOST_PARAMS) return `a request's params have more than ${MOST_PARAMS} bytes`;
    this.#params.push(Buffer.from(content));
    return null;
  }

  #begin(): string | null {
    const why = readPairs(vars, Buffer.concat(this.#params), MOST_VARS);
    this.#params = [];
    if (why !== null) return why;
    vars.completePath();
    const read = vars.facts();
    if (read.kind === "refused") {
      this.#connection.complain(read.refusal.message);
      this.refuse(read.refusal);
      return null;
    }
    this.#open(read.facts);
    return null;
  }

  #open(facts: RequestFacts): void {
    const { door } = this.#connection;
    const { contentLength } = facts;
    const { bodyLimit } = door.settings;
    this.#exchange = openExchange(this, vars, facts);
    if (contentLength === null) return; // stdin says what there is
    if (bodyLimit > 0 && contentLength > bodyLimit) this.refuse(refusals.bodyTooLarge);
    else this.#receive(this.#exchange, contentLength);
  }

  #receive(exchange: CgiExchange, contentLength: number): void {
    this.#intake = new BodyIntake(this, exchange, contentLength);
    this.#intake.take(NOTHING, 0);
  }

  /** An empty one is the end of the body. Answers what is wrong, or null. */
  takeStdin(content: Buffer): string | null {
    if (this.#isOver) return null;
    if (this.#exchange === null) return "stdin comes before the end of a request's params";
    if (this.#intake === null) {
      this.#isOpenEnded = content.length > 0;
      this.#receive(this.#exchange, this.#isOpenEnded ? -1 : 0);
    }
    const intake = this.#intake;
    if (intake === null || intake.isComplete) return null;
    if (this.#isOpenEnded) intake.take(asChunk(content), 0);
    else if (content.length > 0) intake.take(content, 0);
    else intake.refuse(refusals.badRequest);
    if (intake.held > this.door.settings.bodyMemory) intake.refuse(refusals.busy);
    return null;
  }

  submit(): void {
    if (this.#exchange !== null) handOver(this.door, this.#exchange);
  }

  get isBodyAwaited(): boolean {
    return this.#intake?.isAwaited ?? false;
  }

  pullBody(): void {
    this.#intake?.pull();
  }

  abortBody(): void {
    this.#intake?.abort();
  }

  /** The socket takes bytes again. */
  resume(): void {
    this.#exchange?.resume();
  }

  finished(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#intake?.finish();
    // The end of stdout needs no record of its own before the end of the request, but all servers send it.
    const ending = [
      recordHead(RECORD.stdout, this.id, 0),
      encodeEndRequest(this.id, PROTOCOL_STATUS.complete),
    ];
    this.#connection.socket.write(Buffer.concat(ending));
    this.#connection.ended(this);
  }

  /** FastCGI cannot say that one answer of several is broken. */
  cut(): void {
    this.#isOver = true;
    cutOff(this.#connection.socket);
  }

  /** The peer gives it up, or has gone. */
  abandon(): void {
    this.#isOver = true;
    this.#exchange?.abandon();
    this.#intake?.finish();
    this.#intake = null;
  }

  refuse(refusal: Refusal): void {
    if (this.#isOver) return;
    const exchange = this.#exchange;
    this.#intake?.finish();
    this.#intake = null;
    const size = this.sendPage(refusal, exchange?.isHead ?? false);
    if (exchange !== null) exchange.refused(refusal, size);
    else this.door.logUnread(this.peer.address, refusal, size);
    this.finished();
  }

  /** The body comes too slowly. */
  refuseIfLate(now: number): void {
    if (now >= this.deadline) this.#intake?.refuse(refusals.tooSlow);
  }

  sendPage(refusal: Refusal, isHead: boolean): number {
    const body = pageBody(refusal);
    const type = "Content-Type: text/plain; charset=utf-8";
    const head = `${this.statusLine}${refusal.status} ${refusal.reason}\r\n${type}\r\nContent-Length: ${body.length}\r\n\r\n`;
    this.output.write(Buffer.from(isHead ? head : head + body, "latin1"));
    return isHead ? 0 : body.length;
  }
}

/** A body without a length is read as one in HTTP's chunks: a record is one, the empty one is the last. */
function asChunk(content: Buffer): Buffer {
  return Buffer.concat([Buffer.from(`${content.length.toString(16)}\r\n`), content, CRLF]);
}

function stdoutOf(socket: Socket, id: number): Output {
  return {
    get writableLength() {
      return socket.writableLength;
    },
    write(bytes) {
      const content = typeof bytes === "string" ? Buffer.from(bytes, "latin1") : bytes;
      // An empty record would be the end of the stream.
      if (content.length === 0) return true;
      socket.cork();
      for (const part of encodeStream(RECORD.stdout, id, content)) socket.write(part);
      socket.uncork();
      return true;
    },
    cork: () => socket.cork(),
    uncork: () => socket.uncork(),
  };
}
