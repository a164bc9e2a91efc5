import { resolve } from "node:path";
import type { Address } from "../../base/address.ts";
import type { ListenerSetting, Settings } from "../../settings/settings.ts";
import { adoptListener, type BindOptions, bindListener, type Listener } from "./listener.ts";
import { resolveOwner } from "./privileges.ts";
import { joinRefusals, Refusal } from "./refusal.ts";

/**
 * Every listener of the instance: those that systemd has opened for us, then what is configured.
 * An inherited socket stands in for the configured one of the same address, and for the default.
 * Refuses all that cannot be bound in one go, and leaves nothing bound then.
 */
export async function bindListeners(settings: Settings): Promise<Listener[]> {
  const inherited = takeInheritedDescriptors(process.env).map(adoptListener);
  const wanted =
    inherited.length === 0 ? settings.listeners : settings.listeners.filter((one) => !one.isDefault);
  const left = new Set(inherited);
  const results = await Promise.all(
    wanted.map((setting) => takeOrBind(setting, { left, options: bindOptions(setting, settings) })),
  );
  const refusals = results.filter((one) => one instanceof Refusal);
  const listeners = [...results.flatMap((one) => (one instanceof Refusal ? [] : one)), ...left];
  if (refusals.length === 0) return listeners;
  for (const listener of listeners) listener.close();
  throw joinRefusals(refusals);
}

async function takeOrBind(
  { address, origin, isDefault }: ListenerSetting,
  { left, options }: { left: Set<Listener>; options: BindOptions },
): Promise<Listener | Refusal> {
  const match = [...left].find((listener) => isSameAddress(listener, address));
  if (match !== undefined) {
    left.delete(match);
    return match;
  }
  try {
    return await bindListener(address, options);
  } catch (error) {
    if (error instanceof Refusal) return isDefault ? error : error.at(origin);
    throw error;
  }
}

function bindOptions({ address }: ListenerSetting, settings: Settings): BindOptions {
  return {
    onlyIpv6:
      address.kind === "tcp" && settings.listeners.some((other) => isIpv4OnPort(other.address, address.port)),
    socketMode: settings.chmodSocket,
    socketOwner: resolveOwner(settings),
  };
}

/** [::]:80 beside 0.0.0.0:80 means one for each family; alone it takes both. */
function isIpv4OnPort(address: Address, port: number): boolean {
  return address.kind === "tcp" && address.family === 4 && address.port === port && port !== 0;
}

const FIRST_INHERITED = 3;

/** systemd's protocol (sd_listen_fds): meant for us only when LISTEN_PID is our pid. Removed, so that no child believes it. */
export function takeInheritedDescriptors(environment: NodeJS.ProcessEnv): number[] {
  const count = Number(environment["LISTEN_FDS"] ?? 0);
  const isOurs = environment["LISTEN_PID"] === String(process.pid);
  for (const name of ["LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"]) delete environment[name];
  if (!isOurs || !Number.isSafeInteger(count)) return [];
  return Array.from({ length: count }, (_, index) => FIRST_INHERITED + index);
}

const EVERYWHERE = new Set(["0.0.0.0", "::"]);

function isSameAddress(listener: Listener, address: Address): boolean {
  switch (address.kind) {
    case "tcp":
      return (
        listener.kind === "tcp" &&
        listener.serverPort === String(address.port) &&
        isSameHost(listener.serverName, address.host)
      );
    case "unix":
      return listener.url === `unix:${resolve(address.path)}`;
    case "abstract":
      return listener.url === `unix:@${address.name}`;
    case "fd":
      return listener.fd === address.fd;
  }
}

/** systemd's ListenStream=80 is [::]:80 and takes IPv4 too: it is what 0.0.0.0:80 asks for. */
function isSameHost(bound: string, wanted: string): boolean {
  return bound === wanted || (EVERYWHERE.has(bound) && EVERYWHERE.has(wanted));
}
