/** Reads one HTTP/1.1 response from bytes, strictly (RFC 9112): throws where a server broke a rule. */

export interface RawResponse {
  readonly status: number;
  readonly reason: string;
  /** Names in lower case, in their order. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Buffer;
  readonly isChunked: boolean;
  /** Status codes of the interim responses before it. */
  readonly interim: readonly number[];
  /** The value of a header that occurs at most once. */
  header(name: string): string | undefined;
  get text(): string;
}

export type Read =
  | { readonly kind: "response"; readonly response: RawResponse; readonly size: number }
  /** `wanted`: bytes that must be there before it is worth another try. */
  | { readonly kind: "incomplete"; readonly wanted: number };

type Headers = readonly (readonly [name: string, value: string])[];

const HEAD_END = "\r\n\r\n";
/** A server sends these at most once. */
const SINGLE = ["content-length", "transfer-encoding", "date", "server", "connection", "content-type"];

export function readResponse(bytes: Buffer, state: { isHead: boolean; isOver: boolean }): Read {
  const interim: number[] = [];
  let at = 0;
  for (;;) {
    const headEnd = bytes.indexOf(HEAD_END, at, "latin1");
    if (headEnd < 0) return { kind: "incomplete", wanted: bytes.length + 1 };
    const { status, reason, headers } = readHead(bytes.toString("latin1", at, headEnd));
    at = headEnd + HEAD_END.length;
    if (status < 200) {
      interim.push(status);
      continue;
    }
    const body = readBody(bytes, at, { ...state, status, headers });
    if (body.kind === "incomplete") return body;
    const response = { status, reason, headers, body: body.bytes, isChunked: body.isChunked, interim };
    return { kind: "response", size: body.end, response: { ...response, ...accessors(headers, body.bytes) } };
  }
}

function accessors(headers: Headers, body: Buffer): Pick<RawResponse, "header" | "text"> {
  return {
    header: (name) => headers.find(([other]) => other === name)?.[1],
    get text() {
      return body.toString("latin1");
    },
  };
}

function readHead(text: string): { status: number; reason: string; headers: Headers } {
  const [first = "", ...lines] = text.split("\r\n");
  const start = /^HTTP\/1\.1 ([1-5]\d\d) ([\t\x20-\x7e\x80-\xff]*)$/.exec(first);
  if (start === null) throw new Error(`not a status line: ${JSON.stringify(first)}`);
  const headers = lines.map((line) => {
    const field = /^([!#$%&'*+\-.^_`|~0-9A-Za-z]+):[ \t]*([\t\x20-\x7e\x80-\xff]*?)[ \t]*$/.exec(line);
    if (field === null) throw new Error(`not a header line: ${JSON.stringify(line)}`);
    return [(field[1] ?? "").toLowerCase(), field[2] ?? ""] as const;
  });
  for (const name of SINGLE) {
    if (headers.filter(([other]) => other === name).length > 1) throw new Error(`${name} twice:\n${text}`);
  }
  return { status: Number(start[1]), reason: start[2] ?? "", headers };
}

type Body =
  | { readonly kind: "body"; readonly bytes: Buffer; readonly end: number; readonly isChunked: boolean }
  | { readonly kind: "incomplete"; readonly wanted: number };

/** RFC 9112 §6.3. */
function readBody(
  bytes: Buffer,
  start: number,
  head: { status: number; headers: Headers; isHead: boolean; isOver: boolean },
): Body {
  const coding = head.headers.find(([name]) => name === "transfer-encoding")?.[1];
  const length = head.headers.find(([name]) => name === "content-length")?.[1];
  if (coding !== undefined && length !== undefined) throw new Error("both length and coding");
  if (coding !== undefined && coding !== "chunked") throw new Error(`Transfer-Encoding: ${coding}`);
  if (length !== undefined && !/^\d+$/.test(length)) throw new Error(`Content-Length: ${length}`);
  const isBodyless = head.status === 204 || head.status === 304;
  if (head.status === 204 && (coding ?? length) !== undefined) throw new Error("204 with a length");
  if (head.isHead || isBodyless) return plainBody(bytes, start, start);
  if (coding !== undefined) return readChunks(bytes, start);
  if (length !== undefined) {
    const end = start + Number(length);
    return bytes.length < end ? { kind: "incomplete", wanted: end } : plainBody(bytes, start, end);
  }
  return head.isOver
    ? plainBody(bytes, start, bytes.length)
    : { kind: "incomplete", wanted: Number.POSITIVE_INFINITY };
}

function plainBody(bytes: Buffer, start: number, end: number): Body {
  return { kind: "body", bytes: Buffer.from(bytes.subarray(start, end)), end, isChunked: false };
}

function readChunks(bytes: Buffer, start: number): Body {
  const pieces: Buffer[] = [];
  let at = start;
  for (;;) {
    const lineEnd = bytes.indexOf("\r\n", at, "latin1");
    if (lineEnd < 0) return { kind: "incomplete", wanted: bytes.length + 1 };
    const digits = bytes.toString("latin1", at, lineEnd);
    if (!/^[0-9a-fA-F]+$/.test(digits)) throw new Error(`not a chunk size: ${JSON.stringify(digits)}`);
    const size = Number.parseInt(digits, 16);
    const end = lineEnd + 2 + size + 2;
    if (bytes.length < end) return { kind: "incomplete", wanted: end };
    if (bytes.toString("latin1", end - 2, end) !== "\r\n") throw new Error("a chunk without CR LF behind it");
    if (size === 0) return { kind: "body", bytes: Buffer.concat(pieces), end, isChunked: true };
    pieces.push(bytes.subarray(lineEnd + 2, end - 2));
    at = end;
  }
}
