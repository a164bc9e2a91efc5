/**
 * The header names that tsgi knows, each with the environ key it becomes.
 * Only these travel as interned strings to the worker: interning the names that clients
 * invent would leak memory for ever.
 */

/** What the parser does with a header beside passing it on. */
export const ROLE = {
  plain: 0,
  host: 1,
  contentLength: 2,
  transferEncoding: 3,
  connection: 4,
  expect: 5,
  contentType: 6,
  cookie: 7,
  /** Never passed on: HTTP_PROXY would steer HTTP clients in child processes (httpoxy, CVE-2016-5385). */
  dropped: 8,
  /** What a proxy says of the client. */
  forwarded: 9,
} as const;

export interface KnownHeader {
  readonly name: string;
  readonly role: number;
  readonly key: string;
  readonly index: number;
}

const roles: Readonly<Record<string, number>> = {
  host: ROLE.host,
  "content-length": ROLE.contentLength,
  "transfer-encoding": ROLE.transferEncoding,
  connection: ROLE.connection,
  expect: ROLE.expect,
  "content-type": ROLE.contentType,
  cookie: ROLE.cookie,
  proxy: ROLE.dropped,
  forwarded: ROLE.forwarded,
  "x-forwarded-for": ROLE.forwarded,
  "x-forwarded-host": ROLE.forwarded,
  "x-forwarded-port": ROLE.forwarded,
  "x-forwarded-proto": ROLE.forwarded,
};

const names = [
  ...Object.keys(roles),
  ..."accept accept-charset accept-encoding accept-language authorization cache-control date dnt".split(" "),
  ..."from if-match if-modified-since if-none-match if-range if-unmodified-since".split(" "),
  ..."keep-alive max-forwards origin pragma priority proxy-authorization range referer te".split(" "),
  ..."trailer upgrade upgrade-insecure-requests user-agent via x-csrftoken".split(" "),
  ..."x-real-ip x-request-id".split(" "),
  ..."x-requested-with sec-ch-ua sec-ch-ua-mobile sec-ch-ua-platform sec-fetch-dest".split(" "),
  ..."sec-fetch-mode sec-fetch-site sec-fetch-user sec-gpc traceparent tracestate".split(" "),
];

export const knownHeaders: readonly KnownHeader[] = names.map((name, index) => ({
  name,
  role: roles[name] ?? ROLE.plain,
  key: environKey(name),
  index,
}));

/** RFC 3875 §4.1.18: upper case, "-" as "_", HTTP_ before all but the two of §4.1.2 and §4.1.3. */
export function environKey(name: string): string {
  const key = name.toUpperCase().replaceAll("-", "_");
  return key === "CONTENT_TYPE" || key === "CONTENT_LENGTH" ? key : `HTTP_${key}`;
}

const SLOTS = 1024;
const byHash: (KnownHeader | undefined)[] = new Array(SLOTS).fill(undefined);

for (const header of knownHeaders) {
  let at = nameHash(Buffer.from(header.name, "latin1")) & (SLOTS - 1);
  while (byHash[at] !== undefined) at = (at + 1) & (SLOTS - 1);
  byHash[at] = header;
}

/** The hash that the parser computes while it scans a name: letters folded by bit 5. */
export function nameHash(name: Buffer): number {
  let hash = 0;
  for (const byte of name) hash = (Math.imul(hash, 31) + (byte | 32)) | 0;
  return hash;
}

/** The known header at `bytes[start, end)`, in any case, by the hash of its name; or undefined. */
export function findKnown(bytes: Buffer, start: number, end: number, hash: number): KnownHeader | undefined {
  for (let at = hash & (SLOTS - 1); ; at = (at + 1) & (SLOTS - 1)) {
    const header = byHash[at];
    if (header === undefined || matches(header.name, bytes, start, end)) return header;
  }
}

function matches(name: string, bytes: Buffer, start: number, end: number): boolean {
  if (end - start !== name.length) return false;
  for (let i = 0; i < name.length; i++) {
    let byte = bytes[start + i] as number; // within [start, end)
    if (byte >= 65 && byte <= 90) byte |= 32;
    if (byte !== name.charCodeAt(i)) return false;
  }
  return true;
}
