import { LONGEST_DURATION, SECOND } from "../../../base/duration.ts";
import type { JsonValue } from "../../../base/json-value.ts";
import { KIB, MIB } from "../../../base/size.ts";
import { PROCESSES, THREADS } from "../../table/process-options.ts";
import { bindOptions } from "../bind.ts";
import {
  as,
  depends,
  type GunicornSetting,
  kind,
  noEffect,
  setting,
  text,
  whole,
  works,
} from "../setting.ts";
import { pythonClass, strings, wholeNumber } from "../value-kinds.ts";
import { connectionsAnswer, threadsAnswer, timeoutAnswer, workerClassAnswer } from "../worker-class.ts";

/** tsgi bounds a head as a whole: by what it always has, unless a part of it may be longer. 0 is no limit. */
const headLimit = depends({ mostly: "works", except: "up to 64k: no effect" }, (value) => {
  const wanted = value === 0 ? 16 * MIB : Math.min(Number(value), 16 * MIB);
  if (wanted <= 64 * KIB) return noEffect("a request's head may have 64k as a whole (buffer-size)");
  return works(() => [["buffer-size", String(wanted)]]);
});

/** The application, where it is served, by which processes, and the limits of requests. */
export const serverSettings: Readonly<Record<string, GunicornSetting>> = {
  config: setting(
    "the configuration file: a path, file:PATH or python:MODULE",
    text("./gunicorn.conf.py", "-c", "--config"),
    // The reader of the command line has acted on it.
    works(() => []),
  ),
  // Asked for by the reader, which turns it into the application.
  wsgi_app: setting(
    "the application, module:callable",
    text(null),
    works(() => []),
  ),
  bind: setting(
    "addresses to listen on: HOST:PORT, unix:PATH or fd://N",
    kind(strings("ADDRESS"), ["127.0.0.1:8000"], "-b", "--bind"),
    works(bindOptions),
  ),
  backlog: setting(
    "connections that wait in the kernel",
    whole(2048, "--backlog"),
    works((value) => [["listen", String(Math.min(Math.max(Number(value), 1), 65535))]], { isImplied: true }),
  ),

  workers: setting("worker processes", kind(wholeNumber(PROCESSES), 1, "-w", "--workers"), as("processes")),
  worker_class: setting(
    "the kind of workers: sync, gthread, gevent or eventlet",
    kind(pythonClass(), "sync", "-k", "--worker-class"),
    workerClassAnswer,
  ),
  threads: setting(
    "threads in each worker",
    kind(wholeNumber({ from: 0, to: THREADS.to }), 1, "--threads"),
    threadsAnswer,
  ),
  worker_connections: setting(
    "connections of a worker at the same time",
    whole(1000, "--worker-connections"),
    connectionsAnswer,
  ),
  max_requests: setting(
    "replace a worker after this many requests",
    whole(0, "--max-requests"),
    // However young it is.
    works((value) =>
      value === 0
        ? []
        : [
            ["max-requests", String(value)],
            ["min-worker-lifetime", "0"],
          ],
    ),
  ),
  max_requests_jitter: setting(
    "vary max_requests from worker to worker",
    whole(0, "--max-requests-jitter"),
    as("max-requests-jitter"),
  ),
  timeout: setting(
    "kill a worker that hangs for this many seconds",
    whole(30, "-t", "--timeout"),
    timeoutAnswer,
  ),
  graceful_timeout: setting(
    "seconds for running requests when a worker ends",
    whole(30, "--graceful-timeout"),
    works((value) => [
      ["reload-mercy", seconds(value)],
      ["worker-reload-mercy", seconds(value)],
    ]),
  ),
  keepalive: setting(
    "seconds that an idle connection is kept",
    whole(2, "--keep-alive"),
    // With the unit: 1 alone would only mean "on".
    works((value) => [["http-keepalive", value === 0 ? "0" : seconds(value)]]),
  ),

  limit_request_line: setting("longest request line", whole(4094, "--limit-request-line"), headLimit),
  limit_request_fields: setting(
    "most headers of a request",
    whole(100, "--limit-request-fields"),
    works((value) => [["http-max-headers", String(headerLimit(Number(value)))]]),
  ),
  limit_request_field_size: setting(
    "longest header of a request",
    // With an underscore in Gunicorn.
    whole(8190, "--limit-request-field_size"),
    headLimit,
  ),
};

/** Who wants to wait for a year waits as long as can be. */
function seconds(value: JsonValue): string {
  return `${Math.min(Number(value), LONGEST_DURATION / SECOND)}s`;
}

const MOST_HEADERS = 10_000;
const FEWEST_HEADERS = 8;

/** 0 is no limit. */
function headerLimit(wanted: number): number {
  return wanted === 0 ? MOST_HEADERS : Math.min(Math.max(wanted, FEWEST_HEADERS), MOST_HEADERS);
}
