/**
 * The beginning of a connection on which a proxy says who the client is (the PROXY protocol), before the
 * client's own first byte. A connection without that header is closed: to guess whether there is one would
 * let a client write its own.
 */

import type { Socket } from "node:net";
import type { ConnectionFacts } from "../wire/environ.ts";
import { readProxyHead } from "../wire/proxy-protocol.ts";
import type { ClientConnection, ClientDoor } from "./client-door.ts";

export class ProxiedConnection implements ClientConnection {
  readonly socket: Socket;
  readonly address: string;
  readonly #door: ClientDoor;
  readonly #facts: ConnectionFacts;
  readonly #proceed: (facts: ConnectionFacts) => ClientConnection;
  #bytes: Buffer | null = null;
  #deadline: number;

  /** `proceed`: goes on with the client that was named, on the same socket. */
  constructor(
    door: ClientDoor,
    socket: Socket,
    parts: { facts: ConnectionFacts; proceed: (facts: ConnectionFacts) => ClientConnection },
  ) {
    this.socket = socket;
    this.address = parts.facts.remoteAddress;
    this.#door = door;
    this.#facts = parts.facts;
    this.#proceed = parts.proceed;
    this.#deadline = door.clock.now() + door.settings.headTimeout;
  }

  start(): void {
    this.socket.on("data", this.#onData);
    this.socket.on("end", this.#onEnd);
    this.socket.on("error", this.#onError);
    this.socket.on("close", this.#onClose);
  }

  readonly #onData = (chunk: Buffer): void => {
    try {
      this.#read(this.#bytes === null ? chunk : Buffer.concat([this.#bytes, chunk]));
    } catch (error) {
      this.#door.giveUp(this, error);
    }
  };

  readonly #onEnd = (): void => {
    // Who connects and says nothing is a health check.
    if (this.#bytes !== null) this.#complain("it ended in the midst of its PROXY header");
    this.socket.destroy();
  };

  readonly #onError = (): void => {}; // "close" follows

  readonly #onClose = (): void => this.#door.forget(this);

  #read(bytes: Buffer): void {
    this.#bytes = bytes;
    const head = readProxyHead(bytes);
    switch (head.kind) {
      case "incomplete":
        return;
      case "malformed":
        this.#complain(head.why);
        this.socket.destroy();
        return;
      case "head":
        this.#goOn(bytes.subarray(head.end), head.client);
        return;
    }
  }

  #goOn(rest: Buffer, client: { readonly address: string; readonly port: number } | null): void {
    const { socket } = this;
    socket.off("data", this.#onData).off("end", this.#onEnd);
    socket.off("error", this.#onError).off("close", this.#onClose);
    const named = client && { remoteAddress: unmapped(client.address), remotePort: String(client.port) };
    const connection = this.#proceed({ ...this.#facts, ...named });
    connection.closeIfIdle(this.#deadline); // the time for a head began with the connection
    this.#door.forget(this);
    if (rest.length > 0) socket.unshift(rest);
  }

  #complain(why: string): void {
    const { remoteAddress, remotePort } = this.#facts;
    const who = remoteAddress === "" ? "a peer on a Unix socket" : `${remoteAddress}:${remotePort}`;
    this.#door.log.event(`PROXY protocol from ${who}: ${why}; the connection is closed`);
  }

  closeIfIdle(deadline: number | null): void {
    if (this.#bytes !== null) return;
    if (deadline === null) this.socket.destroy();
    else this.#deadline = Math.min(this.#deadline, deadline);
  }

  checkDeadline(now: number): void {
    if (now < this.#deadline) return;
    if (this.#bytes !== null) this.#complain("its PROXY header does not come to an end");
    this.socket.destroy();
  }
}

/** An IPv4 client of a proxy that listens on both, as it is known everywhere else. */
function unmapped(address: string): string {
  return /^::ffff:([\d.]+)$/i.exec(address)?.[1] ?? address;
}
