import { isIP } from "node:net";
import { speaksHttp } from "../../base/listener-message.ts";
import type { Settings } from "../../settings/settings.ts";
import { urlsOf } from "../processes/listener-share.ts";
import type { Listener } from "./listener.ts";

/**
 * Who reaches such a socket says who the client is, and with which rights: REMOTE_ADDR, REMOTE_USER, HTTPS.
 * Null where nobody but this machine does, or it was said who may.
 */
export function warnOfPeers(listeners: readonly Listener[], settings: Settings): string | null {
  if (settings.socketAllowIps.length > 0) return null;
  const open = urlsOf(listeners.filter((one) => !speaksHttp(one.protocol) && isReachable(one)));
  if (open.length === 0) return null;
  return [
    `whoever reaches ${open.join(" and ")} can pass for any client and any user`,
    "socket-allow-ips limits it to the addresses of your web servers, for example --socket-allow-ips 10.0.0.0/8",
  ].join("\n");
}

function isReachable({ kind, serverName }: Listener): boolean {
  if (kind !== "tcp") return false;
  return isIP(serverName) === 6 ? serverName !== "::1" : !serverName.startsWith("127.");
}
