import { SECOND } from "../../base/duration.ts";
import { KIB, MIB } from "../../base/size.ts";
import { option } from "../option.ts";
import { count, duration, size, text } from "../value-types.ts";

/** Limits of requests and responses, and where they wait. */
export const requestOptions = {
  "buffer-size": option({
    type: size({ floor: 64 * KIB, most: 16 * MIB }),
    default: 64 * KIB,
    short: "b",
    dialect: "uwsgi",
    reload: "applies",
    help: "Largest head of a request: request line and headers (431 or 414 past it). Never below 64k, whatever is given",
  }),
  "http-max-headers": option({
    type: count({ from: 8, to: 10000 }),
    default: 100,
    dialect: "tsgi",
    gunicorn: "limit_request_fields",
    reload: "applies",
    help: "Most header lines of a request (431 past it)",
  }),
  "limit-post": option({
    type: size(),
    default: 0,
    dialect: "uwsgi",
    reload: "applies",
    help: "Largest body of a request (413 past it); 0 for no limit",
  }),
  "post-buffering": option({
    type: size({ floor: 64 * KIB, most: 32 * MIB }),
    default: MIB,
    dialect: "uwsgi",
    reload: "applies",
    help: "A body up to this size is collected before a worker is engaged, so that slow uploads hold none. Never below 64k",
  }),
  "body-memory": option({
    type: size({ floor: MIB }),
    default: 256 * MIB,
    dialect: "tsgi",
    reload: "applies",
    help: "Most memory for collected bodies in a router (503 past it)",
  }),
  "response-buffering": option({
    type: size({ floor: 64 * KIB, most: 32 * MIB }),
    default: MIB,
    dialect: "tsgi",
    reload: "applies",
    help: "How much of a response is taken from a worker faster than its client reads, so that the worker is free again",
  }),
  "queue-limit": option({
    type: count({ from: 0, to: 1_000_000 }),
    default: 4096,
    dialect: "tsgi",
    reload: "applies",
    help: "Requests that wait in a router for a free worker (503 past it)",
  }),
  "queue-timeout": option({
    type: duration(),
    default: 30 * SECOND,
    dialect: "tsgi",
    reload: "applies",
    help: "Longest wait of a request for a free worker (503 past it)",
  }),
  "server-header": option({
    type: text("TEXT"),
    default: "tsgi",
    dialect: "tsgi",
    reload: "applies",
    help: "The Server header of responses that bring none; empty for none",
  }),
};
