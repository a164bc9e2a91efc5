/**
 * The variables of a request that came as CGI variables (RFC 3875 §4.1): by uwsgi, FastCGI or SCGI. As
 * offsets into the bytes they came in; a web server in front has made them from a head that it checked.
 *
 * What two readers could read differently is refused: a length that is no plain number, a second one.
 */

import { type Refusal, refusals } from "../http1/refusals.ts";

/** What of the variables decides how the request is served. */
export interface RequestFacts {
  /** Bytes of the body that follow; null where nothing is said of it. */
  readonly contentLength: number | null;
  readonly isHead: boolean;
  /** HTTP/1.1, or what else the client spoke. */
  readonly protocol: string;
  readonly scheme: "http" | "https";
}

export type FactsOrRefusal =
  | { readonly kind: "facts"; readonly facts: RequestFacts }
  | { readonly kind: "refused"; readonly refusal: Refusal };

const LETTER_U = 85;
/** UWSGI_SCHEME apart, all that uWSGI itself reads of these. */
const POWERS: ReadonlySet<string> = new Set([
  ...["UWSGI_FILE", "UWSGI_SCRIPT", "UWSGI_MODULE", "UWSGI_CALLABLE", "UWSGI_PYHOME", "UWSGI_HOME"],
  ...[
    "UWSGI_CHDIR",
    "UWSGI_TOUCH_RELOAD",
    "UWSGI_SETENV",
    "UWSGI_POSTFILE",
    "UWSGI_CACHE_GET",
    "UWSGI_APPID",
  ],
]);

/** nginx 1.22 with scgi_request_buffering off: CONTENT_LENGTH is what has arrived so far, and more follows. */
const CONTRADICTED: Refusal = {
  ...refusals.badContentLength,
  message: "CONTENT_LENGTH is not the client's Content-Length (nginx: scgi_request_buffering must be on).",
};

export class Vars {
  bytes: Buffer = Buffer.alloc(0);
  /** How many pairs. */
  count = 0;
  readonly keyStart: number[] = [];
  readonly keyEnd: number[] = [];
  readonly valueStart: number[] = [];
  readonly valueEnd: number[] = [];

  clear(bytes: Buffer): void {
    this.bytes = bytes;
    this.count = 0;
  }

  add(keyStart: number, keyEnd: number, valueStart: number, valueEnd: number): void {
    const at = this.count++;
    this.keyStart[at] = keyStart;
    this.keyEnd[at] = keyEnd;
    this.valueStart[at] = valueStart;
    this.valueEnd[at] = valueEnd;
  }

  key(at: number): string {
    return this.bytes.toString("latin1", this.keyStart[at], this.keyEnd[at]);
  }

  value(at: number): string {
    return this.bytes.toString("latin1", this.valueStart[at], this.valueEnd[at]);
  }

  /** Of several with this name the last one counts, as in a dict; null where there is none. */
  get(name: string): string | null {
    for (let at = this.count - 1; at >= 0; at--) if (this.is(at, name)) return this.value(at);
    return null;
  }

  /** Whether the name is written more than once. */
  isRepeated(name: string): boolean {
    let found = 0;
    for (let at = 0; at < this.count; at++) if (this.is(at, name)) found++;
    return found > 1;
  }

  is(at: number, name: string): boolean {
    const start = this.keyStart[at] as number;
    if ((this.keyEnd[at] as number) - start !== name.length) return false;
    for (let i = 0; i < name.length; i++) if (this.bytes[start + i] !== name.charCodeAt(i)) return false;
    return true;
  }

  /**
   * nginx's stock parameters for FastCGI and SCGI have no PATH_INFO, which applications go by, but
   * DOCUMENT_URI, and for FastCGI the whole of it again as SCRIPT_NAME.
   */
  completePath(): void {
    const uri = this.get("DOCUMENT_URI");
    if (uri === null || this.get("PATH_INFO") !== null) return;
    const mount = this.get("SCRIPT_NAME") ?? "";
    const isBelow = mount !== "" && uri.startsWith(`${mount}/`);
    this.#append("SCRIPT_NAME", isBelow ? mount : "");
    this.#append("PATH_INFO", isBelow ? uri.slice(mount.length) : uri);
  }

  #append(name: string, value: string): void {
    const start = this.bytes.length;
    this.bytes = Buffer.concat([this.bytes, Buffer.from(name + value, "latin1")]);
    this.add(start, start + name.length, start + name.length, this.bytes.length);
  }

  /** The first variable by which uWSGI lets whoever reaches its socket load code or read files; null for none. */
  findPower(): string | null {
    for (let at = 0; at < this.count; at++) {
      // Few names begin so: most are told by one byte.
      if (this.bytes[this.keyStart[at] as number] !== LETTER_U) continue;
      const key = this.key(at);
      if (POWERS.has(key)) return key;
    }
    return null;
  }

  /** Takes SCRIPT_NAME off the beginning of PATH_INFO, where it is there. */
  stripScriptName(): void {
    const prefix = this.get("SCRIPT_NAME") ?? "";
    const path = this.get("PATH_INFO") ?? "";
    const isInside =
      path.startsWith(prefix) && (path.length === prefix.length || path[prefix.length] === "/");
    if (prefix === "" || !isInside) return;
    for (let at = 0; at < this.count; at++)
      if (this.is(at, "PATH_INFO"))
        this.valueStart[at] = (this.valueEnd[at] as number) - path.length + prefix.length;
  }

  /** What decides how the request is served, or why it is refused. */
  facts(): FactsOrRefusal {
    const method = this.get("REQUEST_METHOD") ?? "";
    const length = this.get("CONTENT_LENGTH") ?? "";
    const isRepeated = this.isRepeated("CONTENT_LENGTH") || this.isRepeated("REQUEST_METHOD");
    // RFC 9110 §5.6.2; what is no token could be two words on the log's line.
    if (isRepeated || !/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(method)) return refused(refusals.badRequest);
    if (!/^\d{0,15}$/.test(length)) return refused(refusals.badContentLength);
    if (Number(length) > 0 && this.#isContradicted(Number(length))) return refused(CONTRADICTED);
    return {
      kind: "facts",
      facts: {
        contentLength: length === "" ? null : Number(length),
        isHead: method === "HEAD",
        protocol: this.get("SERVER_PROTOCOL") ?? "HTTP/1.0",
        scheme: this.#scheme(),
      },
    };
  }

  /** Left out where a web server passes on no body: then the header stays. */
  #isContradicted(length: number): boolean {
    const header = this.get("HTTP_CONTENT_LENGTH") ?? "";
    return /^\d{1,15}$/.test(header) && Number(header) !== length;
  }

  /** HTTPS counts from a web server in front, where an X-Forwarded-Proto would be the client's word. */
  #scheme(): "http" | "https" {
    const https = (this.get("HTTPS") ?? "").toLowerCase();
    if (/^(on|1|true)/.test(https)) return "https";
    const scheme = (this.get("UWSGI_SCHEME") ?? this.get("REQUEST_SCHEME") ?? "").toLowerCase();
    return https === "" && scheme === "https" ? "https" : "http";
  }
}

function refused(refusal: Refusal): FactsOrRefusal {
  return { kind: "refused", refusal };
}
