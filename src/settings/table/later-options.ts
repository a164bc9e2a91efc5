import { type Refused, refused } from "../option.ts";
import { ignored } from "../value-types.ts";

/**
 * What operators of uWSGI and Gunicorn know and this version has not: named, so that the message says so
 * instead of offering the nearest name (--https is no misspelt --http).
 */
export const laterOptions = {
  socket: uwsgi("the uwsgi protocol is not in this version: serve HTTP with --http, to nginx by proxy_pass", {
    short: "s",
    aliases: ["uwsgi-socket"],
  }),
  https: uwsgi("TLS is not in this version: put a proxy that has it in front", { aliases: ["https-socket"] }),
  "http-to": uwsgi("no router runs apart from its workers here: --http serves the application itself"),
  harakiri: uwsgi("a limit of time for each request is not in this version", { short: "t" }),
  "max-requests": uwsgi("recycling workers is not in this version", { short: "R" }),
  "static-map": uwsgi("static files are not in this version: let the application or a proxy serve them"),
  stats: uwsgi("statistics are not in this version", { aliases: ["stats-server"] }),
  daemonize: uwsgi(
    "tsgi stays in the foreground: let systemd or another supervisor keep it; --logto names a log file",
    { short: "d", aliases: ["daemon"] },
  ),
  "py-autoreload": uwsgi("reload is not in this version", {
    aliases: ["py-auto-reload", "python-autoreload", "python-auto-reload"],
  }),
  "touch-reload": uwsgi("reload is not in this version"),
  plugin: uwsgi("tsgi has no plug-ins and needs none for Python: leave it out", { aliases: ["plugins"] }),
  cheaper: uwsgi("a number of workers that follows the load is not in this version"),
  emperor: uwsgi("the emperor is not in this version: start one tsgi for each application"),
  mule: uwsgi("mules are not in this version", { aliases: ["mules"] }),
  spooler: uwsgi("the spooler is not in this version", { short: "Q" }),
  cron: uwsgi("scheduled tasks are not in this version"),
  bind: gunicorn("this is Gunicorn's name; here it is --http (uWSGI's -b is --buffer-size)", { short: "b" }),
  reload: gunicorn("reload is not in this version"),
  timeout: gunicorn("this is Gunicorn's name; a limit of time for each request is not in this version"),
  "worker-class": gunicorn("there is one kind of worker: --processes and --threads say how many", {
    short: "k",
  }),
  preload: gunicorn("always so, unless --lazy-apps is given: leave it out"),
  certfile: gunicorn("TLS is not in this version: put a proxy that has it in front", {
    aliases: ["keyfile"],
  }),
  "access-logfile": gunicorn("this is Gunicorn's name; requests are in the log: --logto names its file"),
  asgi: gunicorn("ASGI is not in this version"),
};

type Names = Pick<Refused, "short" | "aliases">;

function uwsgi(because: string, names: Names = {}): Refused {
  return refused({ type: ignored(), dialect: "uwsgi", because, help: `Refused: ${because}`, ...names });
}

function gunicorn(because: string, names: Names = {}): Refused {
  return refused({ type: ignored(), dialect: "gunicorn", because, help: `Refused: ${because}`, ...names });
}
