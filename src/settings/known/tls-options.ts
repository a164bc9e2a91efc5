import { bare, never, noEffect, notYet, optional, required } from "../known-rows.ts";

/** Certificates and sessions of TLS. */
export const tlsOptions = {
  ...notYet(
    {
      sni: required("use another certificate for this host name: NAME CERTIFICATE,KEY[,CIPHERS[,CLIENT_CA]]"),
      "sni-regexp": required("use another certificate for host names that match a pattern"),
      "sni-dir": required("look for the certificate of a host name in this directory"),
      "sni-dir-ciphers": required("the ciphers for certificates of sni-dir"),
      "ssl-verify-depth": optional("the longest chain of certificates that a client may show"),
    },
    { risk: "error" },
  ),
  ...notYet({
    "ssl-sessions-use-cache": optional("keep TLS sessions in a cache", {
      aliases: ["ssl-session-use-cache"],
    }),
    "ssl-sessions-timeout": required("how long a TLS session may be resumed", {
      aliases: ["ssl-session-timeout"],
    }),
    "ssl-verbose": bare("log failed TLS handshakes"),
  }),
  ...never({
    "ssl-enable3": bare("SSLv3 is broken (RFC 7568); clients need TLS 1.2 or 1.3", {
      aliases: ["ssl-enable-sslv3"],
    }),
    "ssl-enable-tlsv1": bare("TLS 1.0 and 1.1 are withdrawn (RFC 8996); clients need TLS 1.2 or 1.3"),
    "ssl-option": bare("numbers of OpenSSL's headers are not taken; protocols and ciphers have options"),
  }),
  ...noEffect({
    "ssl-tmp-dir": required("TLS needs no temporary files"),
  }),
};
