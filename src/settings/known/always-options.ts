import { bare, noEffect, optional } from "../known-rows.ts";

/** What tsgi does at all times, and what it has no need of. */
export const alwaysOptions = {
  ...noEffect(
    {
      master: bare("there is always a master process", { short: "M" }),
      "die-on-term": bare("SIGTERM stops tsgi unless reload-on-term is given"),
      "enable-threads": bare("Python threads always run", { short: "T" }),
      "need-app": optional("tsgi never serves without an application"),
      "auto-procname": bare("every process has a title that says which one it is"),
      "single-interpreter": bare("a worker has exactly one interpreter", { short: "i" }),
    },
    { always: true },
  ),
  ...noEffect({
    "thunder-lock": bare("workers do not accept connections, so there is no thundering herd"),
  }),
};
