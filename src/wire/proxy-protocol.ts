/**
 * The PROXY protocol, versions 1 and 2 (the specification of HAProxy, 2020): who the client is, said by a
 * proxy before the first byte of the client's. Only what a trusted proxy says may be believed.
 */

export interface ProxiedClient {
  readonly address: string;
  readonly port: number;
  /** Where the client has connected. */
  readonly serverAddress: string;
  readonly serverPort: number;
}

export type ProxyHead =
  | { readonly kind: "incomplete" }
  | { readonly kind: "malformed"; readonly why: string }
  /** `client` is null where the proxy speaks for itself: a health check (LOCAL), or an unknown protocol. */
  | { readonly kind: "head"; readonly end: number; readonly client: ProxiedClient | null };

const SIGNATURE = Buffer.from("\r\n\r\n\0\r\nQUIT\n", "latin1");
const VERSION_1 = Buffer.from("PROXY ");
/** With its CR LF; §2.1. */
const LONGEST_LINE = 107;
const BINARY_HEADER = 16;
/** Of what follows the binary header: addresses and TLVs. */
const MOST_BINARY = 4096;

/** Reads what stands at the beginning of a connection. */
export function readProxyHead(bytes: Buffer): ProxyHead {
  if (isPrefix(bytes, SIGNATURE)) return readBinary(bytes);
  if (isPrefix(bytes, VERSION_1)) return readLine(bytes);
  return malformed("it begins with no PROXY header");
}

function isPrefix(bytes: Buffer, mark: Buffer): boolean {
  const size = Math.min(bytes.length, mark.length);
  return bytes.compare(mark, 0, size, 0, size) === 0;
}

function readLine(bytes: Buffer): ProxyHead {
  const end = bytes.subarray(0, LONGEST_LINE).indexOf("\r\n");
  if (end < 0)
    return bytes.length < LONGEST_LINE ? { kind: "incomplete" } : malformed("its PROXY line is too long");
  const [, family, source = "", target = "", sourcePort = "", targetPort = "", ...more] = bytes
    .toString("latin1", 0, end)
    .split(" ");
  const behind = end + 2;
  if (family === "UNKNOWN") return { kind: "head", end: behind, client: null };
  const isAddress = family === "TCP4" ? isIpv4 : family === "TCP6" ? isIpv6 : () => false;
  const [port, serverPort] = [readPort(sourcePort), readPort(targetPort)];
  if (!isAddress(source) || !isAddress(target) || port === null || serverPort === null || more.length > 0)
    return malformed("its PROXY line is not PROXY TCP4|TCP6 SOURCE TARGET PORT PORT");
  return { kind: "head", end: behind, client: { address: source, port, serverAddress: target, serverPort } };
}

function readPort(text: string): number | null {
  const port = /^(0|[1-9]\d{0,4})$/.test(text) ? Number(text) : Number.NaN;
  return port <= 65_535 ? port : null;
}

function isIpv4(text: string): boolean {
  const parts = text.split(".");
  return parts.length === 4 && parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) < 256);
}

function isIpv6(text: string): boolean {
  return text.includes(":") && /^[0-9A-Fa-f:.]{2,45}$/.test(text) && URL.canParse(`http://[${text}]/`);
}

function readBinary(bytes: Buffer): ProxyHead {
  if (bytes.length < BINARY_HEADER) return { kind: "incomplete" };
  const [version, command] = [(bytes[12] as number) >> 4, (bytes[12] as number) & 0xf];
  const size = bytes.readUInt16BE(14);
  if (version !== 2 || command > 1) return malformed("its PROXY header is of no known version or command");
  if (size > MOST_BINARY) return malformed(`its PROXY header has ${size} bytes`);
  const end = BINARY_HEADER + size;
  if (bytes.length < end) return { kind: "incomplete" };
  const family = (bytes[13] as number) >> 4;
  if (command === 0 || family === 0 || family === 3) return { kind: "head", end, client: null };
  if (family === 1 && size >= 12) return { kind: "head", end, client: binaryClient(bytes, 4, showIpv4) };
  if (family === 2 && size >= 36) return { kind: "head", end, client: binaryClient(bytes, 16, showIpv6) };
  return malformed("its PROXY header has no addresses that fit its family");
}

function binaryClient(bytes: Buffer, width: number, show: (address: Buffer) => string): ProxiedClient {
  const at = BINARY_HEADER;
  const ports = at + 2 * width;
  return {
    address: show(bytes.subarray(at, at + width)),
    serverAddress: show(bytes.subarray(at + width, ports)),
    port: bytes.readUInt16BE(ports),
    serverPort: bytes.readUInt16BE(ports + 2),
  };
}

function showIpv4(address: Buffer): string {
  return [...address].join(".");
}

/** In the form of RFC 5952, which the URL standard has too. */
function showIpv6(address: Buffer): string {
  const groups = Array.from({ length: 8 }, (_, index) => address.readUInt16BE(index * 2).toString(16));
  return new URL(`http://[${groups.join(":")}]/`).hostname.slice(1, -1);
}

function malformed(why: string): ProxyHead {
  return { kind: "malformed", why };
}
