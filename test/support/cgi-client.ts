/**
 * Requests as a web server sends them, and what it makes of the answers: by uwsgi, SCGI and FastCGI.
 *
 *   const answer = await askCgi("scgi", portOf(server, "scgi"), { path: "/x", body });
 */

import assert from "node:assert/strict";
import {
  encodeBeginRequest,
  encodePairs,
  encodeStream,
  KEEP_CONNECTION,
  RECORD,
  RECORD_HEADER,
  readRecordHead,
} from "../../src/wire/cgi/fastcgi-records.ts";
import { encodeScgiHead } from "../../src/wire/cgi/scgi-head.ts";
import { encodePacket } from "../../src/wire/cgi/uwsgi-packet.ts";
import { RawClient } from "./raw-client.ts";
import type { RunningServer } from "./start-server.ts";

export type CgiName = "uwsgi" | "scgi" | "fastcgi";
export const cgiNames: readonly CgiName[] = ["uwsgi", "scgi", "fastcgi"];

export interface CgiRequest {
  readonly method?: string;
  readonly path?: string;
  readonly query?: string;
  readonly body?: Buffer;
  /** Beside those that a web server always sends. */
  readonly vars?: Readonly<Record<string, string>>;
}

export interface CgiAnswer {
  readonly status: number;
  /** The first line. */
  readonly start: string;
  readonly headers: ReadonlyMap<string, string>;
  readonly body: Buffer;
}

/** Listeners for all three, on ports of their own. */
export const everyCgiSocket = cgiNames.flatMap((name) => [`--${name}-socket`, "127.0.0.1:0"]);

export function portOf(server: RunningServer, name: string): number {
  const url = server.urls.find((one) => one.startsWith(`${name}://`));
  assert.ok(url, server.log);
  return Number(new URL(url).port);
}

/** As nginx's parameters have them. */
export function varsOf({ method, path = "/", query = "", body, vars = {} }: CgiRequest): [string, string][] {
  const all = {
    QUERY_STRING: query,
    REQUEST_METHOD: method ?? (body === undefined ? "GET" : "POST"),
    CONTENT_TYPE: "",
    CONTENT_LENGTH: body === undefined ? "" : String(body.length),
    REQUEST_URI: query === "" ? path : `${path}?${query}`,
    PATH_INFO: path,
    SERVER_PROTOCOL: "HTTP/1.1",
    REMOTE_ADDR: "192.0.2.7",
    REMOTE_PORT: "4711",
    SERVER_PORT: "8080",
    SERVER_NAME: "www.example.org",
    HTTP_HOST: "www.example.org:8080",
    ...vars,
  };
  return Object.entries(all);
}

export function encodeCgi(name: CgiName, request: CgiRequest): Buffer {
  const body = request.body ?? Buffer.alloc(0);
  const pairs = varsOf(request);
  switch (name) {
    case "uwsgi":
      return Buffer.concat([encodePacket(pairs), body]);
    case "scgi":
      return Buffer.concat([encodeScgiHead(pairs, body.length), body]);
    case "fastcgi":
      return fastcgiRequest(1, request);
  }
}

export function fastcgiRequest(id: number, request: CgiRequest, { keeps = false } = {}): Buffer {
  const body = request.body ?? Buffer.alloc(0);
  return Buffer.concat([
    encodeBeginRequest(id, keeps ? KEEP_CONNECTION : 0),
    ...encodeStream(RECORD.params, id, encodePairs(varsOf(request))),
    ...encodeStream(RECORD.params, id, Buffer.alloc(0)),
    ...(body.length > 0 ? encodeStream(RECORD.stdin, id, body) : []),
    ...encodeStream(RECORD.stdin, id, Buffer.alloc(0)),
  ]);
}

/** What has come until the connection's end. */
export function decodeCgi(name: CgiName, bytes: Buffer): CgiAnswer {
  if (name !== "fastcgi") return readAnswer(bytes);
  const streams = readRecords(bytes);
  assert.deepEqual([...streams.keys()], [1]);
  return readAnswer(streams.get(1) ?? Buffer.alloc(0));
}

export interface FastcgiRecord {
  readonly type: number;
  readonly id: number;
  readonly content: Buffer;
}

/** Whole records at the beginning of `bytes`. */
export function recordsOf(bytes: Buffer): readonly FastcgiRecord[] {
  const records: FastcgiRecord[] = [];
  let at = 0;
  for (let head = readRecordHead(bytes, at); head !== null; head = readRecordHead(bytes, at)) {
    const end = at + RECORD_HEADER + head.length;
    if (end > bytes.length) break;
    records.push({ type: head.type, id: head.id, content: bytes.subarray(at + RECORD_HEADER, end) });
    at = end + head.padding;
  }
  return records;
}

/** By request: its stdout, which must have ended, as must the request. */
export function readRecords(bytes: Buffer): Map<number, Buffer> {
  const records = recordsOf(bytes);
  const streams = new Map<number, Buffer>();
  for (const { type, id, content } of records) {
    if (type !== RECORD.stdout) continue;
    streams.set(id, Buffer.concat([streams.get(id) ?? Buffer.alloc(0), content]));
  }
  for (const id of streams.keys()) {
    const own = records.filter((record) => record.id === id);
    assert.deepEqual(
      own.slice(-2).map(({ type, content }) => [type, content.toString("hex")]),
      [
        [RECORD.stdout, ""],
        [RECORD.endRequest, "0000000000000000"],
      ],
    );
  }
  return streams;
}

export function readAnswer(bytes: Buffer): CgiAnswer {
  const end = bytes.indexOf("\r\n\r\n");
  assert.ok(end > 0, JSON.stringify(bytes.toString("latin1", 0, 300)));
  const [start = "", ...lines] = bytes.toString("latin1", 0, end).split("\r\n");
  const headers = lines.map((line): [string, string] => {
    const [name = "", ...value] = line.split(": ");
    return [name.toLowerCase(), value.join(": ")];
  });
  const status = Number(/^(?:HTTP\/1\.1|Status:) (\d{3}) /.exec(start)?.[1]);
  return { status, start, headers: new Map(headers), body: bytes.subarray(end + 4) };
}

/** One request on a connection of its own, which the server must close behind its answer. */
export async function askCgi(
  name: CgiName,
  where: number | string,
  request: CgiRequest = {},
): Promise<CgiAnswer> {
  using client = await RawClient.connect(where);
  client.send(encodeCgi(name, request));
  return decodeCgi(name, await client.untilClosed());
}
