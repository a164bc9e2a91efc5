import { SECOND } from "../../base/duration.ts";
import { option } from "../option.ts";
import { account, count, duration, flag, path, text } from "../value-types.ts";

/** The tree of processes: how many, as whom, and how they end. */
export const processOptions = {
  processes: option({
    type: count({ from: 1, to: 1024 }),
    default: 1,
    aliases: ["workers"],
    short: "p",
    dialect: "uwsgi",
    gunicorn: "workers",
    reload: "applies",
    help: "Worker processes",
  }),
  threads: option({
    type: count({ from: 1, to: 1024 }),
    default: 1,
    dialect: "uwsgi",
    gunicorn: "threads",
    reload: "applies",
    help: "Threads in each worker: requests that it answers at the same time",
  }),
  "http-processes": option({
    type: count({ from: 1, to: 64 }),
    default: 1,
    aliases: ["http-workers"],
    dialect: "uwsgi",
    reload: "restart",
    help: "Router processes: those that speak with the clients",
  }),
  uid: option({
    type: account("USER"),
    default: null,
    dialect: "uwsgi",
    gunicorn: "user",
    reload: "restart",
    help: "Run as this user once the sockets are bound",
  }),
  gid: option({
    type: account("GROUP"),
    default: null,
    dialect: "uwsgi",
    gunicorn: "group",
    reload: "restart",
    help: "Run as this group once the sockets are bound",
  }),
  pidfile: option({
    type: path("FILE"),
    default: null,
    dialect: "uwsgi",
    gunicorn: "pidfile",
    reload: "restart",
    help: "Write the master's process id to this file",
  }),
  "procname-prefix": option({
    type: text("PREFIX"),
    default: "",
    dialect: "uwsgi",
    reload: "restart",
    help: "Put this in front of the processes' titles",
  }),
  vacuum: option({
    type: flag(),
    default: false,
    dialect: "uwsgi",
    reload: "restart",
    help: "Remove the pidfile at the end. Unix sockets that tsgi made are always removed",
  }),
  "reload-mercy": option({
    type: duration(),
    default: 30 * SECOND,
    dialect: "uwsgi",
    reload: "applies",
    help: "How long running requests may go on after SIGTERM or SIGINT before they are cut off",
  }),
  "worker-reload-mercy": option({
    type: duration(),
    default: 60 * SECOND,
    dialect: "uwsgi",
    gunicorn: "graceful_timeout",
    reload: "applies",
    help: "How long a worker that is to leave may finish its requests before it is killed",
  }),
};
