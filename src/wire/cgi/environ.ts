/**
 * CGI variables as the environ of PEP 3333, bytes to bytes, as they came: a web server has decoded
 * PATH_INFO already, and it is not done twice. What PEP 3333 wants to be there and is not, is added.
 */

import { copyBytes, DICT, internedKey, textBound, textValue, writeText } from "../marshal.ts";
import type { RequestFacts, Vars } from "./vars.ts";

/** Where the request came in, for what the variables do not say. */
export interface Defaults {
  readonly serverName: string;
  readonly serverPort: string;
  /** Of the peer; "" for a Unix socket. */
  readonly remoteAddress: string;
}

const KEY_SCHEME = internedKey("wsgi.url_scheme");
const SCHEMES = {
  http: Buffer.concat([KEY_SCHEME, textValue("http")]),
  https: Buffer.concat([KEY_SCHEME, textValue("https")]),
};

/** The beginning of the dict: a variable of the same name counts instead, because it comes later. */
export function encodeDefaults({ serverName, serverPort, remoteAddress }: Defaults): Buffer {
  const pairs = [
    ["REQUEST_METHOD", "GET"],
    ["SCRIPT_NAME", ""],
    ["PATH_INFO", ""],
    ["QUERY_STRING", ""],
    ["SERVER_PROTOCOL", "HTTP/1.0"],
    ["SERVER_NAME", serverName],
    ["SERVER_PORT", serverPort],
    ["REMOTE_ADDR", remoteAddress],
  ] as const;
  const parts = pairs.flatMap(([key, value]) => [internedKey(key), textValue(value)]);
  return Buffer.concat([Buffer.from([DICT]), ...parts]);
}

/** The most bytes that `encodeVars` writes. */
export function varsBound(vars: Vars, defaults: Buffer): number {
  let bound = defaults.length + SCHEMES.https.length;
  for (let at = 0; at < vars.count; at++) {
    const key = (vars.keyEnd[at] as number) - (vars.keyStart[at] as number);
    const value = (vars.valueEnd[at] as number) - (vars.valueStart[at] as number);
    bound += textBound(key, true) + textBound(value, true);
  }
  return bound;
}

/** Writes the environ at `start` but for its end (`endEnviron`), and returns the offset behind it. */
export function encodeVars(
  out: Buffer,
  start: number,
  vars: Vars,
  { facts, defaults }: { facts: RequestFacts; defaults: Buffer },
): number {
  let at = start + defaults.copy(out, start);
  const { bytes } = vars;
  for (let pair = 0; pair < vars.count; pair++) {
    if (isLeftOut(vars, pair)) continue;
    at = writeRange(out, at, bytes, vars.keyStart[pair] as number, vars.keyEnd[pair] as number);
    at = writeRange(out, at, bytes, vars.valueStart[pair] as number, vars.valueEnd[pair] as number);
  }
  // Last: no variable is to stand for it.
  const scheme = SCHEMES[facts.scheme];
  return copyBytes(out, at, scheme, 0, scheme.length);
}

/**
 * HTTP_TRANSFER_ENCODING: a web server has undone it and sends CONTENT_LENGTH; nginx leaves the header
 * in. HTTP_PROXY steers HTTP clients in child processes (httpoxy). PEP 3333 wants the server's name and
 * port not to be empty, and nginx has no name where `server_name` is not set.
 */
function isLeftOut(vars: Vars, pair: number): boolean {
  if (vars.is(pair, "HTTP_TRANSFER_ENCODING") || vars.is(pair, "HTTP_PROXY")) return true;
  const isEmpty = vars.valueStart[pair] === vars.valueEnd[pair];
  return isEmpty && (vars.is(pair, "SERVER_NAME") || vars.is(pair, "SERVER_PORT"));
}

function writeRange(out: Buffer, at: number, bytes: Buffer, start: number, end: number): number {
  let all = 0;
  for (let from = start; from < end; from++) all |= bytes[from] as number;
  return writeText(out, at, bytes, start, end, all > 127);
}
