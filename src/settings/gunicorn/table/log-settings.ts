import {
  absolutePath,
  depends,
  type GunicornSetting,
  kind,
  never,
  noEffect,
  notYet,
  type PlainAnswer,
  path,
  setting,
  text,
  toggle,
  works,
} from "../setting.ts";
import { dictionary, pythonClass } from "../value-kinds.ts";

const COMMON_FORMAT = '%(h)s %(l)s %(u)s %(t)s "%(r)s" %(s)s %(b)s "%(f)s" "%(a)s"';
const LEVELS = ["debug", "info", "warning", "error", "critical"];
const OWN_LOG = "tsgi writes its log itself; the application's own logging is not touched";
const WHOSE = "(of hooks, gunicorn.error and the application; not of tsgi's own lines)";

/** What is written, and where. */
export const logSettings: Readonly<Record<string, GunicornSetting>> = {
  accesslog: setting(
    'a file for a line of each request; "-" is the log itself',
    path("--access-logfile"),
    works(
      (value, { directory }) => {
        if (value === null || value === "") return [["disable-logging", "true"]];
        return [["req-logger", value === "-" ? "stdio" : `file:${absolutePath(String(value), directory)}`]];
      },
      { isImplied: true },
    ),
  ),
  access_log_format: setting(
    "how the line of a request is written",
    text(COMMON_FORMAT, "--access-logformat"),
    notYet(),
  ),
  errorlog: setting(
    'the file of the log; "-" is the terminal',
    kind(path().type, "-", "--error-logfile", "--log-file"),
    works((value, { directory }) =>
      value === null || value === "" || value === "-"
        ? []
        : [["logto", absolutePath(String(value), directory)]],
    ),
  ),
  loglevel: setting(
    "the least level that is logged",
    text("info", "--log-level"),
    depends({ mostly: "works", except: "any other word: never" }, (value) => {
      const level = String(value ?? "info").toLowerCase();
      if (!LEVELS.includes(level))
        return never(`it is none of ${LEVELS.join(", ")}, and Gunicorn takes it for info`);
      return works(() => [["log-level", level]]);
    }),
  ),
  capture_output: setting(
    "the log takes what the application prints",
    toggle("--capture-output"),
    noEffect("what the application prints is always in the log"),
  ),
  enable_stdio_inheritance: setting(
    "the daemon keeps the terminal's output",
    toggle("-R", "--enable-stdio-inheritance"),
    noEffect("a daemon without errorlog writes there; any other tsgi always does"),
  ),
  disable_redirect_access_to_syslog: setting(
    "keep the lines of requests out of syslog",
    toggle("--disable-redirect-access-to-syslog"),
    noEffect("nothing is sent to syslog"),
  ),
  logger_class: setting(
    "the class that writes the log",
    kind(pythonClass(), "gunicorn.glogging.Logger", "--logger-class"),
    depends({ mostly: "never", except: "simple: no effect" }, (value) =>
      value === "simple" ? noEffect(OWN_LOG) : never(OWN_LOG),
    ),
  ),
  logconfig: setting(`set up Python's logging from a file ${WHOSE}`, path("--log-config"), inPython()),
  logconfig_dict: setting(`set up Python's logging ${WHOSE}`, kind(dictionary(), {}), inPython()),
  logconfig_json: setting(
    `set up Python's logging from a JSON file ${WHOSE}`,
    path("--log-config-json"),
    inPython(),
  ),

  syslog: setting("send the log to syslog", toggle("--log-syslog"), notYet()),
  syslog_addr: setting("the address of syslog", text("udp://localhost:514", "--log-syslog-to"), notYet()),
  syslog_prefix: setting("the name in syslog", text(null, "--log-syslog-prefix"), notYet()),
  syslog_facility: setting("the facility in syslog", text("user", "--log-syslog-facility"), notYet()),
  statsd_host: setting("send metrics to statsd", text(null, "--statsd-host"), notYet()),
  statsd_prefix: setting("what the metrics' names begin with", text("", "--statsd-prefix"), notYet()),
  dogstatsd_tags: setting("tags of the metrics", text("", "--dogstatsd-tags"), notYet()),
  enable_backlog_metric: setting(
    "a metric of the connections that wait",
    toggle("--enable-backlog-metric"),
    notYet(),
  ),
};

/** The zygote does it. */
function inPython(): PlainAnswer {
  return works(() => []);
}
