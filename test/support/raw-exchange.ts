/**
 * One request in bytes, and everything that comes back until the server closes: for promises about what
 * is on the wire. Text is latin-1, one character for each byte.
 */

import { connect, type NetConnectOpts } from "node:net";

const PATIENCE = 15_000;

export interface RawResponse {
  /** "HTTP/1.1 200 OK" */
  readonly statusLine: string;
  readonly status: number;
  /** As sent, in lower case names, one entry for each line. */
  readonly headers: readonly (readonly [string, string])[];
  /** Everything behind the head, still framed. */
  readonly rest: string;
}

/** Sends `request` and resolves with all that came when the server has closed. */
export function sendRaw(target: NetConnectOpts, request: string | Buffer): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const chunks: Buffer[] = [];
  const received = () => Buffer.concat(chunks).toString("latin1");
  const socket = connect(target);
  socket.setTimeout(PATIENCE, () => {
    socket.destroy();
    reject(new Error(`the server kept the connection open; so far: ${received().slice(0, 2000)}`));
  });
  socket.on("data", (chunk: Buffer) => chunks.push(chunk));
  // A server that has answered may reset a client that still sends: what came before counts.
  socket.on("error", () => {});
  socket.on("close", () => resolve(received()));
  socket.write(typeof request === "string" ? Buffer.from(request, "latin1") : request);
  return promise;
}

/** A request without a body that asks for the connection to be closed. */
export function plainRequest(target: string, lines: readonly string[] = [], method = "GET"): string {
  return [`${method} ${target} HTTP/1.1`, "Host: test", "Connection: close", ...lines, "", ""].join("\r\n");
}

/** The first response in `text`. */
export function parseResponse(text: string): RawResponse {
  const end = text.indexOf("\r\n\r\n");
  if (end < 0) throw new Error(`no response head in ${JSON.stringify(text.slice(0, 500))}`);
  const [statusLine = "", ...lines] = text.slice(0, end).split("\r\n");
  const headers = lines.map((line) => {
    const colon = line.indexOf(":");
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()] as const;
  });
  return { statusLine, status: Number(statusLine.split(" ")[1]), headers, rest: text.slice(end + 4) };
}

export function header(response: RawResponse, name: string): string | undefined {
  return response.headers.find(([one]) => one === name)?.[1];
}

/** Takes a chunked body apart; throws when its last chunk is missing. */
export function dechunk(body: string): string {
  let text = "";
  for (let at = 0; ; ) {
    const lineEnd = body.indexOf("\r\n", at);
    const size = Number.parseInt(body.slice(at, lineEnd), 16);
    if (lineEnd < 0 || Number.isNaN(size)) throw new Error("a chunked body without its last chunk");
    if (size === 0) return text;
    text += body.slice(lineEnd + 2, lineEnd + 2 + size);
    at = lineEnd + 2 + size + 2;
  }
}
