import { bare, noEffect, notYet, required } from "../known-rows.ts";

/** Reloads, what sets them off, and how the master is commanded. */
export const reloadOptions = {
  ...notYet({
    "touch-mules-reload": required("restart the mules when this file is touched"),
    "touch-spoolers-reload": required("restart the spoolers when this file is touched"),
    "touch-signal": required("raise a uwsgi signal when a file is touched: FILE SIGNAL"),
    "fs-signal": required("raise a uwsgi signal when a file or directory changes: FILE SIGNAL"),
    "notify-socket": required("take messages about the instance on this Unix datagram socket"),
    "master-as-root": bare("leave the master its rights when the workers give up theirs"),
    "honour-stdin": bare("leave the standard input to the application, as a debugger needs it"),
    "safe-fd": required("leave this inherited descriptor open for the application", { aliases: ["fd-safe"] }),
    "force-cwd": required("take this as the directory in which tsgi was started"),
    "worker-mount": required(
      "load another application below a path, in each worker: [WORKER:]/PATH=APPLICATION",
    ),
    "ignore-script-name": bare("take no SCRIPT_NAME from the web server in front"),
  }),
  ...notYet(
    {
      flock: required("start only if this file can be locked, so that two instances never run"),
      "flock-wait": required("wait until this file can be locked, so that two instances never run"),
      flock2: required("go on after the start of the log only if this file can be locked"),
      "flock-wait2": required("wait after the start of the log until this file can be locked"),
    },
    { risk: "error" },
  ),
  ...noEffect({ "no-orphans": bare("workers never outlive the master") }, { always: true }),
  ...noEffect({
    "propagate-touch": bare("no touched file is passed on by signals"),
    "binary-path": required("tsgi knows the path of its own program"),
    "check-interval": required("the master wakes for events and needs no clock"),
    "forkbomb-delay": required("a worker that dies young is replaced after 1, 2, 4 … 32 seconds"),
  }),
};
