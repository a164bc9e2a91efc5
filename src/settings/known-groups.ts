/** The options of uWSGI that have no setting here, by subject; in the order of docs/options.md. */

import { alarmOptions } from "./known/alarm-options.ts";
import { alwaysOptions } from "./known/always-options.ts";
import { backgroundOptions } from "./known/background-options.ts";
import { cacheOptions } from "./known/cache-options.ts";
import { clusterOptions } from "./known/cluster-options.ts";
import { commandOptions } from "./known/command-options.ts";
import { confinementOptions } from "./known/confinement-options.ts";
import { emperorOptions } from "./known/emperor-options.ts";
import { fastrouterOptions } from "./known/fastrouter-options.ts";
import { hookOptions } from "./known/hook-options.ts";
import { httpPluginOptions } from "./known/http-plugin-options.ts";
import { internalOptions } from "./known/internal-options.ts";
import { jobOptions } from "./known/job-options.ts";
import { languageOptions } from "./known/language-options.ts";
import { laterRuleOptions } from "./known/later-rule-options.ts";
import { loggingOptions } from "./known/logging-options.ts";
import { otherLanguageOptions } from "./known/other-language-options.ts";
import { otherPluginOptions } from "./known/other-plugin-options.ts";
import { otherRouterOptions } from "./known/other-router-options.ts";
import { pluginOptions } from "./known/plugin-options.ts";
import { privilegeOptions } from "./known/privilege-options.ts";
import { pythonPluginOptions } from "./known/python-plugin-options.ts";
import { recyclingOptions } from "./known/recycling-options.ts";
import { reloadOptions } from "./known/reload-options.ts";
import { responseOptions } from "./known/response-options.ts";
import { routingOptions } from "./known/routing-options.ts";
import { socketOptions } from "./known/socket-options.ts";
import { staticOptions } from "./known/static-options.ts";
import { statsOptions } from "./known/stats-options.ts";
import { tlsOptions } from "./known/tls-options.ts";
import type { Row } from "./option.ts";

export interface KnownGroup {
  readonly title: string;
  readonly rows: Readonly<Record<string, Row>>;
}

export const knownGroups: readonly KnownGroup[] = [
  { title: "Always so", rows: alwaysOptions },
  { title: "Configuration language", rows: languageOptions },
  { title: "Sockets of other protocols", rows: socketOptions },
  { title: "TLS", rows: tlsOptions },
  { title: "Routing", rows: routingOptions },
  { title: "Reloading, and what starts and commands an instance", rows: reloadOptions },
  { title: "Recycling and limits", rows: recyclingOptions },
  { title: "Logs of other forms", rows: loggingOptions },
  { title: "Alarms", rows: alarmOptions },
  { title: "Stats and metrics", rows: statsOptions },
  { title: "Caches, queues and locks", rows: cacheOptions },
  { title: "Spooler, mules and timers", rows: backgroundOptions },
  { title: "Hooks", rows: hookOptions },
  { title: "Rights, jails and namespaces", rows: privilegeOptions },
  { title: "Emperor", rows: emperorOptions },
  { title: "Subscriptions and clusters", rows: clusterOptions },
  { title: "Commands of uWSGI", rows: commandOptions },
  { title: "Inside of uWSGI", rows: internalOptions },
  { title: "HTTP router", rows: httpPluginOptions },
  { title: "Routing of errors and responses", rows: laterRuleOptions },
  { title: "Headers, error pages and WebSockets", rows: responseOptions },
  { title: "Static files", rows: staticOptions },
  { title: "Confinement, shared sockets and loops", rows: confinementOptions },
  { title: "Cron jobs and attached programs", rows: jobOptions },
  { title: "Python plug-in", rows: pythonPluginOptions },
  { title: "Fastrouter", rows: fastrouterOptions },
  { title: "Plug-ins of uWSGI", rows: pluginOptions },
  { title: "Other plug-ins", rows: otherPluginOptions },
  { title: "Other routers", rows: otherRouterOptions },
  { title: "Other languages than Python", rows: otherLanguageOptions },
];
