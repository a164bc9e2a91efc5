import { KIB } from "../../base/size.ts";
import { option } from "../option.ts";
import { kilobytes, megabytes } from "../size-units.ts";
import { count, list, path, wholeNumber } from "../value-types.ts";

const ANY_NUMBER = { from: 0, to: 1_000_000_000 };

/** What the processes may use up, and where they run. Nothing here is a limit at 0. */
export const limitOptions = {
  "limit-as": option({
    type: megabytes(),
    default: 0,
    dialect: "uwsgi",
    reload: "applies",
    help: "Largest address space of each Python process; 0 for no limit",
  }),
  "limit-nproc": option({
    type: count(ANY_NUMBER),
    default: 0,
    dialect: "uwsgi",
    reload: "applies",
    help: "With so many processes and threads of the user, those of tsgi included, workers start no more; 0 for no limit",
  }),
  "max-fd": option({
    type: count(ANY_NUMBER),
    default: 0,
    dialect: "uwsgi",
    reload: "restart",
    help: "Files and connections that each process may have open; 0 leaves it as it is",
  }),
  prio: option({
    type: wholeNumber({ from: -20, to: 19 }),
    default: null,
    dialect: "uwsgi",
    reload: "restart",
    help: "Priority of all processes, as nice(1) counts: from -20, the highest, to 19",
  }),
  "cpu-affinity": option({
    type: count({ from: 0, to: 1024 }),
    default: 0,
    dialect: "uwsgi",
    reload: "applies",
    help: "Bind each worker to so many processors, worker 1 to the first ones, worker 2 to those behind; 0 for none",
  }),
  "thread-stacksize": option({
    type: kilobytes({ floor: 32 * KIB }),
    default: null,
    aliases: ["threads-stacksize", "thread-stack-size", "threads-stack-size"],
    dialect: "uwsgi",
    reload: "applies",
    help: "Size of the stack of each thread that a worker starts, its first one apart",
  }),
  "check-mountpoint": option({
    type: list(path("DIRECTORY")),
    default: [],
    aliases: ["mountpoint-check", "check-mount", "mount-check"],
    dialect: "uwsgi",
    reload: "restart",
    help: "Stop at once when this file system can no longer be reached",
  }),
};
