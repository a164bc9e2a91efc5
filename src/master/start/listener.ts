/**
 * A bound socket that the master owns and the routers listen on. The master itself never listens:
 * libuv would then accept here, and clients would hang. Because the master holds the descriptor,
 * a router can die without a single connection being refused.
 *
 * This is the one file with `net._createServerHandle`, which is not public: node:net offers no
 * other way to bind without listening. Its traps, each with a test:
 * - a numeric result is an errno;
 * - libuv delays EADDRINUSE: only getsockname() proves the bind, else listening would choose
 *   a port of its own on every address;
 * - libuv says EACCES where a Unix socket's directory does not exist;
 * - close() unlinks a Unix socket, the end of the process does not.
 */
import { lookup } from "node:dns/promises";
import { chmodSync, chownSync, statSync, unlinkSync } from "node:fs";
import net from "node:net";
import { dirname, resolve } from "node:path";
import { getSystemErrorName } from "node:util";
import type { Address } from "../../base/address.ts";
import { findUnixPath, readLinkOrEmpty } from "../processes/process-table.ts";
import { type BindFailure, refuseBind } from "./bind-refusals.ts";
import { Refusal } from "./refusal.ts";

export interface Listener extends BoundSocket {
  /** The address in the configuration that it stands for; null for one that systemd has brought in by itself. */
  readonly asked: string | null;
}

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
  /** Leave IPv4 to another listener: [::] alone would take both. */
  readonly onlyIpv6: boolean;
  readonly socketMode: number | null;
  readonly socketOwner: { readonly uid: number; readonly gid: number } | null;
}

/** Throws a Refusal that says what to do. */
export async function bindListener(address: Address, options: BindOptions): Promise<BoundSocket> {
  switch (address.kind) {
    case "tcp":
      return bindTcp(address, options);
    case "unix":
      return bindUnixPath(resolve(address.path), options);
    case "abstract":
      return bindAbstract(address.name);
    case "fd":
      return adoptListener(address.fd);
  }
}

/**
 * Takes over a socket that somebody else has bound: `fd` was inherited from systemd or a parent.
 * `path`: of a Unix socket that a predecessor has made, to be removed by us once it is ours.
 */
export function adoptListener(fd: number, path: string | null = null): BoundSocket {
  const handle = createServerHandle(null, 0, -1, fd);
  if (typeof handle === "number") throw refuseDescriptor(fd, codeOf(handle));
  if (handle.getsockname === undefined)
    return path === null
      ? unixListener(findUnixPathOf(fd) ?? `fd://${fd}`, handle)
      : inheritedUnixListener(path, handle);
  const name: SocketName = {};
  const error = handle.getsockname(name);
  if (error !== 0) throw refuseDescriptor(fd, codeOf(error));
  return tcpListener({ host: name.address ?? "", port: name.port ?? 0, handle });
}

function refuseDescriptor(fd: number, code: string): Refusal {
  return new Refusal(
    `cannot listen on fd://${fd}: descriptor ${fd} is not a socket that was handed to us (${code})`,
    ["the process that starts tsgi has to open it, as systemd's .socket units do"],
  );
}

function findUnixPathOf(fd: number): string | null {
  const inode = /^socket:\[(\d+)\]$/.exec(readLinkOrEmpty(`/proc/self/fd/${fd}`))?.[1];
  return inode === undefined ? null : findUnixPath(inode);
}

interface SocketName {
  address?: string;
  port?: number;
}

