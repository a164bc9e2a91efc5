import { parseAddress, showAddress } from "../base/address.ts";
import type { Entry } from "../config/entry.ts";
import type { ListenerSetting } from "./settings.ts";

const DEFAULT: ListenerSetting = {
  address: { kind: "tcp", host: "127.0.0.1", port: 8000, family: 4 },
  origin: "default",
  isDefault: true,
};

const NAMES: ReadonlySet<string> = new Set(["http", "http-socket"]);

/** All listeners in the order in which they were given. Addresses that cannot be read were reported before. */
export function readListeners(entries: readonly Entry[], problems: string[]): readonly ListenerSetting[] {
  const listeners: ListenerSetting[] = [];
  const seen = new Map<string, string>();
  for (const entry of entries.filter(({ name }) => NAMES.has(name))) {
    const address = parseAddress(entry.value ?? "");
    if (address.kind === "invalid") continue;
    const shown = showAddress(address.value);
    const earlier = seen.get(shown);
    const takesAnyPort = address.value.kind === "tcp" && address.value.port === 0;
    if (earlier !== undefined && !takesAnyPort)
      problems.push(`${entry.origin}: ${shown} was given before, by ${earlier}`);
    seen.set(shown, entry.origin);
    listeners.push({ address: address.value, origin: entry.origin, isDefault: false });
  }
  return listeners.length > 0 ? listeners : [DEFAULT];
}
