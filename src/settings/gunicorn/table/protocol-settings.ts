import type { JsonValue } from "../../../base/json-value.ts";
import { isList } from "../python-values.ts";
import {
  type FinalSettings,
  type GunicornSetting,
  kind,
  never,
  noEffect,
  notYet,
  type OptionValue,
  path,
  refused,
  setting,
  text,
  toggle,
  whole,
  works,
} from "../setting.ts";
import { commaList, dictionary, networks, oneOf, truth, unread } from "../value-kinds.ts";

const LOOPBACK = ["127.0.0.1", "::1"];

const SCHEME_HEADERS = {
  "X-FORWARDED-PROTOCOL": "ssl",
  "X-FORWARDED-PROTO": "https",
  "X-FORWARDED-SSL": "on",
};

export const PROXY_ENDS_TLS = "leave it out and let a proxy in front end TLS";
const AMBIGUOUS = "two servers in a row could read such a request differently";

/** Proxies in front, TLS, HTTP/2, and how strictly requests are read. */
export const protocolSettings: Readonly<Record<string, GunicornSetting>> = {
  forwarded_allow_ips: setting(
    "the proxies whose word on the scheme counts",
    kind(networks(), LOOPBACK, "--forwarded-allow-ips"),
    works(() => []),
  ),
  secure_scheme_headers: setting(
    "the headers by which a proxy says https",
    kind(dictionary(), SCHEME_HEADERS),
    works(() => []),
  ),
  forwarder_headers: setting(
    "headers that trusted proxies may set",
    kind(commaList("STRING"), ["SCRIPT_NAME", "PATH_INFO"], "--forwarder-headers"),
    notYet(),
  ),
  proxy_protocol: setting(
    "take the client's address from the PROXY protocol",
    kind(proxyProtocol(), "off", "--proxy-protocol"),
    works((value) => (value === "off" ? [] : [["http-enable-proxy-protocol", "true"]])),
  ),
  proxy_allow_ips: setting(
    "who may speak the PROXY protocol",
    kind(networks(), LOOPBACK, "--proxy-allow-from"),
    works((value) => [["proxy-allow-ips", peersOf(value)]]),
  ),
  protocol: setting(
    "speak uwsgi instead of HTTP",
    kind(oneOf({ http: "http", uwsgi: "uwsgi" }, { absent: "http" }), "http", "--protocol"),
    works(() => []), // bind asks for it
  ),
  uwsgi_allow_ips: setting(
    "who may speak uwsgi",
    kind(networks(), LOOPBACK, "--uwsgi-allow-from"),
    works(allowedPeers, { isImplied: true }),
  ),
  root_path: setting("the application's prefix for ASGI", text("", "--root-path"), notYet()),

  certfile: setting("serve TLS with this certificate", path("--certfile"), refused(PROXY_ENDS_TLS)),
  keyfile: setting("the key of the certificate", path("--keyfile"), refused(PROXY_ENDS_TLS)),
  ca_certs: setting("check clients' certificates with these", path("--ca-certs"), refused(PROXY_ENDS_TLS)),
  cert_reqs: setting("ask clients for certificates", whole(0, "--cert-reqs"), refused(PROXY_ENDS_TLS)),
  ssl_version: setting(
    "the version of TLS",
    kind(unread(), 2, "--ssl-version"),
    noEffect("Gunicorn ignores it too"),
  ),
  ciphers: setting("the ciphers of TLS", text(null, "--ciphers"), notYet()),
  suppress_ragged_eofs: setting(
    "forgive clients that end TLS without a word",
    kind(truth(), true, "--suppress-ragged-eofs"),
    noEffect("no such end is an error here"),
  ),
  do_handshake_on_connect: setting(
    "greet TLS clients at once",
    toggle("--do-handshake-on-connect"),
    noEffect("a slow client holds no worker up"),
  ),

  http_protocols: setting(
    "versions of HTTP to offer",
    kind(commaList("STRING"), ["h1"], "--http-protocols"),
    notYet(),
  ),
  http2_cleartext: setting("HTTP/2 without TLS", kind(cleartext(), "off", "--http2-cleartext"), notYet()),
  http2_max_concurrent_streams: setting(
    "most requests on an HTTP/2 connection",
    whole(100, "--http2-max-concurrent-streams"),
    notYet(),
  ),
  http2_initial_window_size: setting(
    "the window of an HTTP/2 stream",
    whole(65535, "--http2-initial-window-size"),
    notYet(),
  ),
  http2_max_frame_size: setting(
    "the largest frame of HTTP/2",
    whole(16384, "--http2-max-frame-size"),
    notYet(),
  ),
  http2_max_header_list_size: setting(
    "the largest head in HTTP/2",
    whole(65536, "--http2-max-header-list-size"),
    notYet(),
  ),
  asgi_loop: setting(
    "the event loop for ASGI",
    kind(
      oneOf({ auto: "auto", asyncio: "asyncio", uvloop: "uvloop" }, { absent: "auto" }),
      "auto",
      "--asgi-loop",
    ),
    notYet(),
  ),
  asgi_lifespan: setting(
    "the lifespan of ASGI",
    kind(oneOf({ auto: "auto", on: "on", off: "off" }, { absent: "auto" }), "auto", "--asgi-lifespan"),
    notYet(),
  ),
  asgi_disconnect_grace_period: setting(
    "seconds for a task whose client has left, in ASGI",
    whole(3, "--asgi-disconnect-grace-period"),
    notYet(),
  ),
  websocket_max_message_size: setting(
    "the largest message of a WebSocket",
    whole(16 * 1024 * 1024, "--websocket-max-message-size"),
    notYet(),
  ),

  http_parser: setting(
    "which code reads HTTP",
    kind(
      oneOf({ auto: "auto", fast: "fast", python: "python" }, { absent: "auto" }),
      "auto",
      "--http-parser",
    ),
    noEffect("tsgi reads HTTP in its router"),
  ),
  header_map: setting(
    "headers with an underscore in their name",
    kind(oneOf({ drop: "drop", refuse: "refuse", dangerous: "dangerous" }), "drop", "--header-map"),
    never("they are always dropped, since they could pass for others"),
  ),
  permit_obsolete_folding: setting(
    "headers that go on in the next line",
    toggle("--permit-obsolete-folding"),
    never(AMBIGUOUS),
  ),
  strip_header_spaces: setting(
    "blanks in front of a header's colon",
    toggle("--strip-header-spaces"),
    never(AMBIGUOUS),
  ),
  permit_unconventional_http_method: setting(
    "methods in lower case",
    toggle("--permit-unconventional-http-method"),
    noEffect("any method that is a token is passed on"),
  ),
  permit_unconventional_http_version: setting(
    "versions other than 1.0 and 1.1",
    toggle("--permit-unconventional-http-version"),
    never(AMBIGUOUS),
  ),
  casefold_http_method: setting(
    "methods turned into upper case",
    toggle("--casefold-http-method"),
    never("methods are case-sensitive and passed on as they are"),
  ),
};

/** Unix sockets are always allowed, there and here. */
function allowedPeers(value: JsonValue, { values }: FinalSettings): readonly OptionValue[] {
  const networks = isList(value) ? value.map(String) : [];
  if (values.get("protocol") !== "uwsgi" || networks.includes("*")) return [];
  return networks.map((network): OptionValue => ["socket-allow-ips", network]);
}

/** As an option of ours says it: everybody, or nobody, whose address is none's. */
function peersOf(value: JsonValue): string {
  const peers = isList(value) ? value.map(String) : [];
  if (peers.includes("*")) return "0.0.0.0/0,::/0";
  return peers.length === 0 ? "0.0.0.0" : peers.join(",");
}

function proxyProtocol() {
  const words = {
    off: "off",
    false: "off",
    "0": "off",
    none: "off",
    auto: "auto",
    true: "auto",
    "1": "auto",
    v1: "v1",
    v2: "v2",
  };
  return oneOf(words, { absent: "off", alone: "auto" });
}

function cleartext() {
  const words = {
    off: "off",
    false: "off",
    true: "prior-knowledge",
    "prior-knowledge": "prior-knowledge",
    upgrade: "upgrade",
    both: "both",
  };
  return oneOf(words, { absent: "off" });
}
