/**
 * A socket that is bound and does not listen. This is the one file with `net._createServerHandle`, which
 * is not public: node:net offers no other way to have one. Its traps, each with a test:
 * - a numeric result is an errno;
 * - libuv delays EADDRINUSE: only getsockname() proves the bind, else listening would choose
 *   a port of its own on every address;
 * - libuv says EACCES where a Unix socket's directory does not exist;
 * - close() unlinks a Unix socket, the end of the process does not.
 */
import net from "node:net";
import { getSystemErrorName } from "node:util";

export interface SocketName {
  address?: string;
  port?: number;
}

export interface Handle {
  readonly fd: number;
  getsockname?(out: SocketName): number;
  close(): void;
}

type CreateServerHandle = (
  address: string | null,
  port: number,
  addressType: 4 | 6 | -1,
  fd?: number,
  flags?: number,
) => Handle | number;

// The types of Node leave the function out.
export const createServerHandle = (net as unknown as { _createServerHandle: CreateServerHandle })
  ._createServerHandle;

export function codeOf(errno: number): string {
  return getSystemErrorName(errno);
}
