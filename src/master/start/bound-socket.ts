export interface BoundSocket {
  readonly kind: "tcp" | "unix";
  readonly fd: number;
  /** Node's own, as a running router takes it by a message. */
  readonly handle: object;
  /** As shown to people: http://127.0.0.1:8000, unix:/run/a.sock, unix:@abstract */
  readonly url: string;
  readonly serverName: string;
  readonly serverPort: string;
  /** Of a Unix socket that a tsgi has made, perhaps the one before this; null for all others. */
  readonly path: string | null;
  /** The path that a router may remove when the master was killed: only where nobody else can have the socket. */
  readonly unlink: string | null;
  /** Whether its path goes when it is closed. One that was handed over is not ours before the predecessor says so. */
  claim(isOurs: boolean): void;
  close(): void;
}

export interface BindOptions {
  /** Of a TCP address: one for each router, over which the kernel spreads the connections. */
  readonly sockets: number;
  /** Whether other servers may have the same port: connections are spread over all of them. */
  readonly isShared: boolean;
  /** Leave IPv4 to another listener: [::] alone would take both. */
  readonly onlyIpv6: boolean;
  readonly socketMode: number | null;
  readonly socketOwner: { readonly uid: number; readonly gid: number } | null;
}
