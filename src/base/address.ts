/**
 * Addresses to listen on, as text and as a value.
 * Reads only the form: no name is looked up and no path is touched.
 */

import { invalid, type Parsed, parsed } from "./parsed.ts";

export type Address =
  /** `family` where the host is a literal address; without it the host is a name to be looked up. */
  | { readonly kind: "tcp"; readonly host: string; readonly port: number; readonly family?: 4 | 6 }
  | { readonly kind: "unix"; readonly path: string }
  /** A name in Linux' abstract namespace, without the leading NUL or "@". */
  | { readonly kind: "abstract"; readonly name: string }
  /** A listening or bound socket that was inherited. */
  | { readonly kind: "fd"; readonly fd: number };

/** sun_path holds 108 bytes, the last of them (or the first, in the abstract namespace) is a NUL. */
const LONGEST_SOCKET_PATH = 107;

const FORMS = '"127.0.0.1:8000", ":8000", "[::1]:8000", "/path/to.sock", "@abstract" or "fd://3"';

/**
 * The forms of uWSGI and Gunicorn: "host:port", ":port" (every IPv4 address), "*:port", "[v6]:port",
 * a path ("/run/a.sock", "./a.sock", "a.sock"), "unix:path", "@abstract", "fd://3".
 */
export function parseAddress(text: string): Parsed<Address> {
  if (text.startsWith("fd://")) return descriptor(text.slice("fd://".length));
  if (text.startsWith("unix:")) return unixSocket(text.slice("unix:".length).replace(/^\/\/(?=\/)/, ""));
  if (text.startsWith("@")) return unixSocket(text);
  if (text.startsWith("[")) return ipv6(text);
  if (!/^[a-z]+:\/\//i.test(text) && (text.includes("/") || /\.sock(et)?$/.test(text)))
    return unixSocket(text);
  return hostAndPort(text);
}

/** As people write it; parseAddress() reads it back. */
export function showAddress(address: Address): string {
  switch (address.kind) {
    case "tcp":
      return `${address.host.includes(":") ? `[${address.host}]` : address.host}:${address.port}`;
    case "unix":
      return /\/|\.sock(et)?$/.test(address.path) ? address.path : `unix:${address.path}`;
    case "abstract":
      return `@${address.name}`;
    case "fd":
      return `fd://${address.fd}`;
  }
}

function descriptor(digits: string): Parsed<Address> {
  if (!/^\d{1,5}$/.test(digits)) return invalid('a descriptor\'s number behind "fd://"');
  return parsed({ kind: "fd", fd: Number(digits) });
}

function unixSocket(path: string): Parsed<Address> {
  const name = path.startsWith("@") ? path.slice(1) : path;
  if (name === "" || name.includes("\0")) return invalid("the path of a Unix socket");
  if (Buffer.byteLength(name) > LONGEST_SOCKET_PATH) {
    return invalid(`a Unix socket's path of at most ${LONGEST_SOCKET_PATH} bytes`);
  }
  return parsed(path === name ? { kind: "unix", path } : { kind: "abstract", name });
}

function ipv6(text: string): Parsed<Address> {
  const match = /^\[([0-9a-f:.]+(?:%[\w.-]+)?)\]:(\d+)$/i.exec(text);
  const host = match?.[1];
  const port = readPort(match?.[2]);
  if (host === undefined || !isIpv6(host)) return invalid('an IPv6 address and a port such as "[::1]:8000"');
  if (port === null) return invalid("a port from 0 to 65535");
  return parsed({ kind: "tcp", host, port, family: 6 });
}

function hostAndPort(text: string): Parsed<Address> {
  const match = /^([^:]*):(\d+)$/.exec(text);
  if (/^\d+$/.test(text)) return invalid(`an address with the port, ":${text}" or "127.0.0.1:${text}",`);
  if (match === null) return invalid(`an address such as ${FORMS}`);
  const port = readPort(match[2]);
  if (port === null) return invalid("a port from 0 to 65535");
  const host = match[1] ?? "";
  if (host === "" || host === "*") return parsed({ kind: "tcp", host: "0.0.0.0", port, family: 4 });
  if (/^[\d.]+$/.test(host))
    return isIpv4(host) ? parsed({ kind: "tcp", host, port, family: 4 }) : invalid("an IPv4 address");
  if (!/^[\p{L}\p{N}]([\p{L}\p{N}._-]*)$/u.test(host)) return invalid(`an address such as ${FORMS}`);
  return parsed({ kind: "tcp", host, port });
}

function readPort(digits: string | undefined): number | null {
  if (digits === undefined || !/^\d{1,5}$/.test(digits) || Number(digits) > 65535) return null;
  return Number(digits);
}

function isIpv4(host: string): boolean {
  const parts = host.split(".");
  return parts.length === 4 && parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) <= 255);
}

function isIpv6(host: string): boolean {
  const literal = host.replace(/%.*$/, "");
  const [head = "", tail, ...more] = literal.split("::");
  const dotted = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(literal);
  if (dotted?.[1] !== undefined && dotted[2] !== undefined)
    return isIpv4(dotted[2]) && isIpv6(`${dotted[1]}0:0`);
  const groups = [head, tail ?? ""].flatMap((part) => (part === "" ? [] : part.split(":")));
  if (more.length > 0 || !groups.every((group) => /^[0-9a-f]{1,4}$/i.test(group))) return false;
  return tail === undefined ? groups.length === 8 : groups.length <= 7;
}
