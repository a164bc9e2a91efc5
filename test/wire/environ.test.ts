import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  type ConnectionFacts,
  encodeConnection,
  encodeEnviron,
  endEnviron,
  environBound,
} from "../../src/wire/environ.ts";
import { knownHeaders } from "../../src/wire/http1/known-headers.ts";
import { anyHead, headText, type MadeHead, targetOf } from "./any-head.ts";
import { type Loaded, loadInPythons } from "./load-in-pythons.ts";
import { parsed } from "./read-head.ts";

const TCP: ConnectionFacts = {
  serverName: "127.0.0.1",
  serverPort: "8000",
  remoteAddress: "::1",
  remotePort: "50000",
  scheme: "http",
  host: null,
};
const CONNECTION = encodeConnection(TCP);
const OF_CONNECTION = {
  SCRIPT_NAME: "",
  SERVER_NAME: "127.0.0.1",
  SERVER_PORT: "8000",
  REMOTE_ADDR: "::1",
  REMOTE_PORT: "50000",
  "wsgi.url_scheme": "http",
};

type Environ = Readonly<Record<string, string>>;

/** Room behind an environ for its end, as encode-request.ts has it. */
const END = 64;
const UNTOUCHED = 0xaa;

/** The environ of a head as bytes; nothing before it and past its bound may be touched. */
function encode(text: string, { collected = -1, connection = CONNECTION, at = 0 } = {}): Buffer {
  const head = parsed(text);
  const bound = environBound(head, connection);
  const out = Buffer.alloc(at + bound + END, UNTOUCHED);
  const behind = encodeEnviron(out, at, head, connection);
  assert.ok(behind - at <= bound, `${behind - at} bytes, the bound said ${bound}`);
  assert.ok(out.subarray(behind).every((byte) => byte === UNTOUCHED));
  const end = endEnviron(out, behind, collected);
  assert.ok(end - behind <= END);
  assert.ok(out.subarray(0, at).every((byte) => byte === UNTOUCHED));
  assert.ok(out.subarray(end).every((byte) => byte === UNTOUCHED));
  return out.subarray(at, end);
}

function get(target: string, ...fields: readonly string[]): string {
  return `GET ${target} HTTP/1.1\r\nHost: a\r\n${fields.map((field) => `${field}\r\n`).join("")}\r\n`;
}

interface Row {
  readonly name: string;
  readonly bytes: Buffer;
  readonly expected: Environ;
  /** Keys that must not be there. */
  readonly without?: readonly string[];
}

