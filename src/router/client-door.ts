/**
 * The front door: what all connections of clients share, whatever they speak. It accepts, keeps the
 * deadlines of idle and slow clients, and closes when the router drains.
 */

import { createServer, type Server, type Socket } from "node:net";
import type { ListenerMessage } from "../base/listener-message.ts";
import type { RouterSettings } from "../base/messages.ts";
import type { AccessLog } from "../observe/access-log.ts";
import type { EventLog } from "../observe/event-log.ts";
import { type ConnectionFacts, encodeConnection } from "../wire/environ.ts";
import type { Refusal } from "../wire/http1/refusals.ts";
import { RequestHead } from "../wire/http1/request-head.ts";
import { PERSISTENCE, pageBody, ResponseSuffixes } from "../wire/http1/response.ts";
import { CgiConnection } from "./cgi/cgi-connection.ts";
import { FastcgiConnection } from "./cgi/fastcgi-connection.ts";
import { peerOf } from "./cgi/peer.ts";
import { scgi, scgiNph, uwsgi } from "./cgi/protocols.ts";
import type { Clock } from "./clock.ts";
import { Forwarding, type TrustedProxies } from "./forwarding.ts";
import { Http1Connection } from "./http1-connection.ts";
import { NetworkList } from "./network-list.ts";
import type { Pool } from "./pool.ts";
import { ProxiedConnection } from "./proxied-connection.ts";

/** How often deadlines are looked at, milliseconds. */
const SWEEP = 500;
/** Connections that wait in the kernel when the router drains have this long to be taken in and to ask. */
const LAST_ACCEPT = 20;

/** A client's connection, as the door sees it. */
export interface ClientConnection {
  readonly socket: Socket;
  readonly address: string;
  start(): void;
  /** Ends it if it has no request that has arrived: at once, or where none comes until then. */
  closeIfIdle(deadline: number | null): void;
  checkDeadline(now: number): void;
}

export class ClientDoor {
  settings: RouterSettings;
  readonly pool: Pool;
  readonly clock: Clock;
  readonly log: EventLog;
  accessLog: AccessLog | null;
  suffixes: ResponseSuffixes;
  /** Scratch for the head that is being read: a head is encoded before the next one comes. */
  head: RequestHead;
  readonly connections = new Set<ClientConnection>();
  /** Bytes of request bodies that are being collected, all connections together. */
  collectedBytes = 0;
  isDraining = false;

  /** Where it listens once it is open. */
  listeners: readonly ListenerMessage[];
  isOpen = false;
  /** With the listener's URL. Several have the same where a predecessor had more routers. */
  #servers: { readonly url: string; readonly server: Server }[] = [];
  /** Who may speak the protocols that are between servers; null for everybody. */
  #webServers: NetworkList | null;
  /** Who may speak the PROXY protocol. */
  #proxyPeers: NetworkList;
  /** Whose forwarded headers count; null for nobody's. */
  #proxies: TrustedProxies | null;
  readonly #timer: NodeJS.Timeout;
  #onDrained: (() => void) | null = null;

  constructor(parts: {
    settings: RouterSettings;
    pool: Pool;
    clock: Clock;
    log: EventLog;
    accessLog: AccessLog | null;
  }) {
    this.settings = parts.settings;
    this.listeners = parts.settings.listeners;
    this.pool = parts.pool;
    this.clock = parts.clock;
    this.log = parts.log;
    this.accessLog = parts.accessLog;
    this.suffixes = new ResponseSuffixes(parts.settings.serverHeader);
    this.suffixes.setDate(Date.now());
    this.head = new RequestHead(parts.settings);
    this.#webServers = webServersOf(parts.settings);
    this.#proxyPeers = new NetworkList(parts.settings.proxyPeers);
    this.#proxies = proxiesOf(parts.settings);
    this.#timer = setInterval(() => this.#sweep(), SWEEP);
  }

  /** From the next request on; directories stay. */
  update(settings: RouterSettings, accessLog: AccessLog | null): void {
    this.settings = settings;
    this.accessLog = accessLog;
    this.suffixes = new ResponseSuffixes(settings.serverHeader);
    this.suffixes.setDate(Date.now());
    this.head = new RequestHead(settings);
    this.#webServers = webServersOf(settings);
    this.#proxyPeers = new NetworkList(settings.proxyPeers);
    this.#proxies = proxiesOf(settings);
  }

  /** A reload has removed it: who waits in the kernel is taken in, then it closes. Its connections live on. */
  async remove(url: string): Promise<void> {
    this.listeners = this.listeners.filter((listener) => listener.url !== url);
    const removed = this.#servers.filter((one) => one.url === url);
    this.#servers = this.#servers.filter((one) => one.url !== url);
    await new Promise((resolve) => setTimeout(resolve, LAST_ACCEPT));
    for (const { server } of removed) server.close();
  }

