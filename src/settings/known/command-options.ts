import { bare, directive, never, noEffect, required } from "../known-rows.ts";

/** Names that make uWSGI do one thing and exit. To ignore one would start a server that nobody asked for. */
export const commandOptions = {
  ...directive({
    help: bare("show the help and exit", { aliases: ["usage"], short: "h" }),
    stop: required("tell the instance whose pidfile this is to stop, and exit"),
    reload: required("tell the instance whose pidfile this is to reload, and exit"),
    pause: required("tell the instance whose pidfile this is to let requests wait, and exit", {
      aliases: ["suspend"],
    }),
    resume: required("tell the instance whose pidfile this is to go on after a pause, and exit"),
  }),
  ...never(
    {
      get: required("one option's value is not printed alone; --show-config prints them all"),
      signal: required("a running server takes no uwsgi signals from outside; use its control socket"),
      "connect-and-read": required("reading from a socket is the work of nc or socat"),
      extract: required("tsgi fetches nothing from other addresses; use cat or curl"),
      "print-sym": required("there is no compiled program to print a symbol of", {
        aliases: ["print-symbol"],
      }),
      "command-mode": bare("uWSGI's command mode runs plug-ins; start the command itself"),
      "force-gateway": bare("tsgi always runs with its master"),
    },
    "error",
  ),
  ...noEffect({
    "imperial-monitor-list": bare("it lists plug-ins of uWSGI", { aliases: ["imperial-monitors-list"] }),
    "logger-list": bare("it lists plug-ins of uWSGI", { aliases: ["loggers-list"] }),
    "alarm-list": bare("it lists plug-ins of uWSGI", { aliases: ["alarms-list"] }),
    "cheaper-algo-list": bare("it lists plug-ins of uWSGI", {
      aliases: ["cheaper-algos-list", "cheaper-list"],
    }),
  }),
};
