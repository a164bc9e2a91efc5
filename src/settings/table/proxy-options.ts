import { invalid, parsed } from "../../base/parsed.ts";
import { networks } from "../networks.ts";
import { option, type ValueType } from "../option.ts";
import { choice, flag, list } from "../value-types.ts";

const FORWARDED_HEADERS = [
  "x-forwarded-for",
  "x-forwarded-proto",
  "x-forwarded-host",
  "x-forwarded-port",
  "forwarded",
] as const;

/** Who the client is where a proxy stands in front, and whose word on it counts. */
export const proxyOptions = {
  "enable-proxy-protocol": option({
    type: flag(),
    default: false,
    dialect: "uwsgi",
    reload: "restart",
    help: "Connections to --http-socket begin with a PROXY header (version 1 or 2) that names the client; others are closed",
  }),
  "http-enable-proxy-protocol": option({
    type: { ...flag(), value: "optional" },
    default: false,
    dialect: "uwsgi",
    gunicorn: "proxy_protocol",
    reload: "restart",
    help: "Connections to --http begin with a PROXY header (version 1 or 2) that names the client; others are closed",
  }),
  "proxy-allow-ips": option({
    type: networks(),
    default: ["127.0.0.1", "::1"],
    dialect: "gunicorn",
    gunicorn: "proxy_allow_ips",
    reload: "applies",
    help: "Who may connect where the PROXY protocol is spoken. Unix sockets have --chmod-socket",
  }),
  "forwarded-allow-ips": option({
    type: networks(),
    default: [],
    dialect: "gunicorn",
    reload: "applies",
    help: "Proxies whose X-Forwarded-For, -Proto, -Host, -Port and Forwarded headers count, for HTTP. With any, those behind Unix sockets are among them; nobody's count where it is not given",
  }),
  "forwarded-headers": option({
    type: headerNames(),
    default: FORWARDED_HEADERS,
    dialect: "tsgi",
    reload: "applies",
    help: "The headers that your proxies set, where it is not all of them: what they let through is the client's word. Separated by commas",
  }),
  "log-x-forwarded-for": option({
    type: flag(),
    default: false,
    dialect: "uwsgi",
    reload: "applies",
    help: "Log what X-Forwarded-For says in place of the client's address, whoever says it. Better: --forwarded-allow-ips",
  }),
};

function headerNames(): ValueType<readonly string[]> {
  const known: readonly string[] = FORWARDED_HEADERS;
  return {
    ...list(choice(known)),
    schema: { anyOf: [{ type: "string" }, { type: "array", items: { type: "string" } }] },
    // A misspelt name must not be left out in silence.
    leniency: "exact",
    parse: (text) => {
      const names = text.split(",").map((name) => name.trim().toLowerCase());
      return names.every((name) => known.includes(name))
        ? parsed(names)
        : invalid(`one or several of ${known.join(", ")}`);
    },
  };
}
