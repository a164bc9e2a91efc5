import { lookup } from "node:dns/promises";
import type { Address } from "../../base/address.ts";
import { refuseBind } from "./bind-refusals.ts";
import type { BindOptions, BoundSocket } from "./bound-socket.ts";
import { Refusal } from "./refusal.ts";
import { codeOf, createServerHandle, type Handle, type SocketName } from "./server-handle.ts";

/** For libuv's uv_tcp_bind(). */
const IPV6_ONLY = 1;
const REUSE_PORT = 2;

interface Target {
  readonly host: string;
  readonly port: number;
  readonly family: 4 | 6;
}

/** Throws a Refusal, and has nothing bound then. */
export async function bindTcp(
  address: Address & { kind: "tcp" },
  { onlyIpv6, sockets, isShared }: BindOptions,
): Promise<readonly BoundSocket[]> {
  const target = { ...(await resolveHost(address)), port: address.port };
  const flags = target.family === 6 && onlyIpv6 ? IPV6_ONLY : 0;
  if (sockets === 1 && !isShared) return [bindOne(target, flags)];
  // With the flag a port that another server listens on is shared with it; without, the bind is refused.
  if (!isShared && target.port !== 0) bindOne(target, flags).close();
  const bound = [bindOne(target, flags | REUSE_PORT)];
  const port = Number(bound[0]?.serverPort);
  try {
    while (bound.length < sockets) bound.push(bindOne({ ...target, port }, flags | REUSE_PORT));
    return bound;
  } catch (error) {
    for (const socket of bound) socket.close();
    throw error;
  }
}

function bindOne({ host, port, family }: Target, flags: number): BoundSocket {
  const handle = createServerHandle(host, port, family, undefined, flags);
  if (typeof handle === "number")
    throw refuseBind({ target: { kind: "tcp", host, port }, code: codeOf(handle) });
  const name: SocketName = {};
  const error = handle.getsockname?.(name) ?? 0;
  if (error !== 0) {
    handle.close();
    throw refuseBind({ target: { kind: "tcp", host, port }, code: codeOf(error) });
  }
  return tcpListener({ host, port: name.port ?? port, handle });
}

export function tcpListener({
  host,
  port,
  handle,
}: {
  host: string;
  port: number;
  handle: Handle;
}): BoundSocket {
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
