/** What Gunicorn's settings become here: our options, a remark, or a refusal. */

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { readGunicornSettings } from "../../src/settings/gunicorn/read-gunicorn-settings.ts";
import { findingOf } from "../../src/settings/judgement.ts";
import { options } from "../../src/settings/options.ts";
import { type GunicornCase, readCase } from "./real-gunicorn.ts";

interface Meaning {
  readonly when: GunicornCase;
  /** "name=value", without what Gunicorn's own defaults imply. */
  readonly options?: readonly string[];
  readonly warnings?: readonly string[];
  readonly problems?: readonly string[];
}

/** Each is read with an application on the command line. */
const meanings: Readonly<Record<string, Meaning>> = {
  "numbers of processes and threads": {
    when: { argv: ["-w", "4", "--threads", "8"] },
    options: ["processes=4", "threads=8"],
  },
  "workers, whatever is wrong with them": {
    when: { argv: ["-w", "1025"], environment: { WEB_CONCURRENCY: "0" }, file: { workers: "four" } },
    problems: [
      "^WEB_CONCURRENCY .*: cannot use '0': a whole number from 1 to 1024 is wanted$",
      "workers: cannot use 'four': a whole number from 1 to 1024 is wanted$",
      '-w .*: cannot use "1025": a whole number from 1 to 1024 is wanted$',
    ],
  },
  "numbers that are none of ours count as the nearest": {
    when: { file: { backlog: 0, graceful_timeout: 10_000_000, keepalive: 10_000_000 } },
    options: ["listen=1", "reload-mercy=2073600s", "worker-reload-mercy=2073600s", "http-keepalive=2073600s"],
  },
  "more greenlets than there can be, and none": {
    when: { argv: ["-k", "gevent", "--worker-connections", "100000"] },
    options: ["gevent=16384"],
  },
  "Python's logging, which is set up in Python": {
    when: { file: { logconfig: "logging.conf", logconfig_dict: { version: 1 }, logconfig_json: "l.json" } },
  },
  "a timeout: of each request where workers have one at a time, as in Gunicorn": {
    when: { argv: ["-t", "120"] },
    options: ["harakiri=120s", "harakiri-graceful-signal=6", "harakiri-graceful-timeout=1s"],
  },
  "no timeout": { when: { argv: ["-t", "0"] }, options: [] },
  "a timeout of workers with threads is none of requests": {
    when: { argv: ["-t", "120", "-k", "gthread", "--threads", "4"] },
    options: [
      ...["heartbeat-timeout=120s", "harakiri-graceful-signal=6", "harakiri-graceful-timeout=1s"],
      "threads=4",
    ],
  },
  "sync with threads is gthread": {
    when: { argv: ["-t", "9", "--threads", "2"] },
    options: [
      ...["heartbeat-timeout=9s", "harakiri-graceful-signal=6", "harakiri-graceful-timeout=1s"],
      "threads=2",
    ],
  },
  "threads of 0 are one": { when: { argv: ["--threads", "0"] }, options: ["threads=1"] },
  "a port alone": { when: { argv: ["-b", ":8000"] }, options: ["http=:8000"] },
  "a host alone": { when: { argv: ["-b", "0.0.0.0"] }, options: ["http=0.0.0.0:8000"] },
  "IPv6 with and without a port": {
    when: { argv: ["-b", "[::1]:9000", "-b", "[::]"] },
    options: ["http=[::1]:9000", "http=[::]:8000"],
  },
  "tcp:// and capitals": { when: { argv: ["-b", "tcp://LOCALHOST:80"] }, options: ["http=localhost:80"] },
  "a descriptor": { when: { argv: ["-b", "fd://3"] }, options: ["http=fd://3"] },
  "a Unix socket, open to all as in Gunicorn": {
    when: { argv: ["-b", "unix:/run/site.sock"] },
    options: ["http=unix:/run/site.sock", "chmod-socket=777"],
  },
  "a Unix socket below chdir, with a mask and an owner": {
    when: { file: { bind: "unix://site.sock", chdir: "sub", umask: 7, user: "www", group: 33 } },
    options: [
      "http=unix:/srv/site/sub/site.sock",
      "chmod-socket=770",
      "chown-socket=www:33",
      "chdir=/srv/site/sub",
      "uid=www",
      "gid=33",
    ],
  },
  "an address that is none": {
    when: { argv: ["-b", "localhost:http"] },
    problems: ['^-b \\(argument 2\\): cannot use "localhost:http": '],
  },
  PORT: { when: { environment: { PORT: "5000" } }, options: ["http=0.0.0.0:5000"] },
  "a keep-alive of 1 is a second": { when: { argv: ["--keep-alive", "1"] }, options: ["http-keepalive=1s"] },
  "no keep-alive": { when: { file: { keepalive: 0 } }, options: ["http-keepalive=0"] },
  "--keepalive, which Gunicorn refuses": {
    when: { argv: ["--keepalive", "5"] },
    options: ["http-keepalive=5s"],
  },
  "other names that are plain": {
    when: { argv: ["--log_level=debug", "--pidfile", "/run/a.pid", "--preload_app"] },
    options: ["log-level=debug", "pidfile=/run/a.pid", "vacuum=true", "lazy-apps=false"],
  },
  graceful_timeout: {
    when: { file: { graceful_timeout: 120 } },
    options: ["reload-mercy=120s", "worker-reload-mercy=120s"],
  },
  "paths of logs": {
    when: { file: { accesslog: "log/a", errorlog: "/var/log/e" } },
    options: ["req-logger=file:/srv/site/log/a", "logto=/var/log/e"],
  },
  "logs to the terminal": {
    when: { file: { accesslog: "-", errorlog: "-" } },
    options: ["req-logger=stdio"],
  },
  "a level that Gunicorn takes for info": {
    when: { file: { loglevel: "warn" } },
    warnings: ["gunicorn.conf.py:1: loglevel: is not honoured: it is none of debug, info"],
  },
  pythonpath: {
    when: { argv: ["--pythonpath", "lib,/opt/lib"] },
    options: ["pythonpath=/opt/lib", "pythonpath=/srv/site/lib"],
  },
  raw_env: { when: { file: { raw_env: ["A=1", "B=x=y"] } }, options: ["env=A=1", "env=B=x=y"] },
  "raw_env without an equals sign": {
    when: { file: { raw_env: ["A"] } },
    problems: ['^gunicorn.conf.py:1: raw_env: cannot use "A": NAME=VALUE is wanted'],
  },
  "user and group that are None": { when: { file: { user: null, group: null, pidfile: null } } },
  proc_name: { when: { argv: ["-n", "site"] }, options: ["procname-append= [site]"] },
  "long headers": { when: { file: { limit_request_field_size: 131072 } }, options: ["buffer-size=131072"] },
  "limits as Gunicorn has them": {
    when: { file: { limit_request_line: 4094, limit_request_fields: 100, limit_request_field_size: 8190 } },
    options: ["http-max-headers=100"],
  },
  "no limit of headers": { when: { file: { limit_request_fields: 0 } }, options: ["http-max-headers=10000"] },

  "worker_class sync and gthread": {
    when: { file: { worker_class: "gunicorn.workers.gthread.ThreadWorker", threads: 4 } },
    options: ["threads=4"],
  },
  gevent: {
    when: { argv: ["-k", "gevent", "--threads", "4", "--worker-connections", "200"] },
    options: ["gevent=200"],
  },
  "gevent's class from an egg, with Gunicorn's default": {
    when: { file: { worker_class: "egg:gunicorn#gevent" } },
    options: ["gevent=1000"],
  },
  eventlet: { when: { argv: ["-k", "eventlet"] }, options: ["eventlet=1000"] },
  "uvicorn's worker": {
    when: { argv: ["-k", "uvicorn.workers.UvicornWorker"] },
    problems: [
      "^-k \\(argument 2\\): ASGI is not in this version: uvicorn.workers.UvicornWorker cannot be run; serve it with uvicorn until then$",
    ],
  },
  "uvicorn's worker, imported": {
    when: { file: { worker_class: { $class: "uvicorn_worker.UvicornH11Worker" } } },
    problems: ["gunicorn.conf.py:1: worker_class: ASGI is not in this version: uvicorn_worker.UvicornH11"],
  },
  tornado: {
    when: { argv: ["-k", "tornado"] },
    problems: ["is not honoured: .* not tornado; sync, gthread"],
  },
  "a worker class of one's own": {
    when: { file: { worker_class: { $class: "__config__.MyWorker" } } },
    problems: ["is not honoured: .* not __config__.MyWorker"],
  },

  "what comes later": {
    when: { file: { syslog: true } },
    warnings: ["gunicorn.conf.py:1: syslog: is not in this version: send the log to syslog"],
  },
  "reloading, and what else is watched": {
    when: { argv: ["--reload", "--reload-engine", "poll", "--reload-extra-file", "a.json"] },
    options: ["py-autoreload=1", "py-autoreload-poll=true", "py-autoreload-extra=a.json"],
  },
  "reloading with the engine that is ours anyway": {
    when: { file: { reload: true, reload_engine: "inotify", reload_extra_files: ["a.json", "b"] } },
    options: ["py-autoreload=1", "py-autoreload-extra=a.json", "py-autoreload-extra=b"],
  },
  "TLS is not left out in silence": {
    when: { file: { certfile: "a.pem", keyfile: "a.key" } },
    problems: [
      "certfile: is not in this version: serve TLS .*; the start is refused: leave it out and let a proxy",
      "keyfile",
    ],
  },
  "the PROXY protocol": {
    when: { argv: ["--proxy-protocol=v1", "--proxy-allow-from=*"] },
    options: ["http-enable-proxy-protocol=true", "proxy-allow-ips=0.0.0.0/0,::/0"],
  },
  FORWARDED_ALLOW_IPS: {
    when: { environment: { FORWARDED_ALLOW_IPS: "*" } },
    warnings: [],
  },
  "default values that are written down": {
    when: {
      file: {
        daemon: false,
        max_requests: 0,
        reload: false,
        forwarded_allow_ips: "127.0.0.1,::1",
        secure_scheme_headers: {
          "X-FORWARDED-PROTOCOL": "ssl",
          "X-FORWARDED-PROTO": "https",
          "X-FORWARDED-SSL": "on",
        },
        certfile: null,
        proxy_protocol: false,
        protocol: "http",
        worker_class: "sync",
        logger_class: "gunicorn.glogging.Logger",
        header_map: "drop",
        capture_output: false,
      },
    },
  },

  "names that are nearly settings": {
    when: { file: { time_out: 1, worker: 2, log_level: "x", MaxRequests: 1, access_log: "-" } },
    warnings: [
      "gunicorn.conf.py:1: time_out: is no setting of Gunicorn and has no effect \\(did you mean timeout\\?\\)",
      "did you mean workers",
      "did you mean loglevel",
      "did you mean max_requests",
      "did you mean accesslog",
    ],
  },
  "ordinary names of Python": {
    when: {
      file: {
        port: 1,
        size: 2,
        host: "x",
        logger: 1,
        log_dir: "x",
        max_worker_memory: 1,
        app_config: 1,
        name: "x",
      },
    },
  },
  "a constant from which a setting is made": {
    when: { file: { WORKERS: 4, workers: 4 } },
    options: ["processes=4"],
  },
  "a name that is nearly a setting which is there too": {
    when: { file: { time_out: 3, timeout: 30 } },
    warnings: ["time_out: is no setting of Gunicorn and has no effect \\(did you mean timeout"],
  },

  "gunicorn -w 4 -b 0.0.0.0:5000 'wsgi:create_app()'": {
    when: { argv: ["-w", "4", "-b", "0.0.0.0:5000"] },
    options: ["processes=4", "http=0.0.0.0:5000"],
  },
  "gunicorn --bind :$PORT --workers 1 --threads 8 --timeout 0 wsgi:app": {
    when: { argv: ["--bind", ":8080", "--workers", "1", "--threads", "8", "--timeout", "0"] },
    options: ["http=:8080", "processes=1", "threads=8"],
  },
  'GUNICORN_CMD_ARGS="--bind=0.0.0.0 -c gunicorn.conf.py --graceful-timeout 600" gunicorn wsgi:app': {
    when: {
      environment: { GUNICORN_CMD_ARGS: "--bind=0.0.0.0 -c gunicorn.conf.py --graceful-timeout 600" },
      file: { bind: ":1", backlog: 100_000, preload_app: "true" },
    },
    options: [
      "listen=65535",
      "lazy-apps=false",
      "http=0.0.0.0:8000",
      "reload-mercy=600s",
      "worker-reload-mercy=600s",
    ],
  },

  "all that is wrong, at once": {
    when: { argv: ["-w", "x"], file: { threads: "four", timeout: null } },
    problems: [
      "gunicorn.conf.py:1: threads: cannot use 'four': a whole number from 0 to 1024 is wanted",
      "gunicorn.conf.py:2: timeout: cannot use None",
      '-w \\(argument 2\\): cannot use "x"',
    ],
  },
  "words too many": {
    when: { argv: ["site:app", "other"] },
    warnings: ['^"other" \\(argument 2\\): is ignored: the application is site:app'],
  },
};

