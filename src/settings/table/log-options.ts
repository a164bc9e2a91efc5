import { option } from "../option.ts";
import { flag, path } from "../value-types.ts";

/** What is written, and where. */
export const logOptions = {
  logto: option({
    type: path("FILE"),
    default: null,
    dialect: "uwsgi",
    reload: "restart",
    help: "Write the log to this file instead of the standard output",
  }),
  logto2: option({
    type: path("FILE"),
    default: null,
    dialect: "uwsgi",
    reload: "restart",
    help: "As --logto, but the file is opened by the user of --uid",
  }),
  "disable-logging": option({
    type: flag(),
    default: false,
    short: "L",
    dialect: "uwsgi",
    reload: "restart",
    help: "No line for each request; what goes wrong is still logged",
  }),
};
