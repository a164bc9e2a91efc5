import type { ZygoteBoot } from "../base/messages.ts";
import type { Settings } from "../settings/settings.ts";
import type { RuntimeDirectory } from "./runtime-directory.ts";

/** What a zygote needs of the settings. */
export function zygoteBoot(
  settings: Settings,
  { generation, runtimeDirectory }: { generation: number; runtimeDirectory: RuntimeDirectory },
): ZygoteBoot {
  const { file, module, callable } = settings.application;
  return {
    do: "boot",
    application: { file, module, callable, chdir: settings.chdir, pythonpath: settings.pythonpath },
    generation,
    processes: settings.processes,
    threads: settings.threads,
    lazy: settings.lazyApps,
    // As for the routers: the master has become that user already.
    uid: null,
    gid: null,
    titlePrefix: settings.procnamePrefix,
    runtimeDirectory: runtimeDirectory.path,
    routers: Array.from({ length: settings.httpProcesses }, (_, index) => runtimeDirectory.router(index)),
    lifeline: runtimeDirectory.lifeline,
  };
}

/** Our own environment with --env. What systemd told the master is not meant for the application. */
export function zygoteEnvironment(settings: Settings, environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const {
    NOTIFY_SOCKET: _notify,
    WATCHDOG_USEC: _watchdog,
    WATCHDOG_PID: _watched,
    ...inherited
  } = environment;
  return { ...inherited, ...Object.fromEntries(settings.env.map(({ name, value }) => [name, value])) };
}
