import { invalid, parsed } from "../base/parsed.ts";
import type { ValueType } from "./option.ts";

/** IP addresses and networks, as "10.0.0.0/8, fd00::/8, 192.0.2.1". */
export function networks(): ValueType<readonly string[]> {
  return {
    value: "required",
    metavar: "NETWORKS",
    description: "IP addresses or networks, separated by commas; may be repeated",
    schema: { anyOf: [{ type: "string" }, { type: "array", items: { type: "string" } }] },
    // A network that is left out would be let in, or kept out, without a word.
    leniency: "exact",
    parse: (text) => {
      const all = text.split(",").map((one) => one.trim());
      const wrong = all.some((one) => !isNetwork(one));
      return wrong
        ? invalid('IP addresses or networks such as "192.0.2.1, 10.0.0.0/8, fd00::/8"')
        : parsed(all);
    },
    show: (all) => all.join(", "),
    combine: (first, more) => [...first, ...more.flat()],
  };
}

function isNetwork(text: string): boolean {
  const [address = "", length = "0", ...more] = text.split("/");
  if (more.length > 0 || !/^\d{1,3}$/.test(length)) return false;
  if (isIpv4(address)) return Number(length) <= 32;
  return isIpv6(address) && Number(length) <= 128;
}

function isIpv4(text: string): boolean {
  const parts = text.split(".");
  return parts.length === 4 && parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) <= 255);
}

/** The URL standard reads exactly these between brackets; no module of Node's is imported for it here. */
function isIpv6(text: string): boolean {
  return /^[\d.:a-f]+$/i.test(text) && URL.canParse(`http://[${text}]/`);
}
