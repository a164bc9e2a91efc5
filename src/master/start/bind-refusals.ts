import { readFileSync } from "node:fs";
import { networkInterfaces } from "node:os";
import type { Address } from "../../base/address.ts";
import { showAddress } from "../../base/address.ts";
import { findPortOwner, readCommand } from "../processes/process-table.ts";
import { nameUser } from "./accounts.ts";
import { Refusal } from "./refusal.ts";

/** Why a socket could not be bound, with what the operator can do about it. */
export interface BindFailure {
  readonly target: Exclude<Address, { kind: "fd" }>;
  /** The system's name of the error: EADDRINUSE, EACCES … */
  readonly code: string;
  /** For a Unix path in use: what connecting to it gave. */
  readonly connected?: string;
}

export function refuseBind(failure: BindFailure): Refusal {
  const where = `cannot listen on ${showAddress(failure.target)}`;
  const { sentence, details } = explain(failure);
  return new Refusal(`${where}: ${sentence}`, details);
}

interface Explanation {
  readonly sentence: string;
  readonly details: readonly string[];
}

function explain(failure: BindFailure): Explanation {
  const { target, code } = failure;
  if (code === "EADDRINUSE" && target.kind === "tcp") return explainPortInUse(target.port);
  if (code === "EADDRINUSE" && target.kind === "unix")
    return explainPathInUse(target.path, failure.connected);
  if (code === "EADDRINUSE") return { sentence: "another process listens on this name", details: [] };
  if (code === "EADDRNOTAVAIL" && target.kind === "tcp") return explainForeignAddress(target.host);
  if (code === "EACCES" && target.kind === "tcp") return explainLowPort();
  if (code === "ENOENT")
    return { sentence: "its directory does not exist", details: ["make the directory first"] };
  if (code === "EACCES")
    return {
      sentence: "permission denied",
      details: [`user ${nameUser(process.getuid?.() ?? 0)} may not write there`],
    };
  if (code === "EAFNOSUPPORT")
    return { sentence: "this machine has no IPv6", details: ["listen on an IPv4 address"] };
  return { sentence: code, details: [] };
}

function explainPortInUse(port: number): Explanation {
  const pid = findPortOwner(port);
  if (pid === null) {
    return {
      sentence: "the port is in use",
      details: ["its process belongs to another user: as root, `ss -ltnp` names it"],
    };
  }
  const command = readCommand(pid);
  return {
    sentence: `the port is in use by process ${pid}${command === null ? "" : ` (${command})`}`,
    details: ["stop that process, or choose another port"],
  };
}

function explainPathInUse(path: string, connected = "connected"): Explanation {
  switch (connected) {
    case "connected":
    case "EAGAIN":
      return { sentence: "another process listens there", details: ["stop it, or choose another path"] };
    case "EACCES":
      return {
        sentence: "the path exists, and permission to look at it was denied",
        details: [`remove ${path} if nobody uses it`],
      };
    case "ENOTSOCK":
      return {
        sentence: "the path exists and is not a socket",
        details: [`tsgi does not remove it: move ${path} away`],
      };
    default:
      return {
        sentence: `the path exists (connecting gave ${connected})`,
        details: [`remove ${path} if nobody uses it`],
      };
  }
}

function explainForeignAddress(host: string): Explanation {
  const ours = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  const family = host.includes(":") ? "IPv6" : "IPv4";
  const shown = ours.filter((entry) => entry.family === family).map((entry) => entry.address);
  return {
    sentence: "this machine does not have that address",
    details: [
      `it has ${[...new Set(shown)].join(", ") || `no ${family} address`}; ${family === "IPv6" ? "[::]" : "0.0.0.0"} stands for all of them`,
    ],
  };
}

function explainLowPort(): Explanation {
  return {
    sentence: `permission denied: ports below ${firstFreePort()} belong to root`,
    details: [
      "choose a higher port, or start as root and give uid and gid, or let systemd open the port (tsgi.socket),",
      "or grant it: AmbientCapabilities=CAP_NET_BIND_SERVICE in the unit",
    ],
  };
}

function firstFreePort(): string {
  try {
    return readFileSync("/proc/sys/net/ipv4/ip_unprivileged_port_start", "utf8").trim();
  } catch {
    return "1024";
  }
}
