import type { Listener } from "../start/listener.ts";

/**
 * Those on which this router listens. Of an address with several sockets each router has its own, so that the
 * kernel spreads the connections evenly; none may be without a router: its connections would hang.
 */
export function shareOf(
  listeners: readonly Listener[],
  { router, routers }: { router: number; routers: number },
): readonly Listener[] {
  const groups = Map.groupBy(listeners, ({ url }) => url);
  return [...groups.values()].flatMap((sockets) =>
    sockets.filter((_, index) => index % routers === router || index === router % sockets.length),
  );
}

/** Each once, however many sockets it has. */
export function urlsOf(listeners: readonly Listener[]): readonly string[] {
  return [...new Set(listeners.map(({ url }) => url))];
}
