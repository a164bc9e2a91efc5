/**
 * What a router adds to a worker's response head: Date, Server, Connection and the framing, ending
 * with the empty line (RFC 9112 §9.3, §7.1; RFC 9110 §6.6.1). Each combination is made once a second.
 */

import { FLAG } from "../frame.ts";
import type { Refusal } from "./refusals.ts";

export const PERSISTENCE = { silent: 0, keepAlive: 1, close: 2 } as const;

/** How the connection's fate is told: HTTP/1.1 stays open and HTTP/1.0 closes unless it is said. */
export function persistence(minor: number, keepAlive: boolean): number {
  if (!keepAlive) return PERSISTENCE.close;
  return minor === 1 ? PERSISTENCE.silent : PERSISTENCE.keepAlive;
}

const CONNECTION_LINES = ["", "Connection: keep-alive\r\n", "Connection: close\r\n"] as const;

export class ResponseSuffixes {
  readonly #serverLine: string;
  readonly #made: (Buffer | undefined)[] = [];
  #dateLine = "";

  /** `server` is the value of the Server header, "" for none. */
  constructor(server: string) {
    this.#serverLine = server === "" ? "" : `Server: ${server}\r\n`;
  }

  /** Call at least once a second with the present time in milliseconds. */
  setDate(now: number): void {
    this.#dateLine = `Date: ${new Date(now).toUTCString()}\r\n`;
    this.#made.length = 0;
  }

  /** `flags` are those of a RESPONSE frame: what the application has set is not added. */
  get(flags: number, connection: number, isChunked: boolean): Buffer {
    const index = (flags & (FLAG.hasDate | FLAG.hasServer)) | (connection << 3) | (isChunked ? 32 : 0);
    let suffix = this.#made[index];
    if (suffix === undefined) {
      suffix = Buffer.from(this.lines(flags, connection, isChunked), "latin1");
      this.#made[index] = suffix;
    }
    return suffix;
  }

  lines(flags: number, connection: number, isChunked: boolean): string {
    const date = flags & FLAG.hasDate ? "" : this.#dateLine;
    const server = flags & FLAG.hasServer ? "" : this.#serverLine;
    const framing = isChunked ? "Transfer-Encoding: chunked\r\n" : "";
    return `${date}${server}${CONNECTION_LINES[connection]}${framing}\r\n`;
  }

  /** A whole response that the server gives by itself: a small plain page. */
  page(refusal: Refusal, options: { connection: number; isHead: boolean }): Buffer {
    const body = pageBody(refusal);
    const retry = refusal.status === 503 ? "Retry-After: 1\r\n" : "";
    const head =
      `HTTP/1.1 ${refusal.status} ${refusal.reason}\r\nContent-Type: text/plain; charset=utf-8\r\n` +
      `Content-Length: ${body.length}\r\n${retry}${this.lines(0, options.connection, false)}`;
    return Buffer.from(options.isHead ? head : head + body, "latin1");
  }
}

/** What the client of a refused request reads. ASCII: its length is its size. */
export function pageBody(refusal: Refusal): string {
  return `${refusal.status} ${refusal.reason}\n${refusal.message}\n`;
}

/** RFC 9110 §6.4.1: these never have a body, whatever the method. */
export function isBodyless(status: number): boolean {
  return status < 200 || status === 204 || status === 304;
}

export const LAST_CHUNK = Buffer.from("0\r\n\r\n");
export const CHUNK_END = Buffer.from("\r\n");
export const CONTINUE = Buffer.from("HTTP/1.1 100 Continue\r\n\r\n");

export function chunkStart(size: number): Buffer {
  return Buffer.from(`${size.toString(16)}\r\n`, "latin1");
}
