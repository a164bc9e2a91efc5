/** How each protocol of CGI variables begins a connection, and how its peer wants to be answered. */

import { readScgiHead } from "../../wire/cgi/scgi-head.ts";
import { MOST_BLOCK, PACKET_HEADER, readHeader, readVars } from "../../wire/cgi/uwsgi-packet.ts";
import type { Vars } from "../../wire/cgi/vars.ts";

/** More than any web server sends; uWSGI's own bound is 128. */
export const MOST_VARS = 1024;

export type Opening =
  | { readonly kind: "incomplete" }
  /** No request can be read: the connection is closed, and the log says why. */
  | { readonly kind: "malformed"; readonly why: string }
  /** The variables are read; the body begins at `bodyStart`. */
  | { readonly kind: "request"; readonly bodyStart: number }
  /** It is not for the application: `reply` is all there is to say; `why` is for the log, null for nothing. */
  | { readonly kind: "other"; readonly reply: Buffer; readonly why: string | null };

export interface CgiProtocol {
  readonly name: "uwsgi" | "SCGI";
  /** The first line of an answer: HTTP's, or that of RFC 3875 §6.3.3. */
  readonly statusLine: "HTTP/1.1 " | "Status: ";
  open(vars: Vars, bytes: Buffer): Opening;
}

const INCOMPLETE: Opening = { kind: "incomplete" };

export const scgi: CgiProtocol = {
  name: "SCGI",
  statusLine: "Status: ",
  open(vars, bytes) {
    const head = readScgiHead(vars, bytes, { bytes: MOST_BLOCK, vars: MOST_VARS });
    if (head.kind === "malformed" && looksLikeHttp(bytes)) return { ...head, why: SPEAKS_HTTP };
    if (head.kind !== "head") return head;
    vars.completePath();
    return { kind: "request", bodyStart: head.end };
  },
};

export const scgiNph: CgiProtocol = { ...scgi, statusLine: "HTTP/1.1 " };

/** Requests: WSGI, and WSGI with SCRIPT_NAME still in PATH_INFO. */
const WSGI = 0;
const WSGI_WITH_PREFIX = 30;
const PING = 100;
const REPLY = 255;

/** What uWSGI does for a packet of this kind, and tsgi does not. */
const NOT_SERVED: ReadonlyMap<number, string> = new Map([
  [17, "a task for the spooler"],
  [22, "code to be evaluated"],
  [110, "a uwsgi signal"],
  [111, "a request to the cache"],
  [173, "a remote procedure call"],
  [224, "a subscription"],
]);

export const uwsgi: CgiProtocol = {
  name: "uwsgi",
  statusLine: "HTTP/1.1 ",
  open(vars, bytes) {
    const header = readHeader(bytes, 0);
    if (header === null) return INCOMPLETE;
    const end = PACKET_HEADER + header.size;
    if (looksLikeHttp(bytes)) return { kind: "malformed", why: SPEAKS_HTTP };
    if (header.modifier1 !== WSGI && header.modifier1 !== WSGI_WITH_PREFIX)
      return openOther(header.modifier1);
    if (bytes.length < end) return INCOMPLETE;
    const why = readVars(vars, bytes, PACKET_HEADER, end, MOST_VARS);
    if (why !== null) return { kind: "malformed", why };
    if (header.modifier1 === WSGI_WITH_PREFIX) vars.stripScriptName();
    else vars.completePath();
    return { kind: "request", bodyStart: end };
  },
};

export const SPEAKS_HTTP =
  "it speaks HTTP, for which there is --http; this socket is for a web server's uwsgi_pass, fastcgi_pass or scgi_pass";

/** Three letters and more are no beginning of any other protocol here: somebody's browser, or proxy_pass. */
export function looksLikeHttp(bytes: Buffer): boolean {
  return /^[A-Z]{3}[A-Z ]/.test(bytes.toString("latin1", 0, 4));
}

function openOther(modifier1: number): Opening {
  if (modifier1 === PING) return { kind: "other", reply: Buffer.from([PING, 0, 0, 1]), why: null };
  const what = NOT_SERVED.get(modifier1) ?? "something that tsgi does not know";
  const why = `a packet with modifier1 ${modifier1} asks for ${what}; only requests (0, 30) and pings (100) are answered`;
  // uWSGI's clients read a reply of this kind as "no".
  const hasReply = modifier1 === 17 || modifier1 === 110;
  return { kind: "other", reply: hasReply ? Buffer.from([REPLY, 0, 0, 0]) : Buffer.alloc(0), why };
}
