import { SECOND } from "../../base/duration.ts";
import { option } from "../option.ts";
import { address, count, duration, fileMode, list, owner } from "../value-types.ts";

/** Where clients connect, and how long a connection may take. */
export const listenerOptions = {
  http: option({
    type: list(address()),
    default: [],
    dialect: "uwsgi",
    gunicorn: "bind",
    reload: "restart",
    help: "Serve HTTP on this address. Port 0 takes a free one. Without any listener: 127.0.0.1:8000",
  }),
  "http-socket": option({
    type: list(address()),
    default: [],
    dialect: "uwsgi",
    reload: "restart",
    help: "The same as --http: tsgi has one way to serve HTTP",
  }),
  listen: option({
    type: count({ from: 1, to: 65535 }),
    default: 1024,
    short: "l",
    dialect: "uwsgi",
    gunicorn: "backlog",
    reload: "restart",
    help: "Connections that the kernel holds until they are accepted (net.core.somaxconn bounds it)",
  }),
  "chmod-socket": option({
    type: fileMode("666"),
    default: null,
    short: "C",
    dialect: "uwsgi",
    reload: "restart",
    help: "Mode of Unix sockets; the name alone means 666. Without it the umask decides",
  }),
  "chown-socket": option({
    type: owner(),
    default: null,
    dialect: "uwsgi",
    reload: "restart",
    help: "Owner of Unix sockets",
  }),
  "http-keepalive": option({
    type: duration("65s"),
    default: 65 * SECOND,
    dialect: "uwsgi",
    gunicorn: "keepalive",
    reload: "applies",
    help: "How long an idle connection is kept; 0 closes after each response. As in uWSGI, 1 only means on: write 1s for a second",
  }),
  "http-headers-timeout": option({
    type: duration(),
    default: 30 * SECOND,
    dialect: "uwsgi",
    reload: "applies",
    help: "A request's head must have arrived within this time",
  }),
  "http-timeout": option({
    type: duration(),
    default: 60 * SECOND,
    dialect: "uwsgi",
    reload: "applies",
    help: "Longest silence while a request's body is read",
  }),
  "socket-timeout": option({
    type: duration(),
    default: 60 * SECOND,
    dialect: "uwsgi",
    reload: "applies",
    help: "A client that takes no byte of its response for this long is cut off",
  }),
};
