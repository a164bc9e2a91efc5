import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { ChunkedDecoder } from "../../src/wire/http1/chunked.ts";

interface Decoded {
  readonly outcome: "done" | "refused" | "more";
  readonly body: string;
  /** Bytes that belonged to the body. */
  readonly size: number;
}

/** Decodes the pieces one after the other, each amid bytes that do not belong to it. */
function decode(parts: readonly Buffer[]): Decoded {
  const decoder = new ChunkedDecoder();
  const pieces: Buffer[] = [];
  const around = Buffer.from("0\r\n\r\n5\r\n");
  let size = 0;
  for (const part of parts) {
    const start = around.length;
    const end = start + part.length;
    const behind = decoder.decode(Buffer.concat([around, part, around]), start, end, pieces);
    assert.ok(behind >= start && behind <= end);
    size += behind - start;
    if (behind < end) break;
  }
  const outcome = decoder.isDone ? "done" : decoder.isRefused ? "refused" : "more";
  assert.ok(pieces.every((piece) => piece.length > 0));
  return { outcome, body: Buffer.concat(pieces).toString("latin1"), size };
}

function bytewise(bytes: Buffer): Buffer[] {
  return Array.from(bytes, (_, at) => bytes.subarray(at, at + 1));
}

function promise(
  title: string,
  rows: readonly (readonly [name: string, text: string, expected: string | null])[],
): void {
  describe(title, () => {
    for (const [name, text, body] of rows) {
      test(name, () => {
        const bytes = Buffer.from(text, "latin1");
        const decoded = decode([bytes]);
        assert.deepEqual(decode(bytewise(bytes)), decoded, "a byte at a time");
        if (body === null) assert.equal(decoded.outcome, "refused");
        else assert.deepEqual(decoded, { outcome: "done", body, size: bytes.length });
      });
    }
  });
}

promise("a chunked body is chunks, an empty one, trailers and an empty line", [
  ["no chunk", "0\r\n\r\n", ""],
  ["one chunk", "5\r\nhello\r\n0\r\n\r\n", "hello"],
  ["two chunks", "5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n", "hello world"],
  ["digits in both cases", "a\r\n0123456789\r\nA\r\n0123456789\r\n0\r\n\r\n", "01234567890123456789"],
  ["two digits", `1a\r\n${"x".repeat(26)}\r\n0\r\n\r\n`, "x".repeat(26)],
  ["leading zeros", "0005\r\nhello\r\n000\r\n\r\n", "hello"],
  ["line ends and chunks as data", "9\r\n\r\n0\r\n\r\n\r\n\r\n0\r\n\r\n", "\r\n0\r\n\r\n\r\n"],
  ["an extension", "5;a\r\nhello\r\n0;b=c\r\n\r\n", "hello"],
  ["a quoted extension", '5;a="b c;d";e\r\nhello\r\n0\r\n\r\n', "hello"],
  ["an escaped quote", '5;a="b\\"c\\\\"\r\nhello\r\n0\r\n\r\n', "hello"],
  ["white space around an extension", "5 \t ; a = b \r\nhello\r\n0\r\n\r\n", "hello"],
  ["an empty extension", "5;\r\nhello\r\n0\r\n\r\n", "hello"],
  ["trailers", "5\r\nhello\r\n0\r\nA: b\r\nC:\r\n\r\n", "hello"],
  ["trailers that would change the request are dropped", "0\r\nContent-Length: 5\r\nHost: x\r\n\r\n", ""],
  ["property names as trailers", "0\r\n__proto__: x\r\nconstructor: y\r\n\r\n", ""],
]);

