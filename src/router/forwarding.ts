/**
 * The client of a request that came through a proxy, as the proxy's headers tell it. One for each connection
 * of a trusted proxy; all other connections have none, and their headers are the application's to read.
 */

import type { EventLog } from "../observe/event-log.ts";
import { type ConnectionFacts, encodeConnection } from "../wire/environ.ts";
import {
  atHop,
  findClient,
  readForwarded,
  readHost,
  readPort,
  readScheme,
  splitList,
} from "../wire/forwarded.ts";
import { type KnownHeader, ROLE } from "../wire/http1/known-headers.ts";
import type { RequestHead } from "../wire/http1/request-head.ts";
import type { NetworkList } from "./network-list.ts";

/** What does not make sense is told of this often: a proxy that writes it does so with each request. */
const SILENCE = 60_000;
/** Of a header, in the log. */
const SHOWN = 200;

/** Stands for a header that is not passed on. */
const LEFT_OUT: KnownHeader = { name: "", key: "", index: 0, role: ROLE.dropped };

/** Whose word counts, and in which headers. */
export interface TrustedProxies {
  readonly networks: NetworkList;
  readonly headers: ReadonlySet<string>;
}

/** Whose requests come over a connection. */
export interface Http1Client {
  /** The environ's beginning. */
  readonly facts: Buffer;
  /** For the log. */
  readonly address: string;
  /** Null where it speaks for itself. */
  readonly forwarding: Forwarding | null;
}

/** What the proxies say, "" for nothing. */
interface Word {
  readonly nodes: readonly string[];
  scheme(hops: number): string;
  host(hops: number): string;
  readonly port: string;
}

let silentUntil = 0;

export class Forwarding {
  readonly #own: ConnectionFacts;
  readonly #proxies: TrustedProxies | null;
  readonly #logsHeader: boolean;
  readonly #log: EventLog;
  readonly #peer: Http1Client;

  /** `proxies`: null where the peer is none, and only the log shows what it says (log-x-forwarded-for). */
  constructor(
    own: ConnectionFacts,
    parts: { proxies: TrustedProxies | null; logsHeader: boolean; log: EventLog },
  ) {
    this.#own = own;
    this.#proxies = parts.proxies;
    this.#logsHeader = parts.logsHeader;
    this.#log = parts.log;
    this.#peer = { facts: encodeConnection(own), address: own.remoteAddress, forwarding: this };
  }

  /** The peer's own, for what names no client. */
  get address(): string {
    return this.#peer.address;
  }

  /** Before the head is encoded: a Host header that a proxy has replaced is left out of it. */
  clientOf(head: RequestHead): Http1Client {
    const headers = forwardedHeaders(head);
    if (headers === null) return this.#peer;
    const client = this.#proxies === null ? this.#peer : this.#believe(head, headers, this.#proxies);
    const said = this.#logsHeader ? headers.get("x-forwarded-for") : undefined;
    return said === undefined ? client : { ...client, address: shownForwardedFor(said) };
  }

  #believe(
    head: RequestHead,
    headers: ReadonlyMap<string, string>,
    { networks, headers: set }: TrustedProxies,
  ): Http1Client {
    const word = this.#read(new Map([...headers].filter(([name]) => set.has(name))));
    if (word === null) return this.#peer;
    const { client, hops, wrong } = findClient(word.nodes, (address) => networks.includes(address));
    if (wrong !== null) this.#complain("the client's address", wrong);
    const own = this.#own;
    const scheme = this.#understand("the scheme", word.scheme(hops), readScheme);
    const hostText = word.host(hops);
    const host = this.#understand("the host", hostText, readHost);
    const port = this.#understand("the port", word.port, readPort);
    if (host !== null && head.host >= 0) head.known[head.host] = LEFT_OUT;
    const facts: ConnectionFacts = {
      serverName: host?.name ?? own.serverName,
      serverPort: port === null ? host?.port || own.serverPort : String(port),
      remoteAddress: client?.address ?? own.remoteAddress,
      remotePort: client?.port ?? own.remotePort,
      scheme: scheme ?? own.scheme,
      host: host === null ? null : hostText,
    };
    return { facts: encodeConnection(facts), address: facts.remoteAddress, forwarding: this };
  }

  /** Which of the two languages: where a proxy speaks the older one, the other header is a client's. */
  #read(headers: ReadonlyMap<string, string>): Word | null {
    const get = (name: string): string => headers.get(`x-forwarded-${name}`) ?? "";
    const nodes = get("for") === "" ? [] : splitList(get("for"));
    const [proto, host, port] = [get("proto"), get("host"), get("port")];
    if (nodes.length > 0 || proto !== "" || host !== "" || port !== "")
      return {
        nodes,
        scheme: (hops) => atHop(proto, hops),
        host: (hops) => atHop(host, hops),
        port: atHop(port, 0),
      };
    const said = headers.get("forwarded");
    if (said === undefined) return null;
    const elements = readForwarded(said);
    if (elements === null) {
      this.#complain("Forwarded", said);
      return null;
    }
    const at = (hops: number) => elements[elements.length - 1 - hops];
    return {
      nodes: elements.map(({ node }) => node),
      scheme: (hops) => at(hops)?.scheme ?? "",
      host: (hops) => at(hops)?.host ?? "",
      port: "",
    };
  }

  /** Null where nothing is said, or nothing that makes sense. */
  #understand<T>(what: string, text: string, read: (text: string) => T | null): T | null {
    if (text === "") return null;
    const value = read(text);
    if (value === null) this.#complain(what, text);
    return value;
  }

  #complain(what: string, text: string): void {
    const now = performance.now();
    if (now < silentUntil) return;
    silentUntil = now + SILENCE;
    const proxy = this.#own.remoteAddress || "behind a Unix socket";
    this.#log.event(
      `the proxy ${proxy} says of ${what} ${JSON.stringify(text.slice(0, SHOWN))}: ignored (said once a minute)`,
    );
  }
}

/** By name, in lower case; null where there are none. Repeated ones are joined (RFC 9110 §5.3). */
function forwardedHeaders(head: RequestHead): Map<string, string> | null {
  let found: Map<string, string> | null = null;
  for (let line = 0; line < head.count; line++) {
    const known = head.known[line];
    if (known?.role !== ROLE.forwarded) continue;
    const text = forwardedText(head, line);
    found ??= new Map();
    const earlier = found.get(known.name);
    found.set(known.name, earlier === undefined ? text : `${earlier},${text}`);
  }
  return found;
}

function forwardedText(head: RequestHead, line: number): string {
  return head.bytes.toString("latin1", head.valueStart[line], head.valueEnd[line]);
}

/** One word of a line of the log. */
export function shownForwardedFor(forwardedFor: string): string {
  return forwardedFor.slice(0, SHOWN).replace(/[\s"\\]|[^\x21-\x7e]/g, "") || "-";
}
