import { alike, bare, never, noEffect, notYet, required } from "../known-rows.ts";

/** Listeners of other kinds than --http, and how sockets are made. */
export const socketOptions = {
  ...notYet(
    {
      "puwsgi-socket": required("serve the uwsgi protocol on this address, many requests on a connection"),
      "suwsgi-socket": required("serve the uwsgi protocol over TLS: ADDRESS,CERTIFICATE,KEY", {
        aliases: ["ssl-socket"],
      }),
      "https-socket": required("serve HTTPS: ADDRESS,CERTIFICATE,KEY[,CIPHERS[,CLIENT_CA]]"),
    },
    { listens: true },
  ),
  ...notYet({
    "shared-socket": required("bind an address once, for options that name it by its number, as http = =0"),
    "undeferred-shared-socket": required("bind an address at once, for options that name it by its number"),
    "abstract-socket": bare("make Unix sockets abstract; for one socket, write an @ before its name", {
      short: "a",
    }),
    freebind: bare("bind to addresses that the machine does not have yet"),
    "so-keepalive": bare("let the kernel probe connections on which nothing is said"),
  }),
  ...never({
    "raw-socket": required("a raw socket leaves the protocol to a plug-in in C; tsgi speaks known protocols"),
    "map-socket": required(
      "no socket belongs to one worker: a request goes to the least busy; run two instances to keep them apart",
    ),
    "socket-sndbuf": required("the kernel sizes the send buffers, within net.ipv4.tcp_wmem"),
    "socket-rcvbuf": required("the kernel sizes the receive buffers, within net.ipv4.tcp_rmem"),
    ...alike("a modifier chooses a plug-in, and here every request goes to the Python application", {
      required: `http-socket-modifier1 http-socket-modifier2 https-socket-modifier1 https-socket-modifier2
        fastcgi-modifier1 fastcgi-modifier2 scgi-modifier1 scgi-modifier2 raw-modifier1 raw-modifier2`,
    }),
  }),
  ...noEffect(
    {
      "tcp-nodelay": bare("small answers are never held back by TCP"),
      "no-defer-accept": bare("connections are accepted at once, not when the first byte has come"),
    },
    { always: true },
  ),
  ...noEffect({
    "so-send-timeout": bare("socket-timeout bounds how long a client may take nothing", {
      aliases: ["socket-send-timeout", "so-write-timeout", "socket-write-timeout"],
    }),
    "shutdown-sockets": bare("a listener closes for good when the last process that holds it ends"),
    "cgi-mode": bare("the form of a response follows the protocol of its socket", { short: "c" }),
  }),
};
