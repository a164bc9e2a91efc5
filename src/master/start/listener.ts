/**
 * A bound socket that the master owns and the routers listen on. The master itself never listens:
 * libuv would then accept here, and clients would hang. Because the master holds the descriptor,
 * a router can die without a single connection being refused.
 */
import { chmodSync, chownSync, statSync, unlinkSync } from "node:fs";
import net from "node:net";
import { dirname, resolve } from "node:path";
import type { Address } from "../../base/address.ts";
import type { Protocol } from "../../base/listener-message.ts";
import { findUnixPath, socketInode } from "../processes/process-table.ts";
import { type BindFailure, refuseBind } from "./bind-refusals.ts";
import type { BindOptions, BoundSocket } from "./bound-socket.ts";
import { Refusal } from "./refusal.ts";
import { codeOf, createServerHandle, type Handle, type SocketName } from "./server-handle.ts";
import { bindTcp, tcpListener } from "./tcp-listener.ts";

export interface Listener extends BoundSocket {
  /** The address in the configuration that it stands for; null for one that systemd has brought in by itself. */
  readonly asked: string | null;
  readonly protocol: Protocol;
}

/** One socket, or one for each router. Throws a Refusal that says what to do. */
export async function bindListener(address: Address, options: BindOptions): Promise<readonly BoundSocket[]> {
  switch (address.kind) {
    case "tcp":
      return bindTcp(address, options);
    case "unix":
      return [await bindUnixPath(resolve(address.path), options)];
    case "abstract":
      return [bindAbstract(address.name)];
    case "fd":
      return [adoptListener(address.fd)];
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
  const inode = socketInode(fd);
  return inode === null ? null : findUnixPath(inode);
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
