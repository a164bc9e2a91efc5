import { option } from "../option.ts";
import { count, duration, flag } from "../value-types.ts";

const SIGTERM = 15;

/** Requests that take too long, and what becomes of their worker. */
export const overtimeOptions = {
  harakiri: option({
    type: duration(),
    default: 0,
    short: "t",
    dialect: "uwsgi",
    gunicorn: "timeout",
    reload: "applies",
    help: "Longest time that a worker may work on a request. Past it the worker's stacks are logged, the client gets 504, and another worker takes its place; 0 for no limit",
  }),
  "harakiri-verbose": option({
    type: flag(),
    default: false,
    dialect: "uwsgi",
    reload: "applies",
    help: "Also log what each thread of that worker does in the kernel: its state, where it waits, the system call",
  }),
  "harakiri-graceful-timeout": option({
    type: duration(),
    default: 0,
    dialect: "uwsgi",
    reload: "applies",
    help: "First send --harakiri-graceful-signal to that worker, and kill it only after this time: until then the request may still end",
  }),
  "harakiri-graceful-signal": option({
    type: count({ from: 1, to: 64 }),
    default: SIGTERM,
    dialect: "uwsgi",
    reload: "applies",
    help: "The signal, by its number, that the application may take as a warning (see --harakiri-graceful-timeout)",
  }),
  "harakiri-queue-threshold": option({
    type: count({ from: 0, to: 1_000_000 }),
    default: 0,
    dialect: "uwsgi",
    reload: "applies",
    help: "Let a request that takes too long go on while fewer requests than this wait for a worker",
  }),
  "heartbeat-timeout": option({
    type: duration(),
    default: 0,
    dialect: "tsgi",
    reload: "applies",
    help: "Kill a worker that gives no sign of life for so long, whatever its requests do: C code holds the interpreter, or a green thread lets no other run; 0 for never",
  }),
};
