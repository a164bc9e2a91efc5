import type { ApplicationMessage } from "../../base/application-message.ts";
import { SECOND } from "../../base/duration.ts";
import type { GunicornConfiguration } from "../../base/gunicorn-messages.ts";
import type { ZygoteBoot } from "../../base/messages.ts";
import { concurrencyOf } from "../../settings/concurrency.ts";
import type { Settings } from "../../settings/settings.ts";
import { pythonHooks } from "../hooks/phases.ts";
import { logFilesOf } from "../start/log-files.ts";
import type { Identity } from "../start/privileges.ts";
import type { RuntimeDirectory } from "../start/runtime-directory.ts";
import { titleParts } from "./process-titles.ts";

/** At least as often, milliseconds. */
const HEARTBEAT = 1 * SECOND;

export interface ZygoteParts {
  readonly generation: number;
  readonly runtimeDirectory: RuntimeDirectory;
  readonly gunicorn: GunicornConfiguration | null;
  /** A user's number, where the start was root's. */
  readonly servesAs: number | null;
}

/** What a zygote needs of the settings. */
export function zygoteBoot(
  settings: Settings,
  { generation, runtimeDirectory, gunicorn, servesAs }: ZygoteParts,
): ZygoteBoot {
  const { green, slots } = concurrencyOf(settings);
  return {
    do: "boot",
    application: applicationMessage(settings),
    generation,
    processes: settings.processes,
    threads: slots,
    green,
    fileWrapper: !settings.wsgiDisableFileWrapper,
    // What the application imports must be patched, which is for each worker to do.
    lazy: settings.lazyApps || green !== null,
    wantsSources: settings.pyAutoreload > 0,
    // As for the routers: the master has become that user already.
    uid: null,
    gid: null,
    titles: titleParts(settings),
    log: logFilesOf(settings).log,
    runtimeDirectory: runtimeDirectory.path,
    routers: Array.from({ length: settings.httpProcesses }, (_, index) => runtimeDirectory.router(index)),
    lifeline: runtimeDirectory.lifeline,
    showsStacks: settings.harakiri > 0 || settings.heartbeatTimeout > 0,
    heartbeat: Math.min(settings.heartbeatTimeout / 4, HEARTBEAT) / SECOND,
    recycleFor: {
      any: settings.reloadOnException,
      types: settings.reloadOnExceptionType,
      values: settings.reloadOnExceptionValue,
      reprs: settings.reloadOnExceptionRepr,
    },
    limits: {
      addressSpace: settings.limitAs,
      processes: settings.limitNproc,
      processors: settings.cpuAffinity,
      stack: settings.threadStacksize ?? 0,
    },
    servesAs,
    gunicorn,
    hooks: pythonHooks(settings),
    catchUp: null,
  };
}

/** The same for a process that was started before the settings were known: as root, if the master was. */
export function adoptedZygoteBoot(
  settings: Settings,
  { identity, ...parts }: ZygoteParts & { identity: Identity | null },
): ZygoteBoot {
  return {
    ...zygoteBoot(settings, parts),
    uid: identity?.uid ?? null,
    gid: identity?.gid ?? null,
    catchUp: { log: logFilesOf(settings).log, umask: settings.umask },
  };
}

function applicationMessage(settings: Settings): ApplicationMessage {
  return {
    default: settings.noDefaultApp && settings.mount.length > 0 ? null : settings.application,
    mounts: settings.mount.map(({ prefix, application }) => ({ prefix, target: application })),
    manageScriptName: settings.manageScriptName,
    imports: settings.import,
    sharedImports: settings.sharedImport,
    chdir: settings.chdir,
    chdirAfter: settings.chdir2,
    argv: settings.pyargv?.split(/\s+/).filter((word) => word !== "") ?? [],
    pythonpath: settings.pythonpath,
  };
}

/** Our own environment without --unenv and with --env. */
export function zygoteEnvironment(settings: Settings, environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const inherited = inheritedEnvironment(environment);
  for (const name of settings.unenv) delete inherited[name];
  return { ...inherited, ...Object.fromEntries(settings.env.map(({ name, value }) => [name, value])) };
}

const FROM_SYSTEMD = new Set([
  "NOTIFY_SOCKET",
  "WATCHDOG_USEC",
  "WATCHDOG_PID",
  "LISTEN_PID",
  "LISTEN_FDS",
  "LISTEN_FDNAMES",
]);

/** What systemd told the master is not meant for the application. */
export function inheritedEnvironment(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !FROM_SYSTEMD.has(name)));
}
