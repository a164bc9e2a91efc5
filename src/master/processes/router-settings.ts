import type { ListenerMessage } from "../../base/listener-message.ts";
import type { AccessLogMessage, RouterSettings } from "../../base/messages.ts";
import type { Settings } from "../../settings/settings.ts";
import type { Listener } from "../start/listener.ts";
import { routerTitle } from "./process-titles.ts";
import { FIRST_LISTENER } from "./router-handle.ts";

const STDOUT = 1;

export interface RouterParts {
  readonly number: number;
  readonly runtimeDirectory: string;
  readonly listeners: readonly Listener[];
  /** Whether requests are logged to a file of their own. */
  readonly hasAccessLog: boolean;
}

/** What one router needs of the settings. */
export function routerSettings(settings: Settings, router: RouterParts): RouterSettings {
  return {
    router: router.number,
    routers: settings.httpProcesses,
    title: routerTitle(settings),
    runtimeDirectory: router.runtimeDirectory,
    listeners: router.listeners.map((listener, index) => listenerMessage(listener, FIRST_LISTENER + index)),
    backlog: settings.listen,
    allowedPeers: settings.socketAllowIps,
    proxyPeers: settings.proxyAllowIps,
    forwardingProxies: settings.forwardedAllowIps,
    forwardedHeaders: settings.forwardedHeaders,
    logsForwardedFor: settings.logXForwardedFor,
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
    harakiri: settings.harakiri,
    serverHeader: settings.serverHeader,
    accessLog: accessLogMessage(settings, router),
    // The master has dropped its privileges before it starts anybody: nobody has any left to drop.
    uid: null,
    gid: null,
  };
}

/** A file of its own is inherited behind the listeners. */
function accessLogMessage(settings: Settings, router: RouterParts): AccessLogMessage {
  const only = [...(settings.log4xx ? [4] : []), ...(settings.log5xx ? [5] : [])];
  return {
    fd: router.hasAccessLog ? FIRST_LISTENER + router.listeners.length : STDOUT,
    classes: settings.disableLogging ? only : null,
  };
}

/** Routers inherit the listeners in their order, behind stdin, stdout and stderr. */
export function listenerMessage(listener: Listener, fd: number): ListenerMessage {
  const { url, kind, protocol, serverName, serverPort, unlink } = listener;
  return {
    fd,
    url,
    kind,
    protocol,
    serverName,
    serverPort,
    ...(unlink === null ? {} : { unlink }),
  };
}
