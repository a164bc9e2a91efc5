import { type Address, showAddress } from "../base/address.ts";
import type { Protocol } from "../base/listener-message.ts";
import type { Finding, Judged } from "./judgement.ts";
import type { ListenerSetting } from "./settings.ts";

const DEFAULT: ListenerSetting = {
  address: { kind: "tcp", host: "127.0.0.1", port: 8000, family: 4 },
  protocol: "http",
  origin: "default",
  isDefault: true,
};

/** What the options speak on the addresses that they name; `socket` as --protocol says. */
const PROTOCOLS: ReadonlyMap<string, Protocol> = new Map([
  ["http", "http"],
  ["http-socket", "http"],
  ["uwsgi-socket", "uwsgi"],
  ["fastcgi-socket", "fastcgi"],
  ["fastcgi-nph-socket", "fastcgi-nph"],
  ["scgi-socket", "scgi"],
  ["scgi-nph-socket", "scgi-nph"],
]);

export interface Spoken {
  /** On the addresses of --socket. */
  readonly protocol: Protocol;
  /** On those of --http-socket, and of --socket where it is for HTTP. */
  readonly enableProxyProtocol: boolean;
  /** On those of --http. */
  readonly httpEnableProxyProtocol: boolean;
}

/** All listeners in the order in which they were given. Addresses that cannot be read were reported before. */
export function readListeners(
  judged: readonly Judged[],
  spoken: Spoken,
  findings: Finding[],
): readonly ListenerSetting[] {
  const listeners: ListenerSetting[] = [];
  const taken = new Map<string, ListenerSetting>();
  for (const { judgement, value } of judged) {
    const { origin, name } = judgement.entry;
    const protocol = protocolOn(name, spoken);
    if (protocol === undefined || value === undefined) continue;
    // The rows of these names are lists of addresses.
    for (const address of value as readonly Address[]) {
      const listener = { address, protocol, origin, isDefault: false };
      const { needs, takes } = placesOf(address);
      const earlier = needs.map((place) => taken.get(place)).find((one) => one !== undefined);
      if (earlier !== undefined)
        findings.push({ severity: "error", message: `${origin}: ${collision(address, earlier)}` });
      for (const place of takes) if (!taken.has(place)) taken.set(place, listener);
      listeners.push(listener);
    }
  }
  return listeners.length > 0 ? listeners : [{ ...DEFAULT, protocol: protocolOn("http", spoken) ?? "http" }];
}

function protocolOn(option: string, spoken: Spoken): Protocol | undefined {
  const protocol = option === "socket" ? spoken.protocol : PROTOCOLS.get(option);
  const isProxied = option === "http" ? spoken.httpEnableProxyProtocol : spoken.enableProxyProtocol;
  return protocol === "http" && isProxied ? "proxied-http" : protocol;
}

/** Whether the option names where clients connect. */
export function isListening(name: string): boolean {
  return name === "socket" || PROTOCOLS.has(name);
}

/** What --protocol means. */
export function protocolOf(name: string): Protocol {
  return PROTOCOLS.get(`${name}-socket`) ?? "http"; // http11
}

function collision(address: Address, earlier: ListenerSetting): string {
  const [shown, other] = [showAddress(address), showAddress(earlier.address)];
  return shown === other
    ? `${shown} was given before, by ${earlier.origin}`
    : `${shown} and ${other} of ${earlier.origin} exclude each other: 0.0.0.0 takes the port on every address`;
}

interface Places {
  /** The kernel refuses an address one of whose places is taken. */
  readonly needs: readonly string[];
  readonly takes: readonly string[];
}

/** Names are not looked up; [::] beside 0.0.0.0 means IPv6 alone. */
function placesOf(address: Address): Places {
  const own = showAddress(address);
  if (address.kind !== "tcp") return { needs: [own], takes: [own] };
  const { host, port, family } = address;
  if (port === 0) return { needs: [], takes: [] };
  const [every, some] = [`0.0.0.0:${port}`, `some IPv4 address:${port}`];
  if (host === "0.0.0.0") return { needs: [every, some], takes: [every, some] };
  return family === 4 ? { needs: [own, every], takes: [own, some] } : { needs: [own], takes: [own] };
}