const ROWS: readonly Row[] = [
  {
    name: "every key of a plain request",
    bytes: encode(get("/a/b?c=d")),
    expected: {
      ...OF_CONNECTION,
      REQUEST_METHOD: "GET",
      SERVER_PROTOCOL: "HTTP/1.1",
      REQUEST_URI: "/a/b?c=d",
      PATH_INFO: "/a/b",
      QUERY_STRING: "c=d",
      HTTP_HOST: "a",
    },
    without: ["CONTENT_LENGTH", "CONTENT_TYPE"],
  },
  row("methods that are not among the common ones", "M-SEARCH / HTTP/1.0\r\n\r\n", {
    REQUEST_METHOD: "M-SEARCH",
    SERVER_PROTOCOL: "HTTP/1.0",
  }),
  row("a common method in lower case stays so", "get / HTTP/1.0\r\n\r\n", { REQUEST_METHOD: "get" }),
  row("an empty query", get("/a?"), { QUERY_STRING: "", REQUEST_URI: "/a?" }),
  row("a path is decoded once, a query never", get("/%2541%2F%41?%2541"), {
    PATH_INFO: "/%41/A",
    QUERY_STRING: "%2541",
    REQUEST_URI: "/%2541%2F%41?%2541",
  }),
  row("UTF-8 in escapes is latin-1 text", get("/%C3%a4%e2%82%ac"), { PATH_INFO: "/\xc3\xa4\xe2\x82\xac" }),
  row("raw bytes above 127 are latin-1 text", get("/\xc3\xa4?\xff"), {
    PATH_INFO: "/\xc3\xa4",
    QUERY_STRING: "\xff",
    REQUEST_URI: "/\xc3\xa4?\xff",
  }),
  row("raw bytes and escapes together", get("/\xe4%41%e4"), { PATH_INFO: "/\xe4A\xe4" }),
  row("what is no escape stays", get("/%zz%4%%41%"), { PATH_INFO: "/%zz%4%A%" }),
  row("an escape is not completed by the query", get("/%4?1"), { PATH_INFO: "/%4", QUERY_STRING: "1" }),
  row("a plus stays a plus", get("/a+b?c+d"), { PATH_INFO: "/a+b", QUERY_STRING: "c+d" }),
  row("absolute form", get("http://a/b%20c?d"), {
    PATH_INFO: "/b c",
    QUERY_STRING: "d",
    REQUEST_URI: "http://a/b%20c?d",
  }),
  row("absolute form without a path", get("http://a?d"), { PATH_INFO: "/", QUERY_STRING: "d" }),
  row("the whole server", "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", { PATH_INFO: "*", REQUEST_URI: "*" }),
  row(
    "type and length have no prefix",
    get("/", "Content-Type: text/plain; a=b", "Content-Length: 5"),
    { CONTENT_TYPE: "text/plain; a=b", CONTENT_LENGTH: "5" },
    ["HTTP_CONTENT_TYPE", "HTTP_CONTENT_LENGTH"],
  ),
  row("names in any case", get("/", "x-oWN-header: a", "ACCEPT: b"), {
    HTTP_X_OWN_HEADER: "a",
    HTTP_ACCEPT: "b",
  }),
  row("names of other token bytes", get("/", "a.b!c~: d"), { "HTTP_A.B!C~": "d" }),
  row("values above 127", get("/", "X-A: \xc3\xa4", "Referer: \xff"), {
    HTTP_X_A: "\xc3\xa4",
    HTTP_REFERER: "\xff",
  }),
  row("empty values", get("/", "X-A:", "Accept: "), { HTTP_X_A: "", HTTP_ACCEPT: "" }),
  row("repeated lines are joined in their order", get("/", "X-A: 1", "Via: x", "x-a: 2", "via: y", "X-A: "), {
    HTTP_X_A: "1, 2, ",
    HTTP_VIA: "x, y",
  }),
  row("cookies are joined by semicolons", get("/", "Cookie: a=b", "X-A: c", "cookie: d=e"), {
    HTTP_COOKIE: "a=b; d=e",
    HTTP_X_A: "c",
  }),
  row("joined values may be above 127", get("/", "X-A: a", "X-A: \xe4"), { HTTP_X_A: "a, \xe4" }),
  row("names with an underscore are no part of a joined value", get("/", "X-A: 1", "X_A: 2"), {
    HTTP_X_A: "1",
  }),
  row("Proxy is not passed on", get("/", "Proxy: http://evil/", "proxy: b"), {}, ["HTTP_PROXY"]),
  row("property names", get("/__proto__", "constructor: a", "valueOf: b"), {
    PATH_INFO: "/__proto__",
    HTTP_CONSTRUCTOR: "a",
    HTTP_VALUEOF: "b",
  }),
  row(
    "values up to and above 255 bytes",
    get(`/${"p".repeat(300)}?${"q".repeat(255)}`, `X-A: ${"v".repeat(256)}`),
    {
      PATH_INFO: `/${"p".repeat(300)}`,
      QUERY_STRING: "q".repeat(255),
      HTTP_X_A: "v".repeat(256),
    },
  ),
  row("long values above 127", get(`/${"%e4".repeat(300)}`, `X-A: ${"\xe4".repeat(300)}`), {
    PATH_INFO: `/${"\xe4".repeat(300)}`,
    HTTP_X_A: "\xe4".repeat(300),
  }),
  row("a long name", get("/", `${"n".repeat(251)}: a`), { [`HTTP_${"N".repeat(251)}`]: "a" }),
  row(
    "every known header",
    get("/", ...plainLines()),
    Object.fromEntries(plainHeaders().map(({ key }) => [key, "v"])),
  ),
  {
    name: "the length of a collected body",
    bytes: encode(get("/", "Transfer-Encoding: chunked"), { collected: 1_234_567 }),
    expected: { CONTENT_LENGTH: "1234567" },
  },
  {
    name: "a collected body of no bytes",
    bytes: encode(get("/", "Transfer-Encoding: chunked"), { collected: 0 }),
    expected: { CONTENT_LENGTH: "0" },
  },
  row("a body that streams has no length", get("/", "Transfer-Encoding: chunked"), {}, ["CONTENT_LENGTH"]),
  {
    name: "a Unix socket and https",
    bytes: encode(get("/"), {
      connection: encodeConnection({ ...TCP, remoteAddress: "", remotePort: "", scheme: "https" }),
      at: 13,
    }),
    expected: { REMOTE_ADDR: "", "wsgi.url_scheme": "https" },
    without: ["REMOTE_PORT"],
  },
];

