import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type ProxyHead, readProxyHead } from "../../src/wire/proxy-protocol.ts";

const SIGNATURE = "\r\n\r\n\0\r\nQUIT\n";

function binary(versionAndCommand: number, family: number, ...content: readonly number[]): Buffer {
  const size = [content.length >> 8, content.length & 255];
  return Buffer.concat([
    Buffer.from(SIGNATURE, "latin1"),
    Buffer.from([versionAndCommand, family, ...size, ...content]),
  ]);
}

const IPV4 = [192, 0, 2, 1, 198, 51, 100, 2, 0x12, 0x34, 0x01, 0xbb];
const IPV6 = [
  ...[0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1],
  ...[0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1],
  ...[0x12, 0x34, 0x01, 0xbb],
];
const TLV = [3, 0, 1, 7];

type Client = (ProxyHead & { kind: "head" })["client"];

const heads: readonly (readonly [string, Buffer, Client])[] = [
  [
    "version 1, IPv4",
    Buffer.from("PROXY TCP4 192.0.2.1 198.51.100.2 4660 443\r\n"),
    { address: "192.0.2.1", port: 4660, serverAddress: "198.51.100.2", serverPort: 443 },
  ],
  [
    "version 1, IPv6",
    Buffer.from("PROXY TCP6 2001:db8::1 ::1 4660 443\r\n"),
    { address: "2001:db8::1", port: 4660, serverAddress: "::1", serverPort: 443 },
  ],
  ["version 1, unknown", Buffer.from("PROXY UNKNOWN\r\n"), null],
  ["version 1, unknown with more", Buffer.from("PROXY UNKNOWN ffff::1 ffff::1 1 1\r\n"), null],
  [
    "version 2, IPv4",
    binary(0x21, 0x11, ...IPV4),
    { address: "192.0.2.1", port: 4660, serverAddress: "198.51.100.2", serverPort: 443 },
  ],
  [
    "version 2, IPv4 with a TLV",
    binary(0x21, 0x11, ...IPV4, ...TLV),
    { address: "192.0.2.1", port: 4660, serverAddress: "198.51.100.2", serverPort: 443 },
  ],
  [
    "version 2, IPv6",
    binary(0x21, 0x21, ...IPV6),
    { address: "2001:db8::1", port: 4660, serverAddress: "::1", serverPort: 443 },
  ],
  ["version 2, a health check", binary(0x20, 0x00), null],
  ["version 2, a Unix socket", binary(0x21, 0x31, ...new Array<number>(216).fill(0)), null],
];

for (const [name, bytes, client] of heads) {
  test(`${name} is read, and only when it is there in full`, () => {
    assert.deepEqual(readProxyHead(Buffer.concat([bytes, Buffer.from("GET")])), {
      kind: "head",
      end: bytes.length,
      client,
    });
    for (let size = 0; size < bytes.length; size++)
      assert.deepEqual(readProxyHead(bytes.subarray(0, size)), { kind: "incomplete" }, `${size} bytes`);
  });
}

const malformed: readonly Buffer[] = [
  ...[
    "GET / HTTP/1.1\r\n",
    "PROXY TCP4 192.0.2.1 198.51.100.2 4660\r\n",
    "PROXY TCP4 192.0.2.1 198.51.100.2 4660 443 1\r\n",
    "PROXY TCP4 192.0.2.256 198.51.100.2 4660 443\r\n",
    "PROXY TCP4 192.0.2.01 198.51.100.2 4660 443\r\n",
    "PROXY TCP4 ::1 ::1 4660 443\r\n",
    "PROXY TCP6 192.0.2.1 192.0.2.1 4660 443\r\n",
    "PROXY TCP6 2001:db8::1::2 ::1 4660 443\r\n",
    "PROXY TCP4 192.0.2.1 198.51.100.2 65536 443\r\n",
    "PROXY TCP4 192.0.2.1 198.51.100.2 -1 443\r\n",
    "PROXY TCP4  192.0.2.1 198.51.100.2 1 443\r\n",
    "PROXY UDP4 192.0.2.1 198.51.100.2 1 443\r\n",
    "PROXY \r\n",
    `PROXY UNKNOWN ${"x".repeat(100)}\r\n`,
  ].map((text) => Buffer.from(text, "latin1")),
  binary(0x11, 0x11, ...IPV4),
  binary(0x22, 0x11, ...IPV4),
  binary(0x21, 0x11, ...IPV4.slice(0, 11)),
  binary(0x21, 0x21, ...IPV4),
  binary(0x21, 0x41, ...IPV4),
  Buffer.concat([Buffer.from(SIGNATURE, "latin1"), Buffer.from([0x21, 0x11, 0xff, 0xff])]),
];

for (const bytes of malformed)
  test(`refused: ${JSON.stringify(bytes.toString("latin1"))}`, () => {
    assert.equal(readProxyHead(bytes).kind, "malformed");
  });

test("no bytes make it throw", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 120 }), (bytes) => void readProxyHead(Buffer.from(bytes))),
  );
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
      readProxyHead(Buffer.concat([Buffer.from(SIGNATURE, "latin1"), Buffer.from(bytes)]));
      readProxyHead(Buffer.concat([Buffer.from("PROXY TCP6 "), Buffer.from(bytes)]));
    }),
  );
});
