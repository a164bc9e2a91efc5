/**
 * A request's body on its way from the client's socket to a worker: collected while that is cheap, so
 * that a slow upload holds no worker; past the bound the worker is engaged, and once its application
 * reads on, the rest streams with the socket's own flow control. What comes too late, too slowly or
 * malformed is refused.
 */

import { FLAG } from "../wire/frame.ts";
import { type Refusal, refusals } from "../wire/http1/refusals.ts";
import type { ClientDoor } from "./client-door.ts";
import { attachBody } from "./encode-request.ts";
import type { Exchange } from "./exchange.ts";
import { RequestBody } from "./request-body.ts";

/** What a body's bytes come from. */
export interface Pausable {
  pause(): unknown;
  resume(): unknown;
}

/** Who the body comes from. */
interface Sender {
  readonly door: ClientDoor;
  readonly socket: Pausable;
  /** Enough of the body is here for a worker to begin. */
  submit(): void;
  refuse(refusal: Refusal): void;
}

interface Receiver extends Exchange {
  readonly hasHead: boolean;
  cut(): void;
}

export class BodyIntake {
  readonly #connection: Sender;
  readonly #exchange: Receiver;
  readonly #body: RequestBody;
  /** This body's share of the door's count of collected bytes. */
  #counted = 0;
  #isSubmitted = false;
  #isPulling = false;
  /** The worker has got the end of the body, or the news that there will be none. */
  #isEnded = false;
  deadline: number;

  constructor(connection: Sender, exchange: Receiver, contentLength: number) {
    this.#connection = connection;
    this.#exchange = exchange;
    const now = connection.door.clock.now();
    this.#body = new RequestBody(contentLength, connection.door.settings, now);
    this.deadline = this.#body.deadline(now);
  }

  get isComplete(): boolean {
    return this.#body.isComplete;
  }

  /** Bytes that nobody has taken yet. */
  get held(): number {
    return this.#body.held;
  }

  /** The application waits for more of it. */
  get isAwaited(): boolean {
    return this.#isPulling && !this.#body.isComplete;
  }

  /** Takes what came; returns the offset behind the body. */
  take(bytes: Buffer, start: number): number {
    const body = this.#body;
    const behind = body.take(bytes, start);
    this.deadline = body.deadline(this.#connection.door.clock.now());
    if (body.refusal !== null) this.refuse(body.refusal);
    else if (!this.#isSubmitted) this.#collect();
    else if (this.#isPulling) this.#send();
    else this.#pause();
    return behind;
  }

  #collect(): void {
    const { door } = this.#connection;
    this.#count(this.#body.held);
    if (door.collectedBytes > door.settings.bodyMemory) this.#connection.refuse(refusals.busy);
    else if (this.#body.isComplete || this.#body.held >= door.settings.bodyCollect) this.#submit();
  }

  #submit(): void {
    this.#isSubmitted = true;
    const exchange = this.#exchange;
    exchange.request = attachBody(exchange.request, this.#body);
    if (!this.#body.isComplete) this.#pause();
    this.#connection.submit();
  }

  #count(held: number): void {
    this.#connection.door.collectedBytes += held - this.#counted;
    this.#counted = held;
  }

  /** The worker is the one to wait for: the client has no deadline meanwhile. */
  #pause(): void {
    this.deadline = Number.POSITIVE_INFINITY;
    this.#connection.socket.pause();
  }

  /** The application reads on, or the worker's socket takes bytes again. */
  pull(): void {
    this.#isPulling = true;
    this.#count(0);
    if (this.#body.held > 0 || this.#body.isComplete) this.#send();
    if (this.#body.isComplete || !this.#isPulling) return;
    const now = this.#connection.door.clock.now();
    this.#body.restartClock(now);
    this.deadline = this.#body.deadline(now);
    this.#connection.socket.resume();
  }

  #send(): void {
    const { slot } = this.#exchange;
    if (slot === null || this.#isEnded) return;
    const isLast = this.#body.isComplete;
    const isOpen = slot.sendBody(this.#exchange, this.#body.release(), isLast ? FLAG.last : 0);
    if (isLast) {
      this.#isEnded = true;
    } else if (!isOpen) {
      this.#isPulling = false; // the slot's "drain" pulls again
      this.#pause();
    }
  }

  /** Tells the worker that the rest of the body will not come, if it waits for it. */
  abort(): void {
    const { slot, request } = this.#exchange;
    if (slot === null || this.#isEnded || !request.hasMoreBody) return;
    this.#isEnded = true;
    slot.sendAbort(this.#exchange);
  }

  /** The response is out before the body was in: whoever pulled it waits for its end. */
  finish(): void {
    if (this.#isPulling) this.abort();
    this.#count(0);
  }

  refuse(refusal: Refusal): void {
    this.abort();
    if (this.#exchange.hasHead) this.#exchange.cut();
    else this.#connection.refuse(refusal);
  }
}
