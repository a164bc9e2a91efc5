/** Listeners that a reload brings, and those that it takes away. */

import type { Log } from "../../observe/log.ts";
import type { Instance } from "../instance.ts";
import { shareOf, urlsOf } from "../processes/listener-share.ts";
import { listenerMessage } from "../processes/router-settings.ts";
import type { ListenerChange } from "../start/bind-listeners.ts";
import { warnOfPeers } from "../start/open-sockets.ts";

export const NO_CHANGE: ListenerChange = { added: [], removed: [] };

/** Routers begin to listen on the new ones, and let the old ones go; connections live on. */
export function changeListeners(instance: Instance, log: Log, { added, removed }: ListenerChange): void {
  const { listeners, routers } = instance;
  const kept = listeners.filter((listener) => !removed.includes(listener));
  listeners.splice(0, listeners.length, ...kept, ...added);
  for (const url of urlsOf(added)) log.event(`listening on ${url}`);
  const warning = warnOfPeers(added, instance.generation.settings);
  if (warning !== null) log.event(warning);
  for (const router of routers) {
    const share = shareOf(added, { router: router.number, routers: instance.routerSeats.length });
    // The descriptor's number is the router's to say.
    for (const listener of share) router.sendListener(listenerMessage(listener, -1), listener.handle);
  }
  for (const url of urlsOf(removed)) {
    log.event(`no longer listening on ${url}; its connections live on`);
    instance.tellRouters({ do: "unlisten", url });
  }
  // While one process holds it open, the kernel goes on taking connections for it.
  for (const listener of removed) listener.close();
}
