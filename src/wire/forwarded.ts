/**
 * What proxies say of the client in X-Forwarded-For, -Proto, -Host and -Port, or in Forwarded (RFC 7239).
 * Each proxy adds what it has seen at the right, behind what it was told: so all is read from the right, and
 * only as far as trusted proxies have written it.
 */

export interface Node {
  readonly address: string;
  /** "" where it is not told. */
  readonly port: string;
}

/** One proxy's word on whom it was asked by; "" for what it does not tell. */
export interface Hop {
  readonly node: string;
  readonly scheme: string;
  readonly host: string;
}

export interface ForwardedFor {
  /** The client as far as trusted proxies know it; null where none tells. */
  readonly client: Node | null;
  /** How many trusted proxies stand before the one that knows it. */
  readonly hops: number;
  /** What could not be read. */
  readonly wrong: string | null;
}

/** Walks from the right, past the trusted proxies, to the first that is none, or to the end. */
export function findClient(nodes: readonly string[], isTrusted: (address: string) => boolean): ForwardedFor {
  let client: Node | null = null;
  let hops = 0;
  for (let at = nodes.length - 1; at >= 0; at--) {
    const text = nodes[at] as string;
    const node = readNode(text);
    if (node === null) return { client, hops: Math.max(hops - 1, 0), wrong: isHidden(text) ? null : text };
    client = node;
    if (!isTrusted(node.address)) break;
    if (at > 0) hops++;
  }
  return { client, hops, wrong: null };
}

/** "192.0.2.1", "192.0.2.1:4711", "2001:db8::1", "[2001:db8::1]:4711" (RFC 7239 §6); null for anything else. */
export function readNode(text: string): Node | null {
  const [, bracketed, v4, port = ""] = /^(?:\[([^\]]*)\]|([\d.]+))(?::(\d{1,5}))?$/.exec(text) ?? [];
  if (port !== "" && readPort(port) === null) return null;
  if (v4 !== undefined) return isIpv4(v4) ? { address: v4, port } : null;
  const v6 = bracketed ?? text;
  if (!isIpv6(v6)) return null;
  const mapped = /^::ffff:([\d.]+)$/i.exec(v6)?.[1];
  return { address: mapped ?? v6.toLowerCase(), port };
}

/** RFC 7239 §6.2 and §6.3. */
function isHidden(text: string): boolean {
  return text === "" || /^(?:unknown|_[\w.-]+)(?::[\w.-]+)?$/i.test(text);
}

function isIpv4(text: string): boolean {
  const parts = text.split(".");
  return parts.length === 4 && parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) < 256);
}

/** The URL standard reads exactly these between brackets. */
function isIpv6(text: string): boolean {
  return /^[\d.:a-f]{2,45}$/i.test(text) && URL.canParse(`http://[${text}]/`);
}

export function readPort(text: string): number | null {
  const port = /^[1-9]\d{0,4}$/.test(text) ? Number(text) : Number.NaN;
  return port <= 65_535 ? port : null;
}

export function readScheme(text: string): "http" | "https" | null {
  switch (text.toLowerCase()) {
    case "http":
    case "ws":
      return "http";
    case "https":
    case "wss":
      return "https";
    default:
      return null;
  }
}

/** A name or an address, and perhaps a port: what a Host header may say (RFC 9110 §7.2). */
export function readHost(text: string): { readonly name: string; readonly port: string } | null {
  if (text.length > 255) return null;
  const [, name, port = ""] = /^(\[[\d.:a-f]+\]|[\w.-]+)(?::(\d{1,5}))?$/i.exec(text) ?? [];
  if (name === undefined || (port !== "" && readPort(port) === null)) return null;
  return { name, port };
}

/** The parts of a list: "a, b" */
export function splitList(text: string): readonly string[] {
  return text.split(",").map((part) => part.trim());
}

/** What the proxy said that stands `hops` from the right; where fewer have spoken, the first of them. */
export function atHop(text: string, hops: number): string {
  const parts = splitList(text);
  return parts[Math.max(parts.length - 1 - hops, 0)] as string;
}

const PAIR = /[ \t]*([!#$%&'*+.^_`|~\w-]+)=(?:"((?:[^"\\]|\\.)*)"|([!#$%&'*+.^_`|~\w-]+))[ \t]*/y;

/** The elements of a Forwarded header (RFC 7239 §4), or null where it is none. */
export function readForwarded(text: string): readonly Hop[] | null {
  const hops: Hop[] = [];
  let at = 0;
  for (;;) {
    const pairs = new Map<string, string>();
    for (;;) {
      PAIR.lastIndex = at;
      const [pair, name = "", quoted, token = ""] = PAIR.exec(text) ?? [];
      if (pair === undefined || pairs.has(name.toLowerCase())) return null;
      pairs.set(name.toLowerCase(), quoted?.replace(/\\(.)/g, "$1") ?? token);
      at += pair.length;
      if (text[at] !== ";") break;
      at++;
    }
    const node = pairs.get("for") ?? "";
    hops.push({ node, scheme: pairs.get("proto") ?? "", host: pairs.get("host") ?? "" });
    if (at === text.length) return hops;
    if (text[at] !== ",") return null;
    at++;
  }
}
