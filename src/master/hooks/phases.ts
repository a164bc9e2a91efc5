import type { Hook, PythonHooks } from "../../base/hook.ts";
import { commandHook } from "../../settings/hook-language.ts";
import type { Settings } from "../../settings/settings.ts";

/** The turns at which the master runs hooks; the others are the zygote's and the workers'. */
export type Phase =
  | "asap"
  | "pre-jail"
  | "in-jail"
  | "as-root"
  | "as-user"
  | "as-user-atexit"
  | "master-start";

/** As in uWSGI: what the action options say comes before the commands. */
export function hooksOf(settings: Settings, phase: Phase): readonly Hook[] {
  switch (phase) {
    case "asap":
      return [...settings.hookAsap, ...settings.execAsap.map(commandHook)];
    case "pre-jail":
      return [...settings.hookPreJail, ...settings.execPreJail.map(commandHook)];
    case "in-jail":
      return [...settings.hookInJail, ...settings.execInJail.map(commandHook)];
    case "as-root":
      return [...settings.hookAsRoot, ...settings.execAsRoot.map(commandHook)];
    case "as-user":
      return [...settings.hookAsUser, ...settings.execAsUser.map(commandHook)];
    case "as-user-atexit":
      return [...settings.hookAsUserAtexit, ...settings.execAsUserAtexit.map(commandHook)];
    case "master-start":
      return settings.hookMasterStart;
  }
}

/** What zygote and workers run. Null where there is nothing: then they do not even load the code for it. */
export function pythonHooks(settings: Settings): PythonHooks | null {
  const phases = {
    "pre-app": [...settings.hookPreApp, ...settings.execPreApp.map(commandHook)],
    "post-app": [...settings.hookPostApp, ...settings.execPostApp.map(commandHook)],
    "post-fork": settings.hookPostFork,
    accepting: settings.hookAccepting,
    accepting1: settings.hookAccepting1,
    "accepting-once": settings.hookAcceptingOnce,
    "accepting1-once": settings.hookAccepting1Once,
  };
  if (Object.values(phases).every((hooks) => hooks.length === 0)) return null;
  const timeouts = { fs: settings.waitForFsTimeout, socket: settings.waitForSocketTimeout };
  return { phases, shells: settings.binsh, timeouts };
}
