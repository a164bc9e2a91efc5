import { option } from "../option.ts";
import { requestLogger } from "../request-logger.ts";
import { choice, flag, path } from "../value-types.ts";

/** What is written, and where. */
export const logOptions = {
  logto: option({
    type: path("FILE"),
    default: null,
    dialect: "uwsgi",
    reload: "applies",
    help: "Write the log to this file instead of the standard output",
  }),
  logto2: option({
    type: path("FILE"),
    default: null,
    dialect: "uwsgi",
    reload: "applies",
    help: "As --logto, but the file is opened by the user of --uid",
  }),
  "disable-logging": option({
    type: flag(),
    default: false,
    short: "L",
    dialect: "uwsgi",
    reload: "applies",
    help: "No line for each request; what goes wrong is still logged",
  }),
  "log-4xx": option({
    type: flag(),
    default: false,
    dialect: "uwsgi",
    reload: "applies",
    help: "With --disable-logging: still a line for each response with a status from 400 to 499",
  }),
  "log-5xx": option({
    type: flag(),
    default: false,
    dialect: "uwsgi",
    reload: "applies",
    help: "With --disable-logging: still a line for each response with a status from 500 to 599",
  }),
  "req-logger": option({
    type: requestLogger(),
    default: null,
    aliases: ["logger-req"],
    dialect: "uwsgi",
    gunicorn: "accesslog",
    reload: "applies",
    help: "Where the lines for requests go: file:PATH, or stdio for the log",
  }),
  "log-level": option({
    type: choice(["debug", "info", "warning", "error", "critical"]),
    default: "info",
    dialect: "tsgi",
    gunicorn: "loglevel",
    reload: "applies",
    help: "What is said about the configuration at the start: debug also names the options that have no effect, error leaves warnings out",
  }),
};
