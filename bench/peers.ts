/**
 * Who is measured: one row a server. `notFor` says in words why a server is left out of a case;
 * what is not installed is left out as well. Logging is off for everyone.
 */
import { readFileSync, writeFileSync } from "node:fs";
import type { Case } from "./cases.ts";
import { ROOT, type Workshop } from "./workshop.ts";

export interface Start {
  readonly port: number;
  readonly app: string;
  readonly processes: number;
  readonly threads: number;
  /** Connections that will be held open at once. */
  readonly connections: number;
  /** A directory of its own, for a configuration file. */
  readonly scratch: string;
  readonly python: string;
}

export interface Peer {
  readonly name: string;
  /** Ratios are taken to the best of a family: uWSGI's modes, Gunicorn's workers. */
  readonly family: string;
  /** Program or Python package that must be there, by its name in the versions. */
  readonly needs: string;
  readonly command: (start: Start) => readonly string[];
  readonly notFor?: (which: Case) => string | null;
}

/** More than any case lasts: no server closes a connection because it was idle. */
const KEEP_ALIVE = "75";

export const peers: readonly Peer[] = [
  {
    name: "tsgi",
    family: "tsgi",
    needs: "tsgi",
    command: ({ port, app, processes, threads, python }) =>
      `${process.execPath} ${ROOT}/bin/tsgi.js --http-socket 127.0.0.1:${port} --python ${python}
       --wsgi-file ${ROOT}/bench/apps/${app}.py --callable application --http-keepalive ${KEEP_ALIVE}
       --processes ${processes} --threads ${threads} --disable-logging`.split(/\s+/),
  },
  {
    name: "uWSGI --http-socket",
    family: "uWSGI",
    needs: "uwsgi",
    // It closes after each reply without saying so: the header spares wrk 20,000 read errors a second.
    command: (start) =>
      uwsgi(start, ["--http-socket", `127.0.0.1:${start.port}`, "--add-header", "Connection: close"]),
    notFor: (which) => (which.kind === "idle" ? "closes each connection" : null),
  },
  {
    name: "uWSGI --http11-socket",
    family: "uWSGI",
    needs: "uwsgi",
    command: (start) => uwsgi(start, ["--http11-socket", `127.0.0.1:${start.port}`]),
    notFor: (which) => (which.kind === "idle" ? "a connection holds its worker" : null),
  },
  {
    name: "uWSGI --http",
    family: "uWSGI",
    needs: "uwsgi",
    command: (start) => uwsgi(start, ["--http", `127.0.0.1:${start.port}`, `--http-keepalive=${KEEP_ALIVE}`]),
  },
  {
    name: "Gunicorn gthread",
    family: "Gunicorn",
    needs: "gunicorn",
    command: (start) => gunicorn(start, `gthread --threads ${start.threads}`),
  },
  {
    name: "Gunicorn gthread --preload",
    family: "Gunicorn",
    needs: "gunicorn",
    command: (start) => gunicorn(start, `gthread --threads ${start.threads} --preload`),
    notFor: (which) => (which.kind === "memory" ? null : "matters for memory only"),
  },
  {
    name: "Gunicorn gevent",
    family: "Gunicorn",
    needs: "gevent",
    command: (start) => gunicorn(start, "gevent"),
  },
  {
    name: "Granian",
    family: "Granian",
    needs: "granian",
    command: ({ port, app, processes, threads, connections, python }) =>
      `${python} -m granian --interface wsgi --http 1 --no-ws --no-log --host 127.0.0.1 --port ${port}
       --workers ${processes} --blocking-threads ${threads} --backpressure ${Math.max(connections, 512)}
       ${app}:application`.split(/\s+/),
  },
  {
    name: "Waitress",
    family: "Waitress",
    needs: "waitress",
    // One process is all it has: it gets the threads of all processes together. Its log of a line for
    // each request that must wait has no switch.
    command: ({ port, app, processes, threads, connections, python }) => [
      ...[python, "-c", "import logging, waitress.runner; logging.disable(); waitress.runner.run()"],
      ...`--listen=127.0.0.1:${port} --threads=${processes * threads} --asyncore-use-poll`.split(" "),
      ...`--connection-limit=${connections + 100} --channel-timeout=${KEEP_ALIVE} ${app}:application`.split(
        " ",
      ),
    ],
    notFor: (which) => (which.kind === "memory" ? "has one process only" : null),
  },
  {
    name: "Bjoern",
    family: "Bjoern",
    needs: "bjoern",
    command: ({ port, app, processes, python }) => [
      python,
      `${ROOT}/bench/apps/serve_bjoern.py`,
      app,
      `${port}`,
      `${processes}`,
    ],
    notFor: (which) => (which.threads > 1 ? "has no threads" : null),
  },
  {
    name: "nginx return 200",
    family: "limit in C",
    needs: "nginx",
    command: (start) => ["nginx", "-p", start.scratch, "-c", writeNginxConfiguration(start)],
    notFor: notALimit,
  },
  {
    name: "Node net, canned reply",
    family: "limit in Node",
    needs: "node",
    command: ({ port, processes }) => [
      process.execPath,
      `${ROOT}/bench/limits/node-net.ts`,
      `${port}`,
      `${processes}`,
    ],
    notFor: notALimit,
  },
];

/** The peers that were asked for (by part of the name, all for none) and are installed. */
export function choosePeers(wanted: readonly string[], { versions }: Workshop): Peer[] {
  const asked = (name: string): boolean =>
    wanted.length === 0 || wanted.some((part) => name.toLowerCase().includes(part.toLowerCase()));
  return peers.filter((peer) => asked(peer.name) && peer.needs in versions);
}

function notALimit(which: Case): string | null {
  const fits = which.app === "hello" && which.threads === 1 && which.kind !== "start";
  return fits ? null : "runs no application";
}

function uwsgi({ app, processes, threads }: Start, mode: readonly string[]): string[] {
  const backlog = Math.min(1024, Number(readFileSync("/proc/sys/net/core/somaxconn", "utf8")));
  return [
    ..."uwsgi --plugins http,python3 --master --need-app --die-on-term --disable-logging".split(" "),
    ...`--module ${app}:application --processes ${processes} --listen ${backlog} --max-fd 20000`.split(" "),
    ...(threads > 1 ? ["--threads", `${threads}`] : []),
    ...mode,
  ];
}

function gunicorn({ python, port, app, processes, connections }: Start, worker: string): string[] {
  return `${python} -m gunicorn --bind 127.0.0.1:${port} --workers ${processes} --worker-class ${worker}
    --worker-connections ${Math.max(1000, connections + 100)} --keep-alive ${KEEP_ALIVE}
    --log-level critical --no-control-socket ${app}:application`.split(/\s+/);
}

function writeNginxConfiguration({ scratch, port, processes, connections }: Start): string {
  const path = `${scratch}/nginx.conf`;
  const text = `daemon off;
worker_processes ${processes};
pid ${scratch}/nginx.pid;
error_log ${scratch}/error.log crit;
events { worker_connections ${connections + 512}; }
http {
  access_log off;
  keepalive_timeout ${KEEP_ALIVE};
  keepalive_requests 100000000;
  server {
    listen 127.0.0.1:${port} backlog=1024;
    default_type text/plain;
    location / { return 200 "Hello, world!"; }
  }
}
`;
  writeFileSync(path, text);
  return path;
}
