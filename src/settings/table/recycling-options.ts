import { SECOND } from "../../base/duration.ts";
import { option } from "../option.ts";
import { count, duration } from "../value-types.ts";

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
};
