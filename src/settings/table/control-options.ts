import { option } from "../option.ts";
import { flag, list, path } from "../value-types.ts";

/** How a running instance is commanded. */
export const controlOptions = {
  "master-fifo": option({
    type: list(path("FILE")),
    default: [],
    dialect: "uwsgi",
    reload: "restart",
    help: "Take commands of one letter from this named pipe, which is made. Given several times, the first is read, and 0 to 9 in it changes to another",
  }),
  "control-socket": option({
    type: path("FILE"),
    default: null,
    dialect: "tsgi",
    reload: "restart",
    help: "Listen for tsgi ctl on this Unix socket too, which is made for the user who serves alone",
  }),
  "reload-on-term": option({
    type: flag(),
    default: false,
    dialect: "tsgi",
    reload: "applies",
    help: "SIGTERM reloads at once instead of stopping, as uWSGI does without die-on-term",
  }),
};
