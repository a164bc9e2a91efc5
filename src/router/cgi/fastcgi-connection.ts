/**
 * A web server's FastCGI connection: takes its records apart, whichever way they are split, and gives
 * them to their requests, of which several may be open at a time. It ends behind the last of those that
 * did not ask for it to be kept.
 */

import type { Socket } from "node:net";
import {
  encodeEndRequest,
  encodePairs,
  KEEP_CONNECTION,
  PROTOCOL_STATUS,
  RECORD,
  RECORD_HEADER,
  type RecordHead,
  ROLE_RESPONDER,
  readPairs,
  readRecordHead,
  recordHead,
} from "../../wire/cgi/fastcgi-records.ts";
import { Vars } from "../../wire/cgi/vars.ts";
import type { Pausable } from "../body-intake.ts";
import type { ClientConnection, ClientDoor } from "../client-door.ts";
import { WriteWatch } from "../write-watch.ts";
import { type FastcgiCarrier, FastcgiRequest } from "./fastcgi-request.ts";
import type { Peer } from "./peer.ts";
import { looksLikeHttp, SPEAKS_HTTP } from "./protocols.ts";

/** Open requests of one connection. */
const MOST_REQUESTS = 100;
/** What is answered to a peer that asks what it may do (§4.1). */
const VALUES: ReadonlyMap<string, string> = new Map([
  ["FCGI_MAX_CONNS", "10000"],
  ["FCGI_MAX_REQS", "10000"],
  ["FCGI_MPXS_CONNS", "1"],
]);
/** After the last answer, how long the peer may take to close. */
const LINGER_TIME = 2000;

export class FastcgiConnection implements ClientConnection, FastcgiCarrier {
  readonly door: ClientDoor;
  readonly socket: Socket;
  readonly peer: Peer;
  readonly statusLine: Buffer;
  readonly #shared: Pausable;
  readonly #requests = new Map<number, FastcgiRequest>();
  #rest: Buffer | null = null;
  /** Nothing more is read: an answer was the last one, or the bytes make no sense. */
  #isEnding = false;
  /** The peer sends nothing more. */
  #isInputOver = false;
  #deadline: number;
  readonly #writeWatch = new WriteWatch();

  constructor(
    door: ClientDoor,
    socket: Socket,
    { peer, statusLine }: { peer: Peer; statusLine: "Status: " | "HTTP/1.1 " },
  ) {
    this.door = door;
    this.socket = socket;
    this.peer = peer;
    this.statusLine = Buffer.from(statusLine);
    this.#shared = { pause: () => undefined, resume: () => socket.resume() };
    this.#deadline = door.clock.now() + door.settings.headTimeout;
  }

  get address(): string {
    return this.peer.address;
  }

  /** Several requests share the socket: one that waits must not keep the others' bytes back. */
  get intakeSocket(): Pausable {
    return this.#requests.size > 1 ? this.#shared : this.socket;
  }

