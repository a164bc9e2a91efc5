/**
 * What is spoken on a listener. "proxied-http": a header of the PROXY protocol, then HTTP; "nph": answers begin with a
 * status line as in HTTP.
 */
export type Protocol = "http" | "proxied-http" | "uwsgi" | "fastcgi" | "fastcgi-nph" | "scgi" | "scgi-nph";

/** A bound listener as a router inherits it: `fd` is the descriptor's number in the router. */
export interface ListenerMessage {
  readonly fd: number;
  /** As shown to people: http://127.0.0.1:8000, http://[::1]:8000, unix:/run/a.sock */
  readonly url: string;
  readonly kind: "tcp" | "unix";
  readonly protocol: Protocol;
  /** SERVER_NAME and SERVER_PORT where the request says nothing better. */
  readonly serverName: string;
  readonly serverPort: string;
  /** Path to unlink when the master was killed; absent for TCP, abstract and inherited sockets. */
  readonly unlink?: string;
}

export function speaksHttp(protocol: Protocol): boolean {
  return protocol === "http" || protocol === "proxied-http";
}