promise("a size is hexadecimal digits", [
  ["empty", "\r\nhello\r\n0\r\n\r\n", null],
  ["0x", "0x5\r\nhello\r\n0\r\n\r\n", null],
  ["a plus", "+5\r\nhello\r\n0\r\n\r\n", null],
  ["a minus", "-5\r\nhello\r\n0\r\n\r\n", null],
  ["an underscore", "0_5\r\nhello\r\n0\r\n\r\n", null],
  ["a letter behind f", "g\r\nhello\r\n0\r\n\r\n", null],
  ["a letter before A", "@\r\nhello\r\n0\r\n\r\n", null],
  ["a space before", " 5\r\nhello\r\n0\r\n\r\n", null],
  ["a space behind", "5 \r\nhello\r\n0\r\n\r\n", null],
  ["a tab behind", "5\t\r\nhello\r\n0\r\n\r\n", null],
  ["a second number", "5 6\r\nhello\r\n0\r\n\r\n", null],
  ["a vertical tab behind", "5\x0b\r\nhello\r\n0\r\n\r\n", null],
  ["a no-break space behind", "5\xa0\r\nhello\r\n0\r\n\r\n", null],
  ["a comma", "5,\r\nhello\r\n0\r\n\r\n", null],
  ["an extension without a size", ";a\r\n\r\n", null],
  ["thirteen digits", "0000000000005\r\nhello\r\n0000000000000\r\n\r\n", "hello"],
  ["fourteen digits", "00000000000005\r\nhello\r\n0\r\n\r\n", null],
  ["2 to the power of 64, and 5", "10000000000000005\r\nhello\r\n0\r\n\r\n", null],
]);

promise("every line ends in CR LF", [
  ["LF behind a size", "5\nhello\r\n0\r\n\r\n", null],
  ["CR behind a size", "5\rhello\r\n0\r\n\r\n", null],
  ["CR CR LF behind a size", "5\r\r\nhello\r\n0\r\n\r\n", null],
  ["LF behind an extension", "5;a\nhello\r\n0\r\n\r\n", null],
  ["CR in an extension", "5;a\rb\r\nhello\r\n0\r\n\r\n", null],
  ["CR LF in a quoted extension", '5;a="\r\nhello\r\n0\r\n\r\n"', null],
  ["an escaped CR LF in a quoted extension", '5;a="\\\r\n"\r\nhello\r\n0\r\n\r\n', null],
  ["NUL in an extension", "5;a\0\r\nhello\r\n0\r\n\r\n", null],
  ["LF behind data", "5\r\nhello\n0\r\n\r\n", null],
  ["CR behind data", "5\r\nhello\r0\r\n\r\n", null],
  ["nothing behind data", "5\r\nhello0\r\n\r\n", null],
  ["two other bytes behind data", "5\r\nhelloXX0\r\n\r\n", null],
  ["more data than its size", "5\r\nhello!\r\n0\r\n\r\n", null],
  ["less data than its size", "5\r\nhell\r\n0\r\n\r\n", null],
  ["LF at the end", "0\r\n\n", null],
  ["LF behind the last size", "0\n\r\n", null],
  ["CR and another byte at the end", "0\r\n\rX", null],
]);

promise("trailers are header lines", [
  ["no colon", "0\r\nA\r\n\r\n", null],
  ["an empty name", "0\r\n: b\r\n\r\n", null],
  ["a space before the colon", "0\r\nA : b\r\n\r\n", null],
  ["a folded line", "0\r\nA: b\r\n c\r\n\r\n", null],
  ["a space first", "0\r\n A: b\r\n\r\n", null],
  ["NUL in a value", "0\r\nA: b\0\r\n\r\n", null],
  ["a bare LF", "0\r\nA: b\nC: d\r\n\r\n", null],
  ["a bare CR", "0\r\nA: b\rC: d\r\n\r\n", null],
  ["another request", "0\r\nGET / HTTP/1.1\r\n\r\n", null],
]);

promise("what is dropped has a bound", [
  ["an extension of 4 KB", `5;${"a".repeat(4095)}\r\nhello\r\n0\r\n\r\n`, "hello"],
  ["an extension of more", `5;${"a".repeat(4096)}\r\nhello\r\n0\r\n\r\n`, null],
  ["white space of more", `5${" ".repeat(4097)};\r\nhello\r\n0\r\n\r\n`, null],
  ["extensions of 64 KB together", `${`1;${"a".repeat(1023)}\r\nx\r\n`.repeat(64)}0\r\n\r\n`, "x".repeat(64)],
  ["extensions of more together", `${`1;${"a".repeat(1023)}\r\nx\r\n`.repeat(64)}0;\r\n\r\n`, null],
  ["trailers of 16 KB", `0\r\n${"A: b\r\n".repeat(2730)}\r\n`, ""],
  ["trailers of more", `0\r\n${"A: b\r\n".repeat(2731)}\r\n`, null],
  ["a trailer without end", `0\r\nA: ${"b".repeat(20_000)}`, null],
]);