interface Handle {
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
const createServerHandle = (net as unknown as { _createServerHandle: CreateServerHandle })
  ._createServerHandle;

const UV_TCP_IPV6ONLY = 1;

async function bindTcp(address: Address & { kind: "tcp" }, options: BindOptions): Promise<BoundSocket> {
  const { host, family } = await resolveHost(address);
  const flags = family === 6 && options.onlyIpv6 ? UV_TCP_IPV6ONLY : 0;
  const handle = createServerHandle(host, address.port, family, undefined, flags);
  if (typeof handle === "number")
    throw refuseBind(failureOf(handle, { kind: "tcp", host, port: address.port }));
  const name: SocketName = {};
  const error = handle.getsockname?.(name) ?? 0;
  if (error !== 0) {
    handle.close();
    throw refuseBind(failureOf(error, { kind: "tcp", host, port: address.port }));
  }
  return tcpListener({ host, port: name.port ?? address.port, handle });
}

function tcpListener({ host, port, handle }: { host: string; port: number; handle: Handle }): BoundSocket {
  const shown = host.includes(":") ? `[${host}]` : host;
  return {
    kind: "tcp",
    fd: handle.fd,
    handle,
    url: `http://${shown}:${port}`,
    serverName: host,
    serverPort: String(port),
    path: null,
    unlink: null,
    claim: () => undefined,
    close: () => handle.close(),
  };
}

async function resolveHost(address: Address & { kind: "tcp" }): Promise<{ host: string; family: 4 | 6 }> {
  if (address.family !== undefined) return { host: address.host, family: address.family };
  try {
    const found = await lookup(address.host, { order: "ipv4first" });
    return { host: found.address, family: found.family === 6 ? 6 : 4 };
  } catch (error) {
    throw new Refusal(`cannot listen on ${address.host}:${address.port}: ${(error as Error).message}`, [
      "the host name was not found: give an address of this machine, or :PORT for all of them",
    ]);
  }
}

async function bindUnixPath(path: string, options: BindOptions): Promise<BoundSocket> {
  const handle = await bindOverStaleSocket(path);
  const listener = ownUnixListener(path, handle);
  try {
    if (options.socketMode !== null) chmodSync(path, options.socketMode);
    if (options.socketOwner !== null) chownSync(path, options.socketOwner.uid, options.socketOwner.gid);
  } catch (error) {
    listener.close();
    throw new Refusal(`cannot set mode or owner of ${path}: ${(error as Error).message}`);
  }
  return listener;
}

function ownUnixListener(path: string, handle: Handle): BoundSocket {
  let isOurs = true;
  // libuv removes the path. Once it is a successor's, the descriptor is left open until we end.
  const close = () => {
    if (isOurs) handle.close();
  };
  const claim = (isOursNow: boolean) => {
    isOurs = isOursNow;
  };
  return { ...unixListener(path, handle), path, unlink: path, claim, close };
}

function inheritedUnixListener(path: string, handle: Handle): BoundSocket {
  let isOurs = false;
  const close = () => {
    handle.close();
    if (isOurs) unlinkQuietly(path);
  };
  const claim = (isOursNow: boolean) => {
    isOurs = isOursNow;
  };
  return { ...unixListener(path, handle), path, claim, close };
}

/** `name` is what people see: the path, or "@abstract". */
function unixListener(name: string, handle: Handle): BoundSocket {
  return {
    kind: "unix",
    fd: handle.fd,
    handle,
    url: `unix:${name}`,
    // PEP 3333 wants both to be there and not empty; without a Host header this is all we know.
    serverName: "localhost",
    serverPort: "80",
    path: null,
    unlink: null,
    claim: () => undefined,
    close: () => handle.close(),
  };
}

async function bindOverStaleSocket(path: string): Promise<Handle> {
  const target = { kind: "unix", path } as const;
  requireBindablePath(path);
  const handle = createServerHandle(path, -1, -1);
  if (typeof handle !== "number") return handle;
  if (codeOf(handle) !== "EADDRINUSE") throw refuseBind(failureOf(handle, target));
  const connected = await tryConnect(path);
  if (connected !== "ECONNREFUSED") throw refuseBind({ target, code: "EADDRINUSE", connected });
  return replaceStaleSocket(path);
}

/** Asks without binding. What is there and is no socket stays. */
export function requireBindablePath(path: string): void {
  const target = { kind: "unix", path } as const;
  if (!isDirectory(dirname(path))) throw refuseBind({ target, code: "ENOENT" });
  if (isOtherThanSocket(path)) throw refuseBind({ target, code: "EADDRINUSE", connected: "ENOTSOCK" });
}

/** Nobody listens on it: an instance that was killed left it behind. */
function replaceStaleSocket(path: string): Handle {
  const target = { kind: "unix", path } as const;
  try {
    unlinkSync(path);
  } catch {
    throw refuseBind({ target, code: "EACCES" });
  }
  const handle = createServerHandle(path, -1, -1);
  if (typeof handle === "number") throw refuseBind(failureOf(handle, target));
  return handle;
}

function bindAbstract(name: string): BoundSocket {
  const handle = createServerHandle(`\0${name}`, -1, -1);
  if (typeof handle === "number") throw refuseBind(failureOf(handle, { kind: "abstract", name }));
  return unixListener(`@${name}`, handle);
}

function unlinkQuietly(path: string): void {
  try {
    unlinkSync(path);
  } catch {
    // Its directory belongs to root, and we no longer are.
  }
}

/** What a client of the path sees: "connected", or the error's code. */
function tryConnect(path: string): Promise<string> {
  const { promise, resolve: settle } = Promise.withResolvers<string>();
  const socket = net.connect(path);
  socket.once("connect", () => {
    socket.destroy();
    settle("connected");
  });
  socket.once("error", (error: NodeJS.ErrnoException) => settle(error.code ?? "unknown"));
  return promise;
}

function isDirectory(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
  } catch {
    // We may not look: then binding says so.
    return true;
  }
}

function isOtherThanSocket(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false })?.isSocket() === false;
  } catch {
    return false;
  }
}

function failureOf(errno: number, target: BindFailure["target"]): BindFailure {
  return { target, code: codeOf(errno) };
}

function codeOf(errno: number): string {
  return getSystemErrorName(errno);
}
