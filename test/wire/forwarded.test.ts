import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  atHop,
  findClient,
  readForwarded,
  readHost,
  readNode,
  readScheme,
} from "../../src/wire/forwarded.ts";

const isTrusted = (address: string) => address.startsWith("10.") || address === "fd00::1";

const clients: readonly (readonly [string, readonly string[], string | undefined, number, string | null])[] =
  [
    ["one proxy", ["192.0.2.1"], "192.0.2.1", 0, null],
    ["what the client has sent is not read", ["6.6.6.6", "192.0.2.1"], "192.0.2.1", 0, null],
    ["nor if it is nonsense", ["\x00<", "192.0.2.1"], "192.0.2.1", 0, null],
    ["two proxies", ["6.6.6.6", "192.0.2.1", "10.0.0.2"], "192.0.2.1", 1, null],
    ["the client is in a trusted network", ["10.0.0.9", "10.0.0.2"], "10.0.0.9", 1, null],
    ["IPv6 and ports", ["[2001:DB8::1]:4711", "[fd00::1]:1"], "2001:db8::1", 1, null],
    ["nobody", [], undefined, 0, null],
    ["unknown", ["192.0.2.1", "unknown"], undefined, 0, null],
    ["hidden behind a proxy", ["_secret", "10.0.0.2"], "10.0.0.2", 0, null],
    ["nonsense of a proxy", ["192.0.2.1", "10.0.0.300", "10.0.0.2"], "10.0.0.2", 0, "10.0.0.300"],
  ];

for (const [name, nodes, address, hops, wrong] of clients)
  test(`findClient(): ${name}`, () => {
    const found = findClient(nodes, isTrusted);
    assert.deepEqual([found.client?.address, found.hops, found.wrong], [address, hops, wrong]);
  });

test("readNode() reads addresses with and without ports, and nothing else", () => {
  assert.deepEqual(readNode("192.0.2.1:80"), { address: "192.0.2.1", port: "80" });
  assert.deepEqual(readNode("2001:db8::1"), { address: "2001:db8::1", port: "" });
  assert.deepEqual(readNode("::ffff:192.0.2.1"), { address: "192.0.2.1", port: "" });
  for (const text of [
    "",
    "localhost",
    "192.0.2",
    "192.0.2.01",
    "1.2.3.4:0",
    "1.2.3.4:65536",
    "[::1",
    "::1]",
    "[::1]x",
  ])
    assert.equal(readNode(text), null, text);
});

test("readHost() reads what a Host header may say", () => {
  assert.deepEqual(readHost("shop.example:8443"), { name: "shop.example", port: "8443" });
  assert.deepEqual(readHost("[2001:db8::1]:1"), { name: "[2001:db8::1]", port: "1" });
  for (const text of ["", "a b", "a/b", "a@b", "a:b", "a:0", "a:70000", "x".repeat(256), "a\r\nb"])
    assert.equal(readHost(text), null, text);
});

test("readScheme() knows two schemes, and those of WebSockets", () => {
  assert.deepEqual(["HTTPS", "http", "wss", "ws", "ftp"].map(readScheme), [
    "https",
    "http",
    "https",
    "http",
    null,
  ]);
});

test("atHop() counts from the right, and stays within the list", () => {
  assert.deepEqual(
    [0, 1, 2].map((hops) => atHop("https, http", hops)),
    ["http", "https", "https"],
  );
});

const elements: readonly (readonly [string, ReturnType<typeof readForwarded>])[] = [
  ["for=192.0.2.1", [{ node: "192.0.2.1", scheme: "", host: "" }]],
  [
    'For="[2001:db8::1]:4711";proto=https;host="a.example:1", for=10.0.0.2;by=_x',
    [
      { node: "[2001:db8::1]:4711", scheme: "https", host: "a.example:1" },
      { node: "10.0.0.2", scheme: "", host: "" },
    ],
  ],
  ['for="a\\"b,c;d"', [{ node: 'a"b,c;d', scheme: "", host: "" }]],
  ["proto=http", [{ node: "", scheme: "http", host: "" }]],
  ["", null],
  ["for", null],
  ["for=", null],
  ["for=[::1]", null],
  ['for="x', null],
  ["for=a,", null],
  ["for=a;for=b", null],
  ["for=a b", null],
];

for (const [text, wanted] of elements)
  test(`readForwarded() of ${JSON.stringify(text)}`, () => assert.deepEqual(readForwarded(text), wanted));

test("no text makes a client of what is no address, nor takes long", () => {
  const text = fc.string({ unit: fc.constantFrom(...'for=";,\\[]:.019afx_ \t'), maxLength: 300 });
  fc.assert(
    fc.property(text, (said) => {
      const nodes = readForwarded(said)?.map(({ node }) => node) ?? said.split(",");
      const { client } = findClient(nodes, isTrusted);
      if (client !== null) assert.match(client.address, /^[\d.:a-f]+$/);
    }),
    { numRuns: 500 },
  );
});
