import { bare, never, noEffect, notYet, optional, required } from "../known-rows.ts";

/** uWSGI's HTTP router, as far as tsgi's has other names or does more than it yet. */
export const httpPluginOptions = {
  ...notYet(
    {
      https: required("serve HTTPS: ADDRESS,CERTIFICATE,KEY[,CIPHERS[,CLIENT_CA]]"),
      https2: required("serve HTTPS: addr=ADDRESS,cert=FILE,key=FILE"),
      "http-to-https": required("redirect every request at this address to HTTPS"),
    },
    { listens: true },
  ),
  ...notYet(
    {
      "https-export-cert": bare("give the client's certificate to the application as HTTPS_CC"),
      "http-uid": required("run the routers as this user"),
      "http-gid": required("run the routers as this group"),
    },
    { risk: "error" },
  ),
  ...notYet({
    "https-session-context": required("name under which the routers share TLS sessions"),
    "http-var": required("give this variable to the application with every request: NAME=VALUE"),
    "http-auto-gzip": bare("compress responses that ask for it with uWSGI-Encoding: gzip"),
    "http-websockets": bare("let WebSockets through to the application"),
    "http-server-name-as-http-host": required("make SERVER_NAME what the Host header says"),
    "http-harakiri": required("kill a router that is stuck for longer than this"),
    "http-stats": required("show what the routers do, as JSON, at this address", {
      aliases: ["http-stats-server", "http-ss"],
    }),
  }),
  ...notYet({
    "http-to": required("forward requests to a uwsgi server at this address"),
    "http-fallback": required("forward requests here when their own back end fails"),
    "http-modifier1": required("mark forwarded requests with this modifier"),
    "http-modifier2": required("mark forwarded requests with this second modifier"),
    "http-use-cache": optional("look up in a cache which back end answers for a host"),
    "http-use-pattern": required("find a host's back end by a pattern: /run/%s.sock"),
    "http-use-base": required("find a host's back end as a Unix socket in this directory"),
    "http-gracetime": required("try a failed back end again after so many seconds"),
    "http-connect-timeout": required("longest wait for a connection to a back end"),
    "http-quiet": required("do not log failed connections to back ends"),
    "http-subscription-server": required("let back ends register themselves at this address"),
    "http-subscription-fallback-key": required("answer for unknown hosts with the back ends of this one"),
    "http-resubscribe": required("pass registrations of back ends on to this address"),
  }),
  ...noEffect(
    {
      "http-auto-chunked": bare("responses of unknown length are always sent in chunks over HTTP/1.1"),
      "http-chunked-input": bare(
        "request bodies in chunks are always read, and wsgi.input gives their content",
      ),
      "http-raw-body": bare("request bodies are always passed on"),
      "http-cheap": bare("routers listen only once a worker serves"),
    },
    { always: true },
  ),
  ...noEffect({
    "http-manage-expect": optional(
      "100 Continue is always sent where a client waits for it; limit-post bounds the body",
    ),
    "http-use-socket": optional("routers reach the workers by sockets of their own"),
    "http-events": required("a router takes as many events at once as there are"),
    "http-buffer-size": required(
      "a router's buffers grow as needed; buffer-size bounds the head of a request",
    ),
  }),
  ...never({
    "http-use-code-string": required("routers run no foreign code; let a proxy in front choose the back end"),
    "http-stud-prefix": required("stud has been given up; its successors send PROXY lines"),
    "http-manage-source": bare("SOURCE requests of Icecast are not tunnelled; let Icecast listen itself"),
    "http-manage-rtsp": bare("RTSP is not tunnelled; let its server listen itself"),
  }),
};
