import type { Socket } from "node:net";

/**
 * Ends a connection so that the peer sees that something is missing: by a reset. Unix sockets have none,
 * and Node throws for them.
 */
export function cutOff(socket: Socket): void {
  if (socket.remoteAddress === undefined) socket.destroy();
  else socket.resetAndDestroy();
}
