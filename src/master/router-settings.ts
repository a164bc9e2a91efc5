import type { ListenerMessage, RouterSettings } from "../base/messages.ts";
import type { Settings } from "../settings/settings.ts";
import type { Listener } from "./listener.ts";
import { FIRST_LISTENER } from "./router-handle.ts";

const STDOUT = 1;

/** What one router needs of the settings. */
export function routerSettings(
  settings: Settings,
  router: { number: number; runtimeDirectory: string; listeners: readonly Listener[] },
): RouterSettings {
  return {
    router: router.number,
    routers: settings.httpProcesses,
    title: `${settings.procnamePrefix}tsgi: router`,
    runtimeDirectory: router.runtimeDirectory,
    listeners: router.listeners.map(listenerMessage),
    backlog: settings.listen,
    headLimit: settings.bufferSize,
    headerCountLimit: settings.httpMaxHeaders,
    bodyLimit: settings.limitPost,
    bodyCollect: settings.postBuffering,
    bodyMemory: settings.bodyMemory,
    responseCollect: settings.responseBuffering,
    headTimeout: settings.httpHeadersTimeout,
    bodyTimeout: settings.httpTimeout,
    writeTimeout: settings.socketTimeout,
    keepAliveTimeout: settings.httpKeepalive,
    queueLimit: settings.queueLimit,
    queueTimeout: settings.queueTimeout,
    serverHeader: settings.serverHeader,
    accessLog: settings.disableLogging ? null : STDOUT,
    // The master has dropped its privileges before it starts anybody: nobody has any left to drop.
    uid: null,
    gid: null,
  };
}

/** Routers inherit the listeners in this order, behind stdin, stdout and stderr. */
function listenerMessage(listener: Listener, index: number): ListenerMessage {
  const { url, kind, serverName, serverPort, unlink } = listener;
  return {
    fd: FIRST_LISTENER + index,
    url,
    kind,
    serverName,
    serverPort,
    ...(unlink === null ? {} : { unlink }),
  };
}
