import { SECOND } from "../../base/duration.ts";
import { option } from "../option.ts";
import { megabytes } from "../size-units.ts";
import { count, duration, flag, list, text } from "../value-types.ts";

const REQUESTS = { from: 0, to: 1_000_000_000 };

/** Recycling: when a worker has had its time. */
export const recyclingOptions = {
  "max-requests": option({
    type: count(REQUESTS),
    default: 0,
    short: "R",
    dialect: "uwsgi",
    gunicorn: "max_requests",
    reload: "applies",
    help: "Replace a worker when it has answered so many requests; 0 for never",
  }),
  "max-requests-delta": option({
    type: count(REQUESTS),
    default: 0,
    dialect: "uwsgi",
    reload: "applies",
    help: "With --max-requests, so many more for worker 2, twice as many for worker 3 …, so that they do not all leave together",
  }),
  "max-requests-jitter": option({
    type: count(REQUESTS),
    default: 0,
    dialect: "tsgi",
    gunicorn: "max_requests_jitter",
    reload: "applies",
    help: "With --max-requests, a random number of requests more for each worker, at most so many",
  }),
  "min-worker-lifetime": option({
    type: duration(),
    default: 10 * SECOND,
    dialect: "uwsgi",
    reload: "applies",
    help: "A worker younger than this is not replaced for its requests or its memory",
  }),
  "max-worker-lifetime": option({
    type: duration(),
    default: 0,
    dialect: "uwsgi",
    reload: "applies",
    help: "Replace a worker at this age; 0 for never",
  }),
  "max-worker-lifetime-delta": option({
    type: duration(),
    default: 0,
    dialect: "uwsgi",
    reload: "applies",
    help: "With --max-worker-lifetime, so much longer for worker 2, twice as much for worker 3 …, so that they do not all leave together",
  }),
  "reload-on-rss": option({
    type: megabytes(),
    default: 0,
    dialect: "uwsgi",
    reload: "applies",
    help: "Replace a worker that has so much in memory, what it shares included; 0 for never",
  }),
  "reload-on-as": option({
    type: megabytes(),
    default: 0,
    dialect: "uwsgi",
    reload: "applies",
    help: "Replace a worker whose address space is so large; 0 for never",
  }),
  "evil-reload-on-rss": option({
    type: megabytes(),
    default: 0,
    dialect: "uwsgi",
    reload: "applies",
    help: "Kill a worker that has so much in memory at once, with the request that it runs; 0 for never",
  }),
  "evil-reload-on-as": option({
    type: megabytes(),
    default: 0,
    dialect: "uwsgi",
    reload: "applies",
    help: "Kill a worker whose address space is so large at once, with the request that it runs; 0 for never",
  }),
  "mem-collector-freq": option({
    type: duration(),
    default: 3 * SECOND,
    dialect: "uwsgi",
    reload: "applies",
    help: "How often the memory of the workers is looked at",
  }),
  "reload-on-exception": option({
    type: flag(),
    default: false,
    dialect: "uwsgi",
    reload: "applies",
    help: "Replace a worker when an exception leaves the application",
  }),
  "reload-on-exception-type": option({
    type: list(text("TYPE")),
    default: [],
    dialect: "uwsgi",
    reload: "applies",
    help: "Replace a worker when an exception of exactly this type leaves the application: ValueError, shop.errors.Broken",
  }),
  "reload-on-exception-value": option({
    type: list(text()),
    default: [],
    dialect: "uwsgi",
    reload: "applies",
    help: "Replace a worker when an exception with exactly this text leaves the application",
  }),
  "reload-on-exception-repr": option({
    type: list(text("TYPE: TEXT")),
    default: [],
    dialect: "uwsgi",
    reload: "applies",
    help: "Replace a worker when an exception of this type with this text leaves the application: ValueError: no such thing",
  }),
};