  /** Listens on its descriptor. Rejects with the error of listen(2). */
  listen(listener: ListenerMessage): Promise<void> {
    const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) =>
      this.#accept(socket, listener),
    );
    this.#servers.push({ url: listener.url, server });
    return new Promise((resolve, reject) => {
      server.once("error", reject);
      server.listen({ fd: listener.fd, backlog: this.settings.backlog }, () => {
        server.off("error", reject);
        // For example EMFILE: this connection is lost, the next one may come through.
        server.on("error", (error) => this.log.event(`cannot accept on ${listener.url}: ${error.message}`));
        resolve();
      });
    });
  }

  #accept(socket: Socket, listener: ListenerMessage): void {
    const facts = connectionFacts(socket, listener);
    if (listener.protocol !== "http" && !this.#mayServe(listener, facts)) {
      const option = listener.protocol === "proxied-http" ? "proxy-allow-ips" : "socket-allow-ips";
      this.log.event(`${facts.remoteAddress} may not use ${listener.url} (${option}): closed`);
      socket.destroy();
      return;
    }
    this.#begin(this.#open(socket, listener, facts));
  }

  #begin(connection: ClientConnection): ClientConnection {
    this.connections.add(connection);
    connection.start();
    return connection;
  }

  /** Who may pass off anybody as the client. The rights of a Unix socket are those of its file. */
  #mayServe({ protocol }: ListenerMessage, { remoteAddress }: ConnectionFacts): boolean {
    if (remoteAddress === "") return true;
    if (protocol === "proxied-http") return this.#proxyPeers.includes(remoteAddress);
    return this.#webServers?.includes(remoteAddress) ?? true;
  }

  #open(socket: Socket, listener: ListenerMessage, facts: ConnectionFacts): ClientConnection {
    switch (listener.protocol) {
      case "http":
        return this.#openHttp(socket, facts);
      case "proxied-http":
        return new ProxiedConnection(this, socket, {
          facts,
          proceed: (proxied) => this.#begin(this.#openHttp(socket, proxied)),
        });
      case "uwsgi":
        return new CgiConnection(this, socket, { peer: peerOf(facts, listener), protocol: uwsgi });
      case "scgi":
        return new CgiConnection(this, socket, { peer: peerOf(facts, listener), protocol: scgi });
      case "scgi-nph":
        return new CgiConnection(this, socket, { peer: peerOf(facts, listener), protocol: scgiNph });
      case "fastcgi":
        return new FastcgiConnection(this, socket, { peer: peerOf(facts, listener), statusLine: "Status: " });
      case "fastcgi-nph":
        return new FastcgiConnection(this, socket, {
          peer: peerOf(facts, listener),
          statusLine: "HTTP/1.1 ",
        });
    }
  }

  #openHttp(socket: Socket, facts: ConnectionFacts): Http1Connection {
    return new Http1Connection(this, socket, {
      facts: encodeConnection(facts),
      address: facts.remoteAddress,
      forwarding: this.#forwardingOf(facts),
    });
  }

  /** Null where nothing that the peer says of its client counts. */
  #forwardingOf(facts: ConnectionFacts): Forwarding | null {
    const logsHeader = this.settings.logsForwardedFor;
    const { remoteAddress } = facts;
    const isProxy = remoteAddress === "" || this.#proxies?.networks.includes(remoteAddress);
    const proxies = isProxy ? this.#proxies : null;
    if (proxies === null && !logsHeader) return null;
    return new Forwarding(facts, { proxies, logsHeader, log: this.log });
  }

  /** A connection has ended. */
  forget(connection: ClientConnection): void {
    this.connections.delete(connection);
    this.#checkDrained();
  }

  /** Answers in the application's place, for a connection that closes. Returns the size of the body. */
  sendPage(socket: Socket, refusal: Refusal, isHead: boolean): number {
    socket.write(this.suffixes.page(refusal, { connection: PERSISTENCE.close, isHead }));
    return isHead ? 0 : pageBody(refusal).length;
  }

  /** What could not be read as a request has no exchange that logs it. */
  logUnread(address: string, { status, message }: Refusal, bytes: number): void {
    const request = { address, requestLine: "-", milliseconds: 0 };
    this.accessLog?.add({ time: Date.now(), worker: 0, ...request, status, bytes, note: message });
  }

  /**
   * Stops accepting, after it has taken in what the kernel has accepted already; resolves when the
   * last connection has ended. Idle ones end at once, or may ask once more for so many milliseconds.
   */
  async drain(patience: number): Promise<void> {
    this.isDraining = true;
    await new Promise((resolve) => setTimeout(resolve, LAST_ACCEPT));
    for (const { server } of this.#servers) server.close();
    const deadline = patience === 0 ? null : this.clock.now() + patience;
    for (const connection of this.connections) connection.closeIfIdle(deadline);
    await new Promise<void>((resolve) => {
      this.#onDrained = resolve;
      this.#checkDrained();
    });
  }

  #checkDrained(): void {
    if (this.#onDrained === null || this.connections.size > 0) return;
    clearInterval(this.#timer);
    this.#onDrained();
  }

  #sweep(): void {
    const now = this.clock.now();
    this.suffixes.setDate(Date.now());
    this.pool.sweep(now);
    for (const connection of this.connections) this.#checkDeadline(connection, now);
  }

  #checkDeadline(connection: ClientConnection, now: number): void {
    try {
      connection.checkDeadline(now);
    } catch (error) {
      this.giveUp(connection, error);
    }
  }

  /** A bug of ours that one client meets must not cut off all the others. */
  giveUp(connection: ClientConnection, error: unknown): void {
    this.log.bug(`connection of ${connection.address}`, error);
    connection.socket.destroy();
  }
}

function webServersOf({ allowedPeers }: RouterSettings): NetworkList | null {
  return allowedPeers.length === 0 ? null : new NetworkList(allowedPeers);
}

function proxiesOf({ forwardingProxies, forwardedHeaders }: RouterSettings): TrustedProxies | null {
  if (forwardingProxies.length === 0) return null;
  return { networks: new NetworkList(forwardingProxies), headers: new Set(forwardedHeaders) };
}

function connectionFacts(socket: Socket, listener: ListenerMessage): ConnectionFacts {
  const address = socket.remoteAddress ?? "";
  return {
    serverName: listener.serverName,
    serverPort: listener.serverPort,
    remoteAddress: address.startsWith("::ffff:") ? address.slice(7) : address,
    remotePort: socket.remotePort === undefined ? "" : String(socket.remotePort),
    scheme: "http",
    host: null,
  };
}
