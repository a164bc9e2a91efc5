/**
 * A web server's connection that carries one request as CGI variables (uwsgi, SCGI): reads them and the
 * body, hands the request to the pool, and closes behind the answer. What makes no sense is answered or
 * closed, and logged with the peer; nothing half-read reaches the application.
 */

import type { Socket } from "node:net";
import { Vars } from "../../wire/cgi/vars.ts";
import { type Refusal, refusals } from "../../wire/http1/refusals.ts";
import { pageBody } from "../../wire/http1/response.ts";
import { BodyIntake } from "../body-intake.ts";
import type { ClientConnection, ClientDoor } from "../client-door.ts";
import { cutOff } from "../cut-off.ts";
import { handOver } from "../hand-over.ts";
import { WriteWatch } from "../write-watch.ts";
import type { CgiCarrier, CgiExchange } from "./cgi-exchange.ts";
import { openExchange } from "./open-exchange.ts";
import type { Peer } from "./peer.ts";
import type { CgiProtocol } from "./protocols.ts";

/** After the answer, how long the peer may take to close. */
const LINGER_TIME = 2000;

/** One for all connections: a head is encoded before the next one is read. */
const vars = new Vars();

export class CgiConnection implements ClientConnection, CgiCarrier {
  readonly door: ClientDoor;
  readonly socket: Socket;
  readonly statusLine: Buffer;
  readonly peer: Peer;
  readonly #protocol: CgiProtocol;
  #state: "head" | "body" | "answering" | "lingering" | "closed" = "head";
  #rest: Buffer | null = null;
  #exchange: CgiExchange | null = null;
  #intake: BodyIntake | null = null;
  /** More has come than the body that was announced. */
  #hasExcess = false;
  #deadline: number;
  readonly #writeWatch = new WriteWatch();

  constructor(door: ClientDoor, socket: Socket, { peer, protocol }: { peer: Peer; protocol: CgiProtocol }) {
    this.door = door;
    this.socket = socket;
    this.peer = peer;
    this.#protocol = protocol;
    this.statusLine = Buffer.from(protocol.statusLine);
    this.#deadline = door.clock.now() + door.settings.headTimeout;
  }

  get output(): Socket {
    return this.socket;
  }

  get address(): string {
    return this.peer.address;
  }

  start(): void {
    const { socket } = this;
    socket.on("data", (chunk: Buffer) => this.#guard(chunk));
    socket.on("end", () => this.#onEnd());
    socket.on("drain", () => this.#exchange?.resume());
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
    if (this.#state === "head") this.#onHeadBytes(chunk);
    else if (this.#state === "body" || this.#state === "answering") this.#onBodyBytes(chunk);
    // Behind the answer there is nothing to be read.
  }

  #onBodyBytes(bytes: Buffer): void {
    const intake = this.#intake;
    const isWhole = intake === null || intake.isComplete;
    this.#dropExcess(bytes.length - (isWhole ? 0 : intake.take(bytes, 0)));
  }

  /** One connection carries one request. */
  #dropExcess(size: number): void {
    if (size === 0 || this.#hasExcess) return;
    this.#hasExcess = true;
    this.door.log.event(
      `${this.#protocol.name} from ${this.peer.title}: more comes than CONTENT_LENGTH says`,
    );
  }

  #onHeadBytes(chunk: Buffer): void {
    const bytes = this.#rest === null ? chunk : Buffer.concat([this.#rest, chunk]);
    this.#rest = bytes;
    const opening = this.#protocol.open(vars, bytes);
    switch (opening.kind) {
      case "incomplete":
        return;
      case "malformed":
        this.#complain(opening.why);
        this.socket.destroy();
        return;
      case "other":
        if (opening.why !== null) this.#complain(opening.why);
        if (opening.reply.length > 0) this.socket.write(opening.reply);
        this.#linger();
        return;
      case "request":
        this.#rest = null;
        this.#begin(bytes, opening.bodyStart);
        return;
    }
  }

  #complain(why: string): void {
    this.door.log.event(`${this.#protocol.name} from ${this.peer.title}: ${why}; the connection is closed`);
  }

  #begin(bytes: Buffer, bodyStart: number): void {
    this.#deadline = Number.POSITIVE_INFINITY;
    const read = vars.facts();
    if (read.kind === "refused") {
      this.#complain(read.refusal.message);
      this.refuse(read.refusal);
      return;
    }
    const exchange = openExchange(this, vars, read.facts);
    this.#exchange = exchange;
    const { bodyLimit } = this.door.settings;
    const contentLength = read.facts.contentLength ?? 0;
    if (bodyLimit > 0 && contentLength > bodyLimit) {
      this.refuse(refusals.bodyTooLarge);
      return;
    }
    this.#state = "body";
    this.#intake = new BodyIntake(this, exchange, contentLength);
    this.#dropExcess(bytes.length - this.#intake.take(bytes, bodyStart));
  }

  /** The body is here, or as much of it as is collected. */
  submit(): void {
    this.#state = "answering";
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

  /** The response is out. */
  finished(): void {
    this.#release();
    this.#linger();
  }

  cut(): void {
    cutOff(this.socket);
  }

  #release(): void {
    this.#intake?.finish();
    this.#intake = null;
    this.#exchange = null;
  }

  refuse(refusal: Refusal): void {
    const exchange = this.#exchange;
    this.#release();
    const size = this.sendPage(refusal, exchange?.isHead ?? false);
    if (exchange !== null) exchange.refused(refusal, size);
    else this.door.logUnread(this.address, refusal, size);
    this.#linger();
  }

  /** Answers in the application's place. Returns the size of the body. */
  sendPage(refusal: Refusal, isHead: boolean): number {
    const body = isHead ? "" : pageBody(refusal);
    const head = `${this.#protocol.statusLine}${refusal.status} ${refusal.reason}\r\nContent-Type: text/plain; charset=utf-8\r\n`;
    this.socket.write(`${head}Content-Length: ${pageBody(refusal).length}\r\n\r\n${body}`);
    return body.length;
  }

  #linger(): void {
    if (this.#state === "closed") return;
    this.#state = "lingering";
    this.#rest = null;
    this.#deadline = this.door.clock.now() + LINGER_TIME;
    this.socket.end();
    if (this.socket.isPaused()) this.socket.resume();
  }

  /** A router that drains waits for those that have begun to send. */
  closeIfIdle(deadline: number | null): void {
    if (this.#state !== "head" || this.#rest !== null) return;
    if (deadline === null) this.socket.destroy();
    else this.#deadline = Math.min(this.#deadline, deadline);
  }

  /** Called by the door's sweep. */
  checkDeadline(now: number): void {
    if (this.#writeWatch.isStalled(this.socket, now, this.door.settings.writeTimeout)) {
      this.socket.destroy();
    } else if (this.#intake !== null) {
      if (now >= this.#intake.deadline) this.#intake.refuse(refusals.tooSlow);
    } else if (this.socket.writableLength > 0) {
      // Who still takes an answer is neither idle nor late: the write watch is its deadline.
      this.#deadline = Math.max(this.#deadline, now + LINGER_TIME);
    } else if (now >= this.#deadline) {
      if (this.#state === "head" && this.#rest !== null)
        this.#complain("its request does not come to an end");
      this.socket.destroy();
    }
  }

  /** The peer sends nothing more. It may still be reading. */
  #onEnd(): void {
    if (this.#state === "lingering") return; // its answer may still be on the way
    if (this.#state === "head" && this.#rest !== null) this.#complain("it ended in the midst of a request");
    if (this.#state !== "answering" || this.#intake?.isComplete === false) {
      this.abortBody();
      this.socket.destroy();
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
