import { options } from "../../settings/options.ts";
import { settingName } from "../../settings/read-settings.ts";
import type { Settings } from "../../settings/settings.ts";
import { logFilesOf } from "../start/log-files.ts";

/** The names of options that have changed and that a reload cannot apply. */
export function changesThatNeedRestart(before: Settings, after: Settings): readonly string[] {
  const [old, current] = [valuesOf(before), valuesOf(after)];
  const changed = fixedNames().filter((name) => {
    const key = settingName(name);
    return JSON.stringify(old.get(key)) !== JSON.stringify(current.get(key));
  });
  return [...changed, ...fixedLogs(before, after)];
}

/** From one file to another is no matter; the standard output was given by whoever has started the master. */
function fixedLogs(before: Settings, after: Settings): readonly ("logto" | "req-logger")[] {
  const [old, current] = [logFilesOf(before), logFilesOf(after)];
  const log = (old.log === null) !== (current.log === null);
  const requests = (old.requests === null) !== (current.requests === null);
  return [...(log ? ["logto" as const] : []), ...(requests ? ["req-logger" as const] : [])];
}

/** `after`, but with what only a start can change as it was: processes and descriptors were made from it. */
export function keepFixed(before: Settings, after: Settings): Settings {
  const old = valuesOf(before);
  const fixed = fixedNames().flatMap((name) => {
    const key = settingName(name);
    return old.has(key) ? [[key, old.get(key)]] : [];
  });
  const logs = fixedLogs(before, after);
  return {
    ...after,
    ...Object.fromEntries(fixed),
    ...(logs.includes("logto") ? { logto: before.logto, logto2: before.logto2 } : {}),
    ...(logs.includes("req-logger") ? { reqLogger: before.reqLogger } : {}),
  };
}

function fixedNames(): readonly string[] {
  return [...options].flatMap(([name, row]) =>
    row.row === "option" && row.reload === "restart" ? [name] : [],
  );
}

function valuesOf(settings: Settings): ReadonlyMap<string, unknown> {
  return new Map<string, unknown>(Object.entries(settings));
}
