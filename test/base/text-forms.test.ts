import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type Address, parseAddress, showAddress } from "../../src/base/address.ts";
import { LONGEST_DURATION, parseDuration, showDuration } from "../../src/base/duration.ts";
import type { Parsed } from "../../src/base/parsed.ts";
import { parseSize, showSize } from "../../src/base/size.ts";

function read<T>(text: Parsed<T>): T | null {
  return text.kind === "value" ? text.value : null;
}

for (const [text, milliseconds] of [
  ["0", 0],
  ["30", 30_000],
  ["30s", 30_000],
  ["500ms", 500],
  ["1.5s", 1500],
  ["2m", 120_000],
  ["1h", 3_600_000],
  ["24d", LONGEST_DURATION],
  ["25d", null],
  ["", null],
  ["-1", null],
  ["1e3", null],
  ["0x10", null],
  [" 5", null],
  ["5 s", null],
  ["5S", null],
  ["1.", null],
] as const) {
  test(`parseDuration(${JSON.stringify(text)}) is ${milliseconds}`, () => {
    assert.equal(read(parseDuration(text)), milliseconds);
  });
}

for (const [text, bytes] of [
  ["0", 0],
  ["4096", 4096],
  ["64k", 65_536],
  ["64K", 65_536],
  ["1m", 1_048_576],
  ["2GiB", 2_147_483_648],
  ["10b", 10],
  ["1.5m", null],
  ["k", null],
  ["1t", null],
  ["+1", null],
  ["99999999999g", null],
] as const) {
  test(`parseSize(${JSON.stringify(text)}) is ${bytes}`, () => assert.equal(read(parseSize(text)), bytes));
}

test("showDuration() and showSize() are read back as what they show", () => {
  fc.assert(fc.property(fc.nat(LONGEST_DURATION), (n) => read(parseDuration(showDuration(n))) === n));
  fc.assert(fc.property(fc.maxSafeNat(), (n) => read(parseSize(showSize(n))) === n));
});

const addresses: readonly (readonly [string, Address | null])[] = [
  ["127.0.0.1:8000", { kind: "tcp", host: "127.0.0.1", port: 8000, family: 4 }],
  [":80", { kind: "tcp", host: "0.0.0.0", port: 80, family: 4 }],
  ["*:80", { kind: "tcp", host: "0.0.0.0", port: 80, family: 4 }],
  ["example.org:0", { kind: "tcp", host: "example.org", port: 0 }],
  ["[::]:80", { kind: "tcp", host: "::", port: 80, family: 6 }],
  ["[::ffff:1.2.3.4]:80", { kind: "tcp", host: "::ffff:1.2.3.4", port: 80, family: 6 }],
  ["[fe80::1%eth0]:80", { kind: "tcp", host: "fe80::1%eth0", port: 80, family: 6 }],
  ["/run/a.sock", { kind: "unix", path: "/run/a.sock" }],
  ["./a", { kind: "unix", path: "./a" }],
  ["a.sock", { kind: "unix", path: "a.sock" }],
  ["/run/a:1", { kind: "unix", path: "/run/a:1" }],
  ["unix:a", { kind: "unix", path: "a" }],
  ["unix:///run/a.sock", { kind: "unix", path: "/run/a.sock" }],
  ["@name", { kind: "abstract", name: "name" }],
  ["unix:@name", { kind: "abstract", name: "name" }],
  ["fd://3", { kind: "fd", fd: 3 }],
  [`/${"a".repeat(106)}`, { kind: "unix", path: `/${"a".repeat(106)}` }],
  [`/${"a".repeat(107)}`, null],
  ["", null],
  [":", null],
  ["8000", null],
  ["localhost", null],
  ["127.0.0.1", null],
  ["127.0.0.01:80", null],
  ["1.2.3:80", null],
  [":65536", null],
  [":-1", null],
  ["::1:80", null],
  ["[::1]", null],
  ["[1::2::3]:80", null],
  ["[1:2:3:4:5:6:7]:80", null],
  ["[1:2:3:4:5:6:7:8:9]:80", null],
  ["[::12345]:80", null],
  ["@", null],
  ["unix:", null],
  ["fd://", null],
  ["fd://-1", null],
  ["http://a:80", null],
  ["a b:80", null],
];

for (const [text, wanted] of addresses) {
  test(`parseAddress(${JSON.stringify(text)}) ${wanted === null ? "is refused" : "is read"}`, () => {
    const address = read(parseAddress(text));
    assert.deepEqual(address, wanted);
    if (address !== null) assert.deepEqual(read(parseAddress(showAddress(address))), address);
  });
}
