import { bare, never, noEffect, notYet, optional, required } from "../known-rows.ts";

/** uWSGI's router from the uwsgi protocol to back ends, chosen by host. */
export const fastrouterOptions = {
  ...notYet(
    {
      fastrouter: required(
        "take uwsgi requests at this address and forward each to the back end of its host",
      ),
    },
    { listens: true },
  ),
  ...notYet({
    "fastrouter-to": required("forward requests to a uwsgi server at this address"),
    "fastrouter-fallback": required("forward requests here when their own back end fails"),
    "fastrouter-fallback-on-no-key": bare("forward requests without a host to the fallback as well"),
    "fastrouter-use-cache": optional("look up in a cache which back end answers for a host"),
    "fastrouter-use-pattern": required("find a host's back end by a pattern: /run/%s.sock"),
    "fastrouter-use-base": required("find a host's back end as a Unix socket in this directory"),
    "fastrouter-use-socket": optional("forward requests to a uwsgi socket of this instance"),
    "fastrouter-gracetime": required("try a failed back end again after so many seconds"),
    "fastrouter-quiet": required("do not log failed connections to back ends"),
    "fastrouter-timeout": required("longest silence of a back end or a client"),
    "fastrouter-harakiri": required("kill a fastrouter that is stuck for longer than this"),
    "fastrouter-processes": required("processes of the fastrouter", { aliases: ["fastrouter-workers"] }),
    "fastrouter-cheap": bare("listen only while there is a back end"),
    "fastrouter-uid": required("run the fastrouter as this user"),
    "fastrouter-gid": required("run the fastrouter as this group"),
    "fastrouter-post-buffering": required(
      "collect bodies past this size in a file before they are forwarded",
    ),
    "fastrouter-post-buffering-dir": required("directory for collected bodies"),
    "fastrouter-stats": required("show what the fastrouter does, as JSON, at this address", {
      aliases: ["fastrouter-stats-server", "fastrouter-ss"],
    }),
    "fastrouter-subscription-server": required("let back ends register themselves at this address"),
    "fastrouter-subscription-fallback-key": required(
      "answer for unknown hosts with the back ends of this one",
    ),
    "fastrouter-resubscribe": required("pass registrations of back ends on to this address"),
    "fastrouter-resubscribe-bind": required("send passed-on registrations from this address"),
  }),
  ...noEffect({
    "fastrouter-events": required("a router takes as many events at once as there are"),
    "fastrouter-buffer-size": required("a router's buffers grow as needed"),
    "fastrouter-subscription-slot": required("uWSGI itself has long ignored it"),
  }),
  ...never({
    "fastrouter-use-code-string": required(
      "routers run no foreign code; let a proxy in front choose the back end",
    ),
  }),
  ...never(
    {
      "fastrouter-zerg": required(
        "tsgi takes no sockets over from another instance; name the address itself",
      ),
    },
    "error",
  ),
};
