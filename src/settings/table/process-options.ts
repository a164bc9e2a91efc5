import { SECOND } from "../../base/duration.ts";
import { option } from "../option.ts";
import { account, count, duration, flag, list, mask, path, text } from "../value-types.ts";

export const PROCESSES = { from: 1, to: 1024 };
export const THREADS = { from: 1, to: 1024 };
/** Of gevent or eventlet, in each worker. */
export const GREENLETS = { from: 1, to: 16_384 };

/** The tree of processes: how many, as whom, and how they end. */
export const processOptions = {
  processes: option({
    type: count(PROCESSES),
    default: 1,
    aliases: ["workers"],
    short: "p",
    dialect: "uwsgi",
    gunicorn: "workers",
    reload: "applies",
    help: "Worker processes",
  }),
  threads: option({
    type: count(THREADS),
    default: 1,
    dialect: "uwsgi",
    gunicorn: "threads",
    reload: "applies",
    help: "Threads in each worker: requests that it answers at the same time",
  }),
  gevent: option({
    type: count(GREENLETS),
    default: null,
    dialect: "uwsgi",
    reload: "applies",
    help: "Green threads of gevent in each worker, instead of threads: requests that it answers at the same time",
  }),
  eventlet: option({
    type: count(GREENLETS),
    default: null,
    dialect: "tsgi",
    reload: "applies",
    help: "As --gevent, with eventlet",
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
  "add-gid": option({
    type: list(account("GROUP")),
    default: [],
    dialect: "uwsgi",
    reload: "restart",
    help: "Run with this further group",
  }),
  umask: option({
    type: mask(),
    default: null,
    dialect: "uwsgi",
    reload: "restart",
    help: "Permissions that new files and sockets do not get",
  }),
  pidfile: option({
    type: path("FILE"),
    default: null,
    aliases: ["safe-pidfile"],
    dialect: "uwsgi",
    gunicorn: "pidfile",
    reload: "restart",
    help: "Write the master's process id to this file",
  }),
  pidfile2: option({
    type: path("FILE"),
    default: null,
    aliases: ["safe-pidfile2"],
    dialect: "uwsgi",
    reload: "restart",
    help: "As --pidfile, but written as the user of --uid",
  }),
  procname: option({
    type: text("TITLE"),
    default: null,
    dialect: "uwsgi",
    reload: "restart",
    help: "Title of all processes, instead of those that say which is which",
  }),
  "procname-master": option({
    type: text("TITLE"),
    default: null,
    dialect: "uwsgi",
    reload: "restart",
    help: "Title of the master process",
  }),
  "procname-append": option({
    type: text("SUFFIX"),
    default: "",
    dialect: "uwsgi",
    reload: "restart",
    help: "Put this behind the processes' titles",
  }),
  "procname-prefix-spaced": option({
    type: text("PREFIX"),
    default: null,
    dialect: "uwsgi",
    reload: "restart",
    help: "As --procname-prefix, with a blank behind it",
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
    help: "Remove the pidfile at the end. Unix sockets that tsgi made are always removed, but stay in a directory where the user of --uid may not write",
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