describe("Gunicorn's settings here:", () => {
  for (const [name, meaning] of Object.entries(meanings))
    test(name, () => {
      const argv = meaning.when.argv ?? [];
      const result = readCase({
        ...meaning.when,
        argv: [...argv, ...(argv.includes("other") ? [] : ["site:app"])],
      });
      assert.ok(!("problems" in result), JSON.stringify(result));
      const entries = result.configuration.entries.filter(
        ({ origin }) => !origin.startsWith("Gunicorn's default"),
      );
      const reading = readGunicornSettings(result);
      assertAll(reading.kind === "problems" ? reading.problems : [], meaning.problems ?? []);
      assertAll(reading.warnings, meaning.warnings ?? []);
      const shown = entries.map((entry) => `${entry.name}=${entry.value}`);
      const isAboutRemarks = meaning.warnings !== undefined || meaning.problems !== undefined;
      if (meaning.options !== undefined || !isAboutRemarks) assert.deepEqual(shown, meaning.options ?? []);
    });

  test("what differs in Gunicorn's defaults is as in Gunicorn", () => {
    const result = readCase({ argv: ["site:app"] });
    assert.ok(!("problems" in result));
    const { entries } = result.configuration;
    const shown = entries.map((entry) => `${entry.name}=${entry.value}`);
    const timeout = ["harakiri=30s", "harakiri-graceful-signal=6", "harakiri-graceful-timeout=1s"];
    assert.deepEqual(shown, ["listen=2048", ...timeout, "lazy-apps=true", "disable-logging=true"]);
    assert.ok(entries.every((entry) => options.has(entry.name)));
  });

  test("each remark begins with where it was written", () => {
    const result = readCase({ argv: ["--no-control-socket", "site:app"], file: { spew: true } });
    assert.ok(!("problems" in result));
    assert.deepEqual(
      result.judgements.map((judgement) => findingOf(judgement).message.replace(/: (is|has) .*/, "")),
      ["gunicorn.conf.py:1: spew", "--no-control-socket (argument 1)"],
    );
  });
});

function assertAll(messages: readonly string[], patterns: readonly string[]): void {
  assert.equal(messages.length, patterns.length, messages.join("\n"));
  for (const [index, pattern] of patterns.entries()) assert.match(messages[index] ?? "", new RegExp(pattern));
}
