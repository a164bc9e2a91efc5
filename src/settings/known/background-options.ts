import { bare, noEffect, notYet, optional, required } from "../known-rows.ts";

/** Work beside the requests: spooler, mules, signals, timers. */
export const backgroundOptions = {
  ...notYet({
    spooler: required("run the tasks that the application leaves in this directory", { short: "Q" }),
    "spooler-external": required("leave tasks in this directory for another instance"),
    "spooler-ordered": bare("run tasks in the order of their names"),
    "spooler-chdir": required("run tasks in this directory"),
    "spooler-processes": required("how many processes run tasks"),
    "spooler-quiet": bare("log only tasks that fail"),
    "spooler-max-tasks": required("replace a process of the spooler after this many tasks"),
    "spooler-harakiri": required("kill a process of the spooler whose task takes longer than this"),
    "spooler-frequency": required("how often the spooler looks for tasks", { aliases: ["spooler-freq"] }),
    mule: optional("run a process beside the workers, with this Python file or module if one is named"),
    mules: required("run this many processes beside the workers"),
    farm: required("name a group of mules: NAME:N,N,…"),
    "mule-msg-size": optional("the largest message to a mule, in bytes"),
    "mule-harakiri": required("kill a mule whose task takes longer than this"),
    "mule-reload-mercy": required("how long a mule may take to leave before it is killed"),
    "signal-timer": required("raise a uwsgi signal again and again: SIGNAL SECONDS", { aliases: ["timer"] }),
    "signal-rbtimer": required("raise a uwsgi signal a number of times: SIGNAL SECONDS [TIMES]", {
      aliases: ["rbtimer"],
    }),
  }),
  ...noEffect({
    "signal-bufsize": required("uwsgi signals need no buffer of a fixed size", {
      aliases: ["signals-bufsize"],
    }),
  }),
};