function row(name: string, text: string, expected: Environ, without: readonly string[] = []): Row {
  return { name, bytes: encode(text), expected, without };
}

function plainHeaders(): typeof knownHeaders {
  const ruled = ["host", "content-length", "transfer-encoding", "expect", "proxy"];
  return knownHeaders.filter(({ name }) => !ruled.includes(name));
}

function plainLines(): readonly string[] {
  return plainHeaders().map(({ name }) => `${name}: v`);
}

test("an environ is what PEP 3333 says, in every Python", async (t) => {
  const pythons = loadInPythons(ROWS.map(({ bytes }) => bytes));
  for (const [index, { name, expected, without = [] }] of ROWS.entries()) {
    await t.test(name, () => {
      for (const { version, loaded } of pythons) {
        const environ = loaded[index] as Environ;
        assert.partialDeepStrictEqual(environ, expected, `Python ${version}`);
        for (const key of without) assert.equal(Object.hasOwn(environ, key), false, `${key} is there`);
      }
    });
  }
});

test("a plain request has these keys and no others", () => {
  const [{ bytes, expected }] = ROWS as [Row];
  for (const { loaded } of loadInPythons([bytes])) assert.deepEqual(loaded, [expected]);
});

test("only known keys are interned: a client cannot make Python keep what it invents", () => {
  const bytes = encode(
    get("/", "X-Invented-8c1f: a", "Accept: b", "X-Invented-8c2f: c", "X-Invented-8c2f: d"),
  );
  for (const { version, loaded, interned } of loadInPythons([bytes])) {
    const keys = Object.keys(loaded[0] as Environ).filter((key) => !key.includes("INVENTED"));
    assert.deepEqual(interned[0], keys.sort(), `Python ${version}`);
  }
});

test("any head becomes the environ that the rules say, within its bound", () => {
  const heads = fc.sample(anyHead, 300);
  const pythons: readonly Loaded[] = loadInPythons(heads.map((head) => encode(headText(head))));
  for (const { version, loaded } of pythons) {
    assert.deepEqual(loaded, heads.map(environOf), `Python ${version}`);
  }
});

test("environBound() bounds what is written, for any head", () => {
  fc.assert(
    fc.property(anyHead, fc.nat(9), (head, at) => {
      encode(headText(head), { at });
    }),
    { numRuns: 1000 },
  );
});

test("environBound() bounds the worst: everything escaped to high bytes, or high itself", () => {
  for (const target of [
    `/${"\xff".repeat(20_000)}`,
    `/?${"\xff".repeat(20_000)}`,
    `/${"%ff".repeat(15_000)}`,
  ]) {
    encode(get(target, `X: ${"\xff".repeat(9000)}`));
  }
  encode(get("/", ...Array.from({ length: 98 }, (_, at) => `X-A: ${at % 2 === 0 ? "\xff" : ""}`)));
  encode(get("/", ...Array.from({ length: 98 }, (_, at) => `X${at}:`)));
});

/** The same in the plainest way. */
function environOf(head: MadeHead): Environ {
  const environ: Record<string, string> = {
    ...OF_CONNECTION,
    REQUEST_METHOD: head.method,
    SERVER_PROTOCOL: `HTTP/${head.version}`,
    REQUEST_URI: targetOf(head),
    PATH_INFO: head.path.replace(/%[0-9a-f]{2}/gi, (triplet) =>
      String.fromCharCode(parseInt(triplet.slice(1), 16)),
    ),
    QUERY_STRING: head.query ?? "",
    HTTP_HOST: head.host,
  };
  for (const [name, value] of head.fields) {
    const key = `HTTP_${name.toUpperCase().replaceAll("-", "_")}`;
    if (name.includes("_") || key === "HTTP_PROXY") continue;
    const earlier = environ[key];
    const separator = key === "HTTP_COOKIE" ? "; " : ", ";
    environ[key] = earlier === undefined ? value : `${earlier}${separator}${value}`;
  }
  return environ;
}
