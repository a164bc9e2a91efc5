/** Heads made by the rules of RFC 9112, for properties. */

import fc from "fast-check";
import { knownHeaders, ROLE } from "../../src/wire/http1/known-headers.ts";

export interface MadeHead {
  readonly method: string;
  readonly path: string;
  readonly query: string | null;
  readonly version: "1.0" | "1.1";
  readonly host: string;
  /** The lines behind Host. */
  readonly fields: readonly (readonly [name: string, value: string])[];
}

const LETTERS = "!#$%&'*+-.^`|~0123456789ABCYZabcyz";
const token = fc.string({ unit: fc.constantFrom(...LETTERS), minLength: 1, maxLength: 12 });

function latin1(accepts: (byte: number) => boolean): string[] {
  return Array.from({ length: 256 }, (_, byte) => byte)
    .filter(accepts)
    .map((byte) => String.fromCharCode(byte));
}

const pathBytes = fc.constantFrom(
  ...latin1((byte) => byte > 32 && byte !== 127 && byte !== 35 && byte !== 63),
);
const valueBytes = fc.constantFrom(...latin1((byte) => byte === 9 || (byte >= 32 && byte !== 127)));
const escapes = fc.constantFrom("%2F", "%41", "%e4", "%C3%a4", "%25", "%2541", "%", "%4", "%zz", "%00");

const path = fc
  .array(fc.oneof({ weight: 4, arbitrary: pathBytes }, escapes), { maxLength: 60 })
  .map((parts) => `/${parts.join("")}`);

const value = fc
  .oneof(
    fc.string({ unit: valueBytes, maxLength: 20 }),
    fc.string({ unit: fc.constantFrom("a", " ", ",", '"'), maxLength: 20 }),
    fc.string({ unit: valueBytes, minLength: 250, maxLength: 300 }),
    fc.nat(600).map((size) => "v".repeat(size)),
  )
  .map((text) => text.replace(/^[ \t]+/, "").replace(/[ \t]+$/, ""));

/** Names whose values have rules of their own come in the tables. */
const plainNames = knownHeaders.filter(({ role }) =>
  [ROLE.plain, ROLE.cookie, ROLE.dropped].some((one) => one === role),
);
const ruled = new Set([
  "host",
  "content-length",
  "transfer-encoding",
  "connection",
  "expect",
  "content-type",
]);

const name = fc.oneof(
  fc.constantFrom(...plainNames.map((header) => header.name)),
  fc.constantFrom("X-Own", "x-oWN", "constructor", "__proto__", "x_own", "Cookie", "COOKIE", "Proxy"),
  token.filter((text) => !ruled.has(text.toLowerCase())),
  fc.nat(300).map((size) => `x${"-a".repeat(size)}`),
);

export const anyHead: fc.Arbitrary<MadeHead> = fc.record({
  method: fc.oneof(fc.constantFrom("GET", "POST", "HEAD", "PUT", "DELETE", "GETS", "GE"), token),
  path,
  query: fc.option(fc.string({ unit: pathBytes, maxLength: 30 })),
  version: fc.constantFrom("1.0", "1.1"),
  host: fc.constantFrom("a.example", "127.0.0.1:8000", "[::1]:80"),
  fields: fc.array(fc.tuple(name, value), { maxLength: 12 }),
});

export function headText(head: MadeHead): string {
  const fields = [["Host", head.host] as const, ...head.fields].map(
    ([name, value]) => `${name}: ${value}\r\n`,
  );
  return `${head.method} ${targetOf(head)} HTTP/${head.version}\r\n${fields.join("")}\r\n`;
}

export function targetOf({ path, query }: MadeHead): string {
  return query === null ? path : `${path}?${query}`;
}
