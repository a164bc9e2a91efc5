import type { ListenerMessage } from "../../base/listener-message.ts";
import { encodeDefaults } from "../../wire/cgi/environ.ts";
import type { ConnectionFacts } from "../../wire/environ.ts";

/** The web server at the other end of a connection. */
export interface Peer {
  readonly address: string;
  /** For people: "192.0.2.1:4711", "a peer on unix:/run/a.sock". */
  readonly title: string;
  /** The environ's beginning. */
  readonly defaults: Buffer;
}

export function peerOf(facts: ConnectionFacts, { url }: ListenerMessage): Peer {
  const { remoteAddress: address, remotePort } = facts;
  const title = address === "" ? `a peer on ${url}` : `${address}:${remotePort}`;
  return { address, title, defaults: encodeDefaults(facts) };
}
