import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  encodePacket,
  MOST_BLOCK,
  PACKET_HEADER,
  readHeader,
  readVars,
} from "../../../src/wire/cgi/uwsgi-packet.ts";
import { Vars } from "../../../src/wire/cgi/vars.ts";

type Pair = readonly [string, string];

const latin1 = fc.string({ unit: fc.nat(255).map((code) => String.fromCharCode(code)), maxLength: 300 });
const pairs = fc.array(
  fc.tuple(
    latin1.filter((text) => text !== ""),
    latin1,
  ),
  { maxLength: 40 },
);

function read(packet: Buffer, most = 1000): readonly Pair[] | string {
  const vars = new Vars();
  const why = readVars(vars, packet, PACKET_HEADER, packet.length, most);
  return why ?? Array.from({ length: vars.count }, (_, at) => [vars.key(at), vars.value(at)]);
}

/** A block as it stands, with a header in front. */
function packetOf(...bytes: readonly number[]): Buffer {
  return Buffer.from([0, bytes.length, 0, 0, ...bytes]);
}

test("what is encoded is read again, whatever it is", () => {
  fc.assert(
    fc.property(pairs, (some) => {
      const packet = encodePacket(some, { modifier1: 30, modifier2: 7 });
      assert.deepEqual(readHeader(packet, 0), {
        modifier1: 30,
        modifier2: 7,
        size: packet.length - PACKET_HEADER,
      });
      assert.deepEqual(read(packet), some);
    }),
  );
});

test("a header that is not there in full needs more bytes", () => {
  const packet = encodePacket([["A", "b"]]);
  for (let size = 0; size < PACKET_HEADER; size++)
    assert.equal(readHeader(packet.subarray(0, size), 0), null);
});

test("a block of the greatest size is read, and none that is larger is made", () => {
  const value = "x".repeat(MOST_BLOCK - 2 - 1 - 2);
  assert.deepEqual(read(encodePacket([["A", value]])), [["A", value]]);
  assert.throws(() => encodePacket([["A", `${value}x`]]), RangeError);
});

const malformed: readonly (readonly [string, Buffer, string])[] = [
  ["a key that runs past the block", packetOf(9, 0, 65), "the key at byte 0 runs past the block"],
  ["half a length of a key", packetOf(1, 0, 65, 0, 0, 7), "the key at byte 5 runs past the block"],
  ["an empty key", packetOf(0, 0, 1, 0, 65), "the key at byte 0 is empty"],
  ["a key with nothing behind it", packetOf(1, 0, 65), "the value at byte 3 runs past the block"],
  ["half a length of a value", packetOf(1, 0, 65, 1), "the value at byte 3 runs past the block"],
  [
    "a value that runs past the block",
    packetOf(1, 0, 65, 2, 0, 66),
    "the value at byte 3 runs past the block",
  ],
];

for (const [name, packet, why] of malformed) test(`refused: ${name}`, () => assert.equal(read(packet), why));

test("a value may be empty, also as the last one", () => {
  assert.deepEqual(read(packetOf(1, 0, 65, 0, 0)), [["A", ""]]);
});

test("more variables than the bound are refused", () => {
  const many = Array.from({ length: 2000 }, (_, at): Pair => [`K${at}`, ""]);
  assert.equal(read(encodePacket(many)), "there are more than 1000 variables");
});

test("no bytes make it throw or read out of the block", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      const block = Buffer.from(bytes);
      const vars = new Vars();
      const why = readVars(vars, block, 0, block.length, 50);
      for (let at = 0; at < vars.count; at++) assert.ok((vars.valueEnd[at] ?? Infinity) <= block.length);
      assert.ok(why === null || why !== "");
    }),
    { numRuns: 2000 },
  );
});

function varsOf(some: readonly Pair[]): Vars {
  const packet = encodePacket(some);
  const vars = new Vars();
  assert.equal(readVars(vars, packet, PACKET_HEADER, packet.length, 1000), null);
  return vars;
}

const PLAIN: readonly Pair[] = [
  ["REQUEST_METHOD", "POST"],
  ["SERVER_PROTOCOL", "HTTP/1.1"],
];

test("the facts of a request", () => {
  const facts = (more: readonly Pair[]) => varsOf([...PLAIN, ...more]).facts();
  const plain = { contentLength: null, isHead: false, protocol: "HTTP/1.1", scheme: "http" };
  assert.deepEqual(facts([]), { kind: "facts", facts: plain });
  assert.deepEqual(facts([["CONTENT_LENGTH", ""]]), { kind: "facts", facts: plain });
  assert.deepEqual(facts([["CONTENT_LENGTH", "12"]]), {
    kind: "facts",
    facts: { ...plain, contentLength: 12 },
  });
  for (const https of ["on", "ON", "1", "true"])
    assert.deepEqual(facts([["HTTPS", https]]), { kind: "facts", facts: { ...plain, scheme: "https" } });
  for (const https of ["off", "", "0"])
    assert.deepEqual(facts([["HTTPS", https]]), { kind: "facts", facts: plain });
  assert.deepEqual(facts([["HTTP_X_FORWARDED_PROTO", "https"]]), { kind: "facts", facts: plain });
});

for (const length of ["-1", "+1", "1 ", "0x1", "1,1", "12a", "9".repeat(16)])
  test(`CONTENT_LENGTH ${JSON.stringify(length)} is refused`, () => {
    const read = varsOf([...PLAIN, ["CONTENT_LENGTH", length]]).facts();
    assert.equal(read.kind === "refused" ? read.refusal.status : read.kind, 400);
  });

for (const more of [
  [
    ["CONTENT_LENGTH", "1"],
    ["CONTENT_LENGTH", "1"],
  ],
  [["REQUEST_METHOD", "GET"]],
] as const)
  test(`${more[0][0]} twice is refused`, () =>
    assert.equal(varsOf([...PLAIN, ...more]).facts().kind, "refused"));

test("a method that is no token is refused", () => {
  for (const method of ["", "GE T", "GET\n", "G\xc4T"])
    assert.equal(varsOf([["REQUEST_METHOD", method]]).facts().kind, "refused");
});

test("SCRIPT_NAME is taken off PATH_INFO where it is a whole part of it", () => {
  const strip = (script: string, path: string) => {
    const vars = varsOf([
      ["SCRIPT_NAME", script],
      ["PATH_INFO", path],
    ]);
    vars.stripScriptName();
    return vars.get("PATH_INFO");
  };
  assert.equal(strip("/shop", "/shop/x"), "/x");
  assert.equal(strip("/shop", "/shop"), "");
  assert.equal(strip("/shop", "/shopx"), "/shopx");
  assert.equal(strip("", "/x"), "/x");
});
