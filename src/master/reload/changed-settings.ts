import { showAddress } from "../../base/address.ts";
import { options } from "../../settings/options.ts";
import { settingName } from "../../settings/read-settings.ts";
import type { Settings } from "../../settings/settings.ts";

/** The names of options that have changed and that a reload cannot apply. */
export function changesThatNeedRestart(before: Settings, after: Settings): readonly string[] {
  const [old, current] = [valuesOf(before), valuesOf(after)];
  const changed = fixedNames().filter((name) => {
    const key = settingName(name);
    return JSON.stringify(old.get(key)) !== JSON.stringify(current.get(key));
  });
  return listenersOf(before) === listenersOf(after) ? changed : ["listeners", ...changed];
}

/** `after`, but with what only a start can change as it was: processes and descriptors were made from it. */
export function keepFixed(before: Settings, after: Settings): Settings {
  const old = valuesOf(before);
  const fixed = fixedNames().flatMap((name) => {
    const key = settingName(name);
    return old.has(key) ? [[key, old.get(key)]] : [];
  });
  return { ...after, ...Object.fromEntries(fixed), listeners: before.listeners };
}

function fixedNames(): readonly string[] {
  return [...options].flatMap(([name, row]) =>
    row.row === "option" && row.reload === "restart" ? [name] : [],
  );
}

function valuesOf(settings: Settings): ReadonlyMap<string, unknown> {
  return new Map<string, unknown>(Object.entries(settings));
}

function listenersOf({ listeners }: Settings): string {
  return listeners.map(({ address }) => showAddress(address)).join(" ");
}
