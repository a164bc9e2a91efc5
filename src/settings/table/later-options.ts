import { refused } from "../option.ts";
import { flag, text } from "../value-types.ts";

/**
 * What operators of uWSGI and Gunicorn know and this version has not: named, so that the message says so
 * instead of offering the nearest name (--https is no misspelt --http).
 */
export const laterOptions = {
  socket: later("the uwsgi protocol is not in this version: serve HTTP with --http, to nginx by proxy_pass"),
  https: later("TLS is not in this version: put a proxy that has it in front"),
  "https-socket": later("TLS is not in this version: put a proxy that has it in front"),
  harakiri: later("a limit of time for each request is not in this version"),
  "max-requests": later("recycling workers is not in this version"),
  "static-map": later("static files are not in this version: let the application or a proxy serve them"),
  stats: later("statistics are not in this version"),
  daemonize: later(
    "tsgi stays in the foreground: let systemd or another supervisor keep it; --logto names a log file",
  ),
  "py-autoreload": later("reload is not in this version"),
  "touch-reload": later("reload is not in this version"),
  reload: later("reload is not in this version"),
  plugin: later("tsgi has no plug-ins and needs none for Python: leave it out"),
  plugins: later("tsgi has no plug-ins and needs none for Python: leave it out"),
  cheaper: later("a number of workers that follows the load is not in this version"),
  emperor: later("the emperor is not in this version: start one tsgi for each application"),
  mule: later("mules are not in this version"),
  spooler: later("the spooler is not in this version"),
  cron: later("scheduled tasks are not in this version"),
  asgi: refused({
    type: flag(),
    dialect: "tsgi",
    because: "ASGI is not in this version",
    help: "Refused: ASGI is not in this version",
  }),
  bind: refused({
    type: text("ADDRESS"),
    dialect: "tsgi",
    because: "this is Gunicorn's name; here it is --http",
    help: "Refused: this is Gunicorn's name; here it is --http",
  }),
};

function later(because: string) {
  return refused({ type: text("VALUE"), dialect: "uwsgi", because, help: `Refused: ${because}` });
}
