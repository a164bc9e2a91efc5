import { resolve } from "node:path";
import { type Address, showAddress } from "../../base/address.ts";
import { speaksHttp } from "../../base/listener-message.ts";
import type { ListenerSetting, Settings } from "../../settings/settings.ts";
import type { BindOptions, BoundSocket } from "./bound-socket.ts";
import type { Handover } from "./handover.ts";
import { adoptListener, bindListener, type Listener } from "./listener.ts";
import { resolveOwner } from "./privileges.ts";
import { joinRefusals, Refusal } from "./refusal.ts";

/**
 * Every listener of the instance: those that systemd or another tsgi has opened for us, then what is configured.
 * An inherited socket stands in for the configured one of the same address; systemd's, also for the default.
 * Refuses all that cannot be bound in one go, and leaves nothing bound then.
 */
export async function bindListeners(settings: Settings, handover: Handover | null): Promise<Listener[]> {
  const left = new Set(inheritListeners(handover));
  const wanted = wantedOf(settings, left);
  const results = await Promise.all(
    wanted.map((setting) => takeOrBind(setting, { left, options: bindOptions(setting, settings) })),
  );
  const others = unasked(left, settings);
  try {
    return [...refuseAny(results), ...others];
  } catch (error) {
    for (const listener of others) listener.close();
    throw error;
  }
}

function inheritListeners(handover: Handover | null): readonly Listener[] {
  const fromSystemd = takeInheritedDescriptors(process.env).map((fd) => ({ fd, asked: null, path: null }));
  return (handover?.listeners ?? fromSystemd).map(({ fd, asked, path }) => ({
    ...adoptListener(fd, path),
    asked,
    protocol: "http" as const,
  }));
}

/** systemd's are served even if no option names them; what a predecessor had and we do not want is not. */
function unasked(left: Iterable<Listener>, settings: Settings): readonly Listener[] {
  const groups = Object.groupBy(left, ({ asked }) => (asked === null ? "served" : "closed"));
  for (const listener of groups.closed ?? []) listener.close();
  const isProxied = settings.enableProxyProtocol || settings.httpEnableProxyProtocol;
  return (groups.served ?? []).map((one) => ({ ...one, protocol: isProxied ? "proxied-http" : "http" }));
}

/** What a reload adds and removes. */
export interface ListenerChange {
  readonly added: readonly Listener[];
  readonly removed: readonly Listener[];
}

/**
 * Binds what the new settings ask for beyond the running ones. All or nothing: throws the Refusals, and
 * nothing is bound then. Sockets that systemd has brought in are neither removed nor bound again.
 */
export async function bindChange(running: readonly Listener[], settings: Settings): Promise<ListenerChange> {
  const wanted = wantedOf(settings, running);
  const isRunning = (setting: ListenerSetting) =>
    running.some((one) => one.asked === askedOf(setting)) ||
    running.some((one) => one.asked === null && isSameAddress(one, setting.address));
  const results = await Promise.all(
    wanted
      .filter((setting) => !isRunning(setting))
      .map(
        (setting) =>
          refuseOtherProtocol(setting, running) ??
          takeOrBind(setting, { left: new Set(), options: bindOptions(setting, settings) }),
      ),
  );
  const added = refuseAny(results);
  const removed = running.filter(
    ({ asked }) => asked !== null && !wanted.some((setting) => askedOf(setting) === asked),
  );
  return { added, removed };
}

/** Routers take connections from it until the successor serves: they would be asked in two protocols at once. */
function refuseOtherProtocol(setting: ListenerSetting, running: readonly Listener[]): Refusal | null {
  const { address, protocol, origin } = setting;
  const other = running.find((one) => one.asked === askedOf({ ...setting, protocol: one.protocol }));
  if (other === undefined) return null;
  return new Refusal(
    `cannot speak ${protocol} on ${showAddress(address)}: ${other.protocol} is spoken there`,
    ["a reload leaves the protocol of an address as it is: an upgrade (SIGUSR2) or a restart changes it"],
  ).at(origin);
}

/** The default stands for nothing where systemd has brought some. */
function wantedOf({ listeners }: Settings, running: Iterable<Listener>): readonly ListenerSetting[] {
  const bringsOwn = [...running].some(({ asked }) => asked === null);
  return listeners.filter(({ isDefault }) => !isDefault || !bringsOwn);
}

/** Throws all Refusals in one, and leaves nothing bound. */
function refuseAny(results: readonly (readonly Listener[] | Refusal)[]): readonly Listener[] {
  const refusals = results.filter((one) => one instanceof Refusal);
  const listeners = results.flatMap((one) => (one instanceof Refusal ? [] : one));
  if (refusals.length === 0) return listeners;
  for (const listener of listeners) listener.close();
  throw joinRefusals(refusals);
}

async function takeOrBind(
  setting: ListenerSetting,
  { left, options }: { left: Set<Listener>; options: BindOptions },
): Promise<readonly Listener[] | Refusal> {
  const { address, origin, isDefault } = setting;
  const asked = askedOf(setting);
  // Several where each router had one.
  const matches = [...left].filter(
    (listener) => listener.asked === asked || isSameAddress(listener, address),
  );
  if (matches.length > 0) {
    for (const match of matches) left.delete(match);
    return matches.map((match) => serving(match, setting));
  }
  try {
    return (await bindListener(address, options)).map((socket) => serving(socket, setting));
  } catch (error) {
    if (error instanceof Refusal) return isDefault ? error : error.at(origin);
    throw error;
  }
}

/** The listener in the configuration's words: the same address in another protocol is another one. */
export function askedOf({ address, protocol }: ListenerSetting): string {
  return speaksHttp(protocol) ? showAddress(address) : `${protocol} ${showAddress(address)}`;
}

function serving(socket: BoundSocket, setting: ListenerSetting): Listener {
  const { protocol } = setting;
  const shown =
    socket.kind === "tcp" ? socket.url.replace(/^http:/, `${protocol}:`) : `${protocol}+${socket.url}`;
  return { ...socket, asked: askedOf(setting), protocol, url: speaksHttp(protocol) ? socket.url : shown };
}

function bindOptions({ address }: ListenerSetting, settings: Settings): BindOptions {
  return {
    onlyIpv6:
      address.kind === "tcp" && settings.listeners.some((other) => isIpv4OnPort(other.address, address.port)),
    sockets: settings.httpProcesses,
    isShared: settings.reusePort,
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
