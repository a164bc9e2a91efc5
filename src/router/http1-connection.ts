/**
 * One client's connection: reads a head and its body, hands the request to the pool, and reads on
 * when the response is out. Requests that a client sends ahead (pipelining) wait in the connection,
 * unread past a bound, and are served in their order.
 *
 * It refuses to trust the client with time or memory: each state has a deadline, each buffer a
 * bound. After a framing error it answers, closes and drops what came behind. How a response looks
 * is http1-exchange.ts's matter, how a body gets in body-intake.ts's.
 */

import type { Socket } from "node:net";
import { parseHead } from "../wire/http1/parse-head.ts";
import { type Refusal, refusals } from "../wire/http1/refusals.ts";
import { INCOMPLETE, REFUSED, type RequestHead } from "../wire/http1/request-head.ts";
import { CONTINUE } from "../wire/http1/response.ts";
import { BodyIntake } from "./body-intake.ts";
import type { ClientConnection, ClientDoor } from "./client-door.ts";
import { encodeHeadOnly } from "./encode-request.ts";
import type { Http1Client } from "./forwarding.ts";
import { handOver, handOverWhole } from "./hand-over.ts";
import { Http1Exchange } from "./http1-exchange.ts";
import { LINGER_BYTES, LINGER_TIME } from "./linger.ts";
import { WriteWatch } from "./write-watch.ts";

/** Bytes read ahead of the answer to the present request; past it the socket is not read. */
const READ_AHEAD = 65_536;
/** A body that lies whole in the first read and is no larger travels in the same buffer as the environ. */
const INLINE_BODY = 16_384;

export class Http1Connection implements ClientConnection {
  readonly door: ClientDoor;
  readonly socket: Socket;
  /** Whose requests come: where a trusted proxy forwards them, each names its client. */
  #client: Http1Client;
  #state: "head" | "body" | "answering" | "lingering" | "closed" = "head";
  /** Bytes that were read and not used: an unfinished head, or requests that wait their turn. */
  #rest: Buffer | null = null;
  #exchange: Http1Exchange | null = null;
  #intake: BodyIntake | null = null;
  #lingered = 0;
  #isInputOver = false;
  #isReading = false;
  #deadline: number;
  /** The deadline is that of an idle connection, which the next request's first byte replaces. */
  #isIdle = false;
  readonly #writeWatch = new WriteWatch();

  constructor(door: ClientDoor, socket: Socket, client: Http1Client) {
    this.door = door;
    this.socket = socket;
    this.#client = client;
    this.#deadline = door.clock.now() + door.settings.headTimeout;
  }