test("what comes behind a body is left alone", () => {
  const body = "5\r\nhello\r\n0\r\n\r\n";
  for (const more of ["\r\n", "0\r\n\r\n", "GET / HTTP/1.1\r\n", "\0"]) {
    assert.deepEqual(decode([Buffer.from(body + more)]), {
      outcome: "done",
      body: "hello",
      size: body.length,
    });
  }
});

test("a body that was cut off is neither done nor refused", () => {
  const whole = '5;a="b"\r\nhello\r\n0\r\nA: b\r\n\r\n';
  for (let size = 0; size < whole.length; size++) {
    assert.equal(decode([Buffer.from(whole.slice(0, size))]).outcome, "more");
  }
});

test("a refused body stays refused, and nothing more is taken", () => {
  const decoder = new ChunkedDecoder();
  const pieces: Buffer[] = [];
  assert.equal(decoder.decode(Buffer.from("5\r\nhelloX"), 0, 9, pieces), 8);
  assert.equal(decoder.decode(Buffer.from("\r\n5\r\nhello\r\n0\r\n\r\n"), 0, 17, pieces), 0);
  assert.equal(decoder.isRefused, true);
  assert.equal(decoder.isDone, false);
});

test("the pieces are views, not copies", () => {
  const bytes = Buffer.from("5\r\nhello\r\n0\r\n\r\n");
  const pieces: Buffer[] = [];
  new ChunkedDecoder().decode(bytes, 0, bytes.length, pieces);
  assert.equal(pieces[0]?.buffer, bytes.buffer);
});

const anyExtension = fc.constantFrom("", ";a", ";a=b", ' ; a="b\\"; c" ;d', "\t;\xe4");
const anyTrailer = fc.constantFrom("A: b\r\n", "X-Y:\t\xe4 \r\n", "Content-Length: 9\r\n");
const anyBody = fc.record({
  chunks: fc.array(
    fc.record({ data: fc.uint8Array({ minLength: 1, maxLength: 70 }), extension: anyExtension }),
    {
      maxLength: 8,
    },
  ),
  trailers: fc.array(anyTrailer, { maxLength: 3 }),
  cuts: fc.array(fc.nat(400), { maxLength: 8 }),
});

function encode(chunks: readonly { readonly data: Uint8Array; readonly extension: string }[]): string {
  return chunks
    .map(({ data, extension }) => {
      return `${data.length.toString(16)}${extension}\r\n${Buffer.from(data).toString("latin1")}\r\n`;
    })
    .join("");
}

function cutAt(bytes: Buffer, cuts: readonly number[]): Buffer[] {
  const offsets = [0, ...cuts.map((cut) => Math.min(cut, bytes.length)).sort((a, b) => a - b), bytes.length];
  return offsets.slice(1).map((end, index) => bytes.subarray(offsets[index], end));
}

test("any body in any chunks, read in any parts, is the body again", () => {
  const property = fc.property(anyBody, ({ chunks, trailers, cuts }) => {
    const bytes = Buffer.from(`${encode(chunks)}0\r\n${trailers.join("")}\r\n`, "latin1");
    const body = Buffer.concat(chunks.map(({ data }) => data)).toString("latin1");
    assert.deepEqual(decode(cutAt(bytes, cuts)), { outcome: "done", body, size: bytes.length });
  });
  fc.assert(property, { numRuns: 1000 });
});

test("no change of a body makes the decoder throw, or depend on the parts it comes in", () => {
  const anyByte = fc.constantFrom(...Buffer.from('\0\r\n 09afgx;"\\:', "latin1"));
  const property = fc.property(anyBody, fc.nat(400), anyByte, ({ chunks, trailers, cuts }, at, byte) => {
    const bytes = Buffer.from(`${encode(chunks)}0\r\n${trailers.join("")}\r\n`, "latin1");
    bytes[at % bytes.length] = byte;
    const whole = decode([bytes]);
    assert.deepEqual(decode(cutAt(bytes, cuts)), whole);
    assert.deepEqual(decode(bytewise(bytes)), whole);
  });
  fc.assert(property, { numRuns: 500 });
});
