import { bare, noEffect, notYet, optional, required } from "../known-rows.ts";

/** Where lines of the log go, which ones, and how they look. */
export const loggingOptions = {
  ...notYet({
    "log-format": required("the form of the access log's lines", { aliases: ["logformat"] }),
    "logformat-strftime": bare("replace the time's percent signs in log-format", {
      aliases: ["log-format-strftime"],
    }),
    logger: required("send the log to a place: [NAME ]file:PATH, stdio, syslog, socket:ADDRESS …"),
    "log-syslog": optional("send the log to syslog, under this name"),
    "log-socket": required("send the log to this UDP address or Unix socket"),
    "log-encoder": required("change each line of the log: format, json, prefix, suffix …"),
    "log-req-encoder": required("change each line of the access log: format, json, prefix, suffix …"),
    "log-drain": required("leave out lines of the log that match a pattern"),
    "log-filter": required("keep only lines of the log that match a pattern"),
    "log-route": required("send lines that match a pattern to a logger: NAME PATTERN"),
    "log-req-route": required("send lines of the access log that match a pattern to a logger: NAME PATTERN"),
    "logfile-chown": bare("give the log file to the user of uid"),
    "logfile-chmod": required("the mode of the log file"),
    "log-reopen": bare("open the log file anew after a reload"),
    "log-truncate": bare("empty the log file at the start"),
    "log-maxsize": required("rotate the log file when it is larger than this many bytes"),
    "log-backupname": required("the name of the log file that was rotated"),
    "log-prefix": optional("put this in front of each line of the log"),
    "log-zero": bare("with disable-logging, log requests whose response has no body"),
    "log-slow": required("with disable-logging, log requests that take longer than this many milliseconds"),
    "log-big": required("with disable-logging, log requests whose response is larger than this many bytes"),
    "log-sendfile": required("with disable-logging, log requests that are answered with a file"),
    "log-ioerror": required("with disable-logging, log requests whose connection broke"),
    "log-micros": bare("give the time that a request took in microseconds"),
  }),
  ...noEffect(
    {
      "log-date": optional("the lines of the log begin with date and time, in UTC", { aliases: ["logdate"] }),
      "log-master": bare("lines of the access log are gathered, and no request waits for them"),
      "threaded-logger": bare("lines of the access log are written in the background"),
    },
    { always: true },
  ),
  ...noEffect({
    "log-master-bufsize": required("lines of the log need no buffer of a fixed size"),
    "log-master-stream": bare("the log goes through no socket of the master"),
    "log-master-req-stream": bare("the log goes through no socket of the master"),
  }),
};