  get address(): string {
    return this.#client.address;
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
      this.door.giveUp(this, error);
    }
  }

  #onData(chunk: Buffer): void {
    switch (this.#state) {
      case "head":
        this.#onHeadBytes(chunk);
        return;
      case "body":
      case "answering":
        if (this.#intake === null || this.#intake.isComplete) this.#keep(chunk);
        else this.#onBodyBytes(this.#intake, chunk, 0);
        return;
      case "lingering":
        this.#lingered += chunk.length;
        if (this.#lingered > LINGER_BYTES) this.socket.destroy();
        return;
      case "closed":
        return;
    }
  }

  #keep(chunk: Buffer): void {
    this.#rest = this.#rest === null ? chunk : Buffer.concat([this.#rest, chunk]);
    if (this.#rest.length > READ_AHEAD) this.socket.pause();
  }

  #onHeadBytes(chunk: Buffer): void {
    if (this.#rest === null) {
      this.#readRequests(chunk);
      return;
    }
    const bytes = Buffer.concat([this.#rest, chunk]);
    this.#rest = bytes;
    // A head can only be complete, or wrong, once a line is: a byte at a time costs no parse each.
    if (chunk.includes(10) || bytes.length >= this.door.settings.headLimit) this.#readRequests(bytes);
  }

  /** Serves what `bytes` hold: usually one request, more when the client sends ahead. */
  #readRequests(input: Buffer): void {
    // An answer may be out before #readRequest returns: the loop takes the next request, not a recursion.
    this.#isReading = true;
    let bytes: Buffer | null = input;
    while (bytes !== null && this.#state === "head") {
      this.#rest = bytes;
      if (this.#isHeldBack) {
        this.socket.pause();
        break;
      }
      this.#rest = null;
      const isUsed = this.#readRequest(bytes);
      bytes = isUsed ? this.#rest : null;
    }
    this.#isReading = false;
  }

  /** The client does not take its responses: no further request of its is served until it does. */
  get #isHeldBack(): boolean {
    return this.socket.writableLength >= this.door.settings.responseCollect;
  }

  #onDrain(): void {
    if (this.#exchange !== null) {
      this.#exchange.resume();
    } else if (this.#state === "head" && this.#rest !== null) {
      this.#readRequests(this.#rest);
    }
  }

  /** Not as long as much of what was read ahead is still to be served. */
  #resumeReading(): void {
    const isFull = this.#rest !== null && this.#rest.length > READ_AHEAD;
    if (!isFull && this.socket.isPaused()) this.socket.resume();
  }

  /** Returns false when `bytes` hold no whole head yet. */
  #readRequest(bytes: Buffer): boolean {
    const { head } = this.door;
    const behind = parseHead(head, bytes, 0, bytes.length);
    if (behind === INCOMPLETE) {
      this.#rest = bytes;
      if (this.#isInputOver) {
        this.#linger();
        return false;
      }
      if (this.#isIdle) {
        this.#isIdle = false;
        this.#deadline = this.door.clock.now() + this.door.settings.headTimeout;
      }
      if (this.socket.isPaused()) this.socket.resume(); // all of it is one head, and that is bounded
      return false;
    }
    if (behind === REFUSED) this.refuse(head.refusal);
    else this.#begin(bytes, behind, head);
    return true;
  }

  #begin(bytes: Buffer, behind: number, head: RequestHead): void {
    this.#deadline = Number.POSITIVE_INFINITY;
    if (this.#client.forwarding !== null) this.#client = this.#client.forwarding.clientOf(head);
    const exchange = new Http1Exchange(this, head);
    this.#exchange = exchange;
    const length = head.contentLength;
    const { bodyLimit } = this.door.settings;
    if (bodyLimit > 0 && length > bodyLimit) {
      this.refuse(refusals.bodyTooLarge);
    } else if (length >= 0 && length <= INLINE_BODY && behind + length <= bytes.length) {
      const bodyEnd = behind + length;
      this.#state = "answering";
      if (bodyEnd < bytes.length) this.#rest = bytes.subarray(bodyEnd);
      const { facts } = this.#client;
      handOverWhole(this.door, exchange, { head, facts, bytes, bodyStart: behind, bodyEnd });
    } else {
      this.#state = "body";
      exchange.request = encodeHeadOnly(head, this.#client.facts);
      this.#intake = new BodyIntake(this, exchange, length);
      if (head.expectsContinue && behind === bytes.length) this.socket.write(CONTINUE);
      if (behind < bytes.length) this.#onBodyBytes(this.#intake, bytes, behind);
    }
  }

  /** Hands over a request whose body did not come with its head. */
  submit(): void {
    this.#state = "answering";
    if (this.#exchange !== null) handOver(this.door, this.#exchange);
  }

  #onBodyBytes(intake: BodyIntake, bytes: Buffer, start: number): void {
    const behind = intake.take(bytes, start);
    if (behind < bytes.length && (this.#state === "answering" || this.#state === "head")) {
      this.#keep(bytes.subarray(behind));
      if (this.#state === "head" && !this.#isReading && this.#rest !== null) this.#readRequests(this.#rest);
    }
  }

  pullBody(): void {
    this.#intake?.pull();
  }

  abortBody(): void {
    this.#intake?.abort();
  }

  /** The body of the present request has arrived in full, so the connection can go on behind it. */
  get isRequestComplete(): boolean {
    return this.#intake === null || this.#intake.isComplete;
  }

  /** The client may send another request after this one. */
  get mayKeepAlive(): boolean {
    const mayAsk = !this.#isInputOver || this.#rest !== null;
    return (
      !this.door.isDraining && mayAsk && this.door.settings.keepAliveTimeout > 0 && this.isRequestComplete
    );
  }

  finished(exchange: Http1Exchange, keepAlive: boolean): void {
    if (exchange !== this.#exchange || this.#state === "closed") return;
    this.#release();
    if (!keepAlive || (this.#rest === null && (this.#isInputOver || this.door.isDraining))) {
      this.#linger();
      return;
    }
    this.#state = "head";
    this.#deadline = this.door.clock.now() + this.door.settings.keepAliveTimeout;
    this.#isIdle = true;
    this.#resumeReading();
    if (this.#rest !== null && !this.#isReading) this.#readRequests(this.#rest);
  }

  #release(): void {
    this.#intake?.finish();
    this.#intake = null;
    this.#exchange = null;
  }

  /** Answers with a refusal and closes; what else the client has sent is dropped. */
  refuse(refusal: Refusal): void {
    const exchange = this.#exchange;
    this.#release();
    const size = this.door.sendPage(this.socket, refusal, exchange?.isHead ?? false);
    if (exchange !== null) exchange.refused(refusal, size);
    else this.door.logUnread(this.#client.forwarding?.address ?? this.address, refusal, size);
    this.#linger();
  }

  #linger(): void {
    if (this.#state === "closed") return;
    this.#state = "lingering";
    this.#rest = null;
    this.#deadline = this.door.clock.now() + LINGER_TIME;
    this.socket.end();
    if (this.socket.isPaused()) this.socket.resume();
  }

  closeIfIdle(deadline: number | null): void {
    if (this.#state !== "head") return;
    if (deadline !== null) this.#deadline = Math.min(this.#deadline, deadline);
    else if (this.socket.writableLength > 0) this.#linger();
    else this.socket.destroy();
  }

  checkDeadline(now: number): void {
    if (this.#writeWatch.isStalled(this.socket, now, this.door.settings.writeTimeout)) {
      this.socket.destroy();
    } else if (this.#intake !== null) {
      if (now >= this.#intake.deadline) this.#intake.refuse(refusals.tooSlow);
    } else if (this.socket.writableLength > 0) {
      // Who still takes an answer is neither idle nor late: the write watch is its deadline.
      this.#deadline = Math.max(this.#deadline, now + LINGER_TIME);
    } else if (now >= this.#deadline) {
      if (this.#state === "head" && this.#rest !== null) this.refuse(refusals.tooSlow);
      else this.socket.destroy();
    }
  }

  /** The client sends nothing more; it may still be reading (RFC 9112 §9.6 allows half-closing). */
  #onEnd(): void {
    this.#isInputOver = true;
    if (!this.isRequestComplete) {
      this.abortBody();
      this.socket.destroy();
    } else if (this.#state !== "answering" && !(this.#state === "head" && this.#isHeldBack)) {
      this.socket.end();
    }
  }

  #onClose(): void {
    if (this.#state === "closed") return;
    this.#state = "closed";
    this.#rest = null;
    this.#exchange?.abandon();
    this.#release();
    this.door.forget(this);
  }
}