  start(): void {
    const { socket } = this;
    socket.on("data", (chunk: Buffer) => this.#guard(chunk));
    socket.on("end", () => this.#onEnd());
    socket.on("drain", () => this.#onDrain());
    socket.on("error", () => {}); // "close" follows
    socket.on("close", () => this.#onClose());
  }

  #guard(chunk: Buffer): void {
    try {
      this.#onData(chunk);
    } catch (error) {
      if (error instanceof RangeError) this.#breakOff(looksLikeHttp(chunk) ? SPEAKS_HTTP : error.message);
      else this.door.giveUp(this, error);
    }
  }

  #onData(chunk: Buffer): void {
    if (this.#isEnding) return;
    const bytes = this.#rest === null ? chunk : Buffer.concat([this.#rest, chunk]);
    let at = 0;
    for (let head = readRecordHead(bytes, at); head !== null; head = readRecordHead(bytes, at)) {
      const begin = at + RECORD_HEADER;
      const end = begin + head.length + head.padding;
      if (end > bytes.length) break;
      const why = this.#take(head, bytes.subarray(begin, begin + head.length));
      if (why !== null) return this.#breakOff(why);
      if (this.#isEnding) return;
      at = end;
    }
    this.#rest = at === bytes.length ? null : bytes.subarray(at);
  }

  /** Answers what is wrong with it, or null. */
  #take({ type, id }: RecordHead, content: Buffer): string | null {
    if (id === 0) return this.#takeOwn(type, content);
    if (type === RECORD.beginRequest) return this.#begin(id, content);
    const request = this.#requests.get(id);
    // Of a request that has had its answer: the peer did not know yet.
    if (request === undefined) return null;
    switch (type) {
      case RECORD.params:
        return request.takeParams(content);
      case RECORD.stdin:
        return request.takeStdin(content);
      case RECORD.abortRequest:
        request.abandon();
        this.socket.write(encodeEndRequest(id, PROTOCOL_STATUS.complete));
        this.ended(request);
        return null;
      case RECORD.data:
        return null;
      default:
        return `a record of type ${type} for a request`;
    }
  }

  /** Records of the connection itself. */
  #takeOwn(type: number, content: Buffer): string | null {
    if (type === RECORD.getValues) {
      const vars = new Vars();
      const why = readPairs(vars, content, VALUES.size * 4);
      if (why !== null) return why;
      const known = [...VALUES].filter(([name]) => vars.get(name) !== null);
      const answer = encodePairs(known);
      this.socket.write(Buffer.concat([recordHead(RECORD.getValuesResult, 0, answer.length), answer]));
    } else {
      this.socket.write(
        Buffer.concat([recordHead(RECORD.unknownType, 0, 8), Buffer.from([type, 0, 0, 0, 0, 0, 0, 0])]),
      );
    }
    return null;
  }

  #begin(id: number, content: Buffer): string | null {
    if (content.length < 8) return "a BEGIN_REQUEST record is too short";
    if (this.#requests.has(id)) return `request ${id} begins twice`;
    const role = content.readUInt16BE(0);
    const refusal =
      role !== ROLE_RESPONDER
        ? PROTOCOL_STATUS.unknownRole
        : this.#requests.size >= MOST_REQUESTS
          ? PROTOCOL_STATUS.overloaded
          : null;
    const keepsConnection = ((content[2] as number) & KEEP_CONNECTION) !== 0;
    if (refusal !== null) {
      this.socket.write(encodeEndRequest(id, refusal));
      if (!keepsConnection) this.#endIfUnused();
      return null;
    }
    this.#requests.set(id, new FastcgiRequest(this, { id, keepsConnection }));
    // The one before may have stopped it, when it was alone.
    if (this.#requests.size > 1 && this.socket.isPaused()) this.socket.resume();
    this.#deadline = this.door.clock.now() + this.door.settings.headTimeout;
    return null;
  }

  ended(request: FastcgiRequest): void {
    this.#requests.delete(request.id);
    const { keepAliveTimeout } = this.door.settings;
    this.#deadline = this.door.clock.now() + keepAliveTimeout;
    if (this.socket.isPaused()) this.socket.resume();
    const isLast = !request.keepsConnection || this.door.isDraining || this.#isInputOver;
    if (isLast || keepAliveTimeout === 0) this.#endIfUnused();
  }

  #endIfUnused(): void {
    if (this.#requests.size > 0) return;
    this.#isEnding = true;
    this.#deadline = this.door.clock.now() + LINGER_TIME;
    this.socket.end();
  }

  complain(why: string): void {
    this.door.log.event(`FastCGI from ${this.peer.title}: ${why}`);
  }

  #breakOff(why: string): void {
    this.#isEnding = true;
    this.complain(`${why}; the connection is closed`);
    this.socket.destroy();
  }

  closeIfIdle(deadline: number | null): void {
    if (this.#rest !== null) return;
    if (deadline === null) this.#endIfUnused();
    else this.#deadline = Math.min(this.#deadline, deadline);
  }

  /** Called by the door's sweep. */
  checkDeadline(now: number): void {
    if (this.#writeWatch.isStalled(this.socket, now, this.door.settings.writeTimeout)) {
      this.socket.destroy();
      return;
    }
    for (const request of this.#requests.values()) request.refuseIfLate(now);
    if (this.socket.writableLength > 0) this.#deadline = Math.max(this.#deadline, now + LINGER_TIME);
    const isBusy = [...this.#requests.values()].some((request) => request.hasBegun);
    if (isBusy || now < this.#deadline) return;
    if (this.#requests.size > 0)
      this.complain("its request does not come to an end; the connection is closed");
    this.socket.destroy();
  }

  #onDrain(): void {
    for (const request of this.#requests.values()) request.resume();
  }

  #onEnd(): void {
    if (this.#isEnding) return; // an answer may still be on the way
    this.#isInputOver = true;
    if (this.#rest !== null) this.complain("it ended in the midst of a record");
    const isCutShort = [...this.#requests.values()].some((request) => !request.isWhole);
    if (isCutShort) this.socket.destroy();
    else if (this.#requests.size === 0) this.socket.end();
  }

  #onClose(): void {
    this.#isEnding = true;
    for (const request of this.#requests.values()) request.abandon();
    this.#requests.clear();
    this.door.forget(this);
  }
}
