/** The same command lines, environments and files, read by Gunicorn itself and by tsgi. */

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { skipUnless } from "../support/component.ts";
import {
  type GunicornCase,
  hasGunicorn,
  type Outcome,
  readWithGunicorn,
  readWithTsgi,
} from "./real-gunicorn.ts";

const APP = "site:app";

const cases: Readonly<Record<string, GunicornCase>> = {
  "nothing but the application": { argv: [APP] },
  "no application": {},
  "long flags with a blank": { argv: ["--bind", ":5000", "--workers", "4", APP] },
  "long flags with an equals sign": { argv: ["--bind=:5000", "--workers=4", APP] },
  "short flags": { argv: ["-w", "4", "-b", "0.0.0.0", APP] },
  "short flags with the value behind them": { argv: ["-w4", "-b:5000", APP] },
  "short flags with an equals sign": { argv: ["-w=4", "-b=:5000", APP] },
  "a short flag and what is not a long one": { argv: ["-bind", APP] },
  "short switches together": { argv: ["-DRw4", APP] },
  "a switch with a value behind it": { argv: ["-D4", APP] },
  "a switch with an equals sign": { argv: ["--preload=true", APP] },
  "the application first": { argv: [APP, "--threads", "8", "--timeout", "0"] },
  "behind two dashes": { argv: ["-w", "2", "--", APP] },
  "the beginning of a name": { argv: ["--bin", ":1", "--max-requests-j", "5", APP] },
  "the beginning of several names": { argv: ["--work", "4", APP] },
  "a name that is the beginning of another": { argv: ["--max-requests", "7", APP] },
  "an unknown flag": { argv: ["--wrokers", "4", APP] },
  "an unknown letter": { argv: ["-x", APP] },
  "no value at the end": { argv: [APP, "--workers"] },
  "a flag where a value should be": { argv: ["--bind", "--workers", "4", APP] },
  "a dash as the value": { argv: ["--access-logfile", "-", "--error-logfile", "-", APP] },
  "a negative number as the value": { argv: ["-w", "-1", APP] },
  "no number": { argv: ["-w", "four", APP] },
  "a number with blanks and underscores": { argv: ["-w", " 1_0 ", APP] },
  "a number with a leading zero": { argv: ["-w", "010", APP] },
  "a hexadecimal number": { argv: ["-w", "0x10", APP] },
  "an octal mask": { argv: ["-m", "022", APP] },
  "a decimal mask": { argv: ["-m", "18", APP] },
  "a flag twice: the last one": { argv: ["-w", "4", "-w", "2", APP] },
  "addresses twice: both": { argv: ["-b", ":1", "--bind", "unix:/tmp/a", APP] },
  "both names of a flag": { argv: ["--log-file", "a", "--error-logfile", "b", APP] },
  "the name with an underscore": { argv: ["--limit-request-field_size", "9000", APP] },
  "switches that mean no": { argv: ["--no-sendfile", "--no-control-socket", APP] },
  "an optional value that is absent": { argv: [APP, "--proxy-protocol"] },
  "an optional value": { argv: [APP, "--proxy-protocol", "v2"] },
  "an optional value that is the application": { argv: ["--proxy-protocol", APP] },
  "environment variables": { argv: ["-e", "A=1", "--env", "B=x y", APP] },

  "GUNICORN_CMD_ARGS alone": { argv: [APP], environment: { GUNICORN_CMD_ARGS: "--bind=0.0.0.0 -w 3" } },
  "GUNICORN_CMD_ARGS, quoted": {
    argv: [APP],
    environment: { GUNICORN_CMD_ARGS: `-e 'A=b "c" d' -n "x\\"y\\z" -e B=\\'c\\ d -p ''` },
  },
  "GUNICORN_CMD_ARGS, open quotation": { argv: [APP], environment: { GUNICORN_CMD_ARGS: "-n 'x" } },
  "GUNICORN_CMD_ARGS cannot name the application": { environment: { GUNICORN_CMD_ARGS: APP } },
  "GUNICORN_CMD_ARGS, unknown flag": { argv: [APP], environment: { GUNICORN_CMD_ARGS: "--nope" } },
  "the command line over GUNICORN_CMD_ARGS over the file": {
    argv: ["-w", "4", APP],
    environment: { GUNICORN_CMD_ARGS: "-w 3 --threads 3 -b :3" },
    file: { workers: 2, threads: 2, timeout: 2, bind: [":1", ":2"] },
  },
  "-c with nothing": { argv: ["-c", "", APP], file: { workers: 5 } },
  "-c file:": { argv: ["-c", "file:gunicorn.conf.py", APP], file: { workers: 5 } },
  PORT: { argv: [APP], environment: { PORT: "5001" } },
  "PORT under a file": { argv: [APP], environment: { PORT: "5001" }, file: { bind: ":9" } },
  WEB_CONCURRENCY: { argv: [APP], environment: { WEB_CONCURRENCY: "3" } },
  "WEB_CONCURRENCY under a flag": { argv: ["-w", "2", APP], environment: { WEB_CONCURRENCY: "3" } },
  FORWARDED_ALLOW_IPS: { argv: [APP], environment: { FORWARDED_ALLOW_IPS: "*" } },
  wsgi_app: { file: { wsgi_app: "main:app" } },
  "the command line over wsgi_app": { argv: [APP], file: { wsgi_app: "main:app" } },

  "numbers as strings": { argv: [APP], file: { workers: "3", threads: " 4 ", timeout: "0x10" } },
  "a number with a leading zero in the file": { argv: [APP], file: { umask: "022" } },
  "an octal string": { argv: [APP], file: { umask: "0o22" } },
  "a truth as a number": { argv: [APP], file: { workers: true } },
  "a fraction": { argv: [APP], file: { workers: 2.5 } },
  "a negative number": { argv: [APP], file: { timeout: -1 } },
  "None for a number": { argv: [APP], file: { timeout: null } },
  "truths as strings": { argv: [APP], file: { preload_app: "True", daemon: " false " } },
  "a number for a truth": { argv: [APP], file: { preload_app: 1 } },
  "another word for a truth": { argv: [APP], file: { preload_app: "yes" } },
  "an address as a string": { argv: [APP], file: { bind: " 0.0.0.0:80 " } },
  "an address as a number": { argv: [APP], file: { bind: 8000 } },
  "no addresses": { argv: [APP], file: { bind: "" } },
  "addresses with a number": { argv: [APP], file: { bind: [":1", 2] } },
  "None where it is the default": {
    argv: [APP],
    file: { pidfile: null, accesslog: null, tmp_upload_dir: null },
  },
  "a number for a string": { argv: [APP], file: { loglevel: 20 } },
  "a number for a path": { argv: [APP], file: { pidfile: 1 } },
  "a dictionary": { argv: [APP], file: { secure_scheme_headers: { "X-FORWARDED-PROTO": "https" } } },
  "no dictionary": { argv: [APP], file: { secure_scheme_headers: "https" } },
  networks: { argv: [APP], file: { forwarded_allow_ips: "10.0.0.0/8, ::1,*" } },
  "no networks": { argv: [APP], file: { forwarded_allow_ips: "localhost" } },
  "a list for networks": { argv: [APP], file: { forwarded_allow_ips: ["*"] } },
  "a hook that is none": { argv: [APP], file: { on_exit: 1 } },
  "a hook that is a word": { argv: [APP], file: { on_exit: "print" } },
  words: { argv: [APP], file: { header_map: "Refuse", proxy_protocol: true, asgi_loop: null } },
  "no such word": { argv: [APP], file: { header_map: "keep" } },
  "a wrong value that the command line replaces": { argv: ["-w", "2", APP], file: { workers: "x" } },
  "names that are no settings": { argv: [APP], file: { worker_memory_limit: 512, Workers: 3, port: 80 } },
};

/** What stands for something else there: numbers of users, classes, the folder of the test, functions. */
const INCOMPARABLE = /^(user|group|chdir|control_socket|ssl_version|cert_reqs|default_proc_name)$/;

describe("tsgi gunicorn reads as Gunicorn does:", { skip: skipUnless(hasGunicorn, "gunicorn") }, () => {
  const outcomes = readWithGunicorn(Object.values(cases));
  for (const [index, [name, one]] of Object.entries(cases).entries()) {
    const theirs = outcomes[index];
    test(name, () => {
      assert.ok(theirs !== undefined);
      const ours = readWithTsgi(one);
      assert.equal(
        "error" in ours ? "refused" : "read",
        "error" in theirs ? "refused" : "read",
        explain(theirs, ours),
      );
      assert.deepEqual(comparable(ours), comparable(theirs));
    });
  }
});

function comparable(outcome: Outcome): unknown {
  if ("error" in outcome) return null;
  const values = Object.entries(outcome.values).filter(([name, value]) => {
    const isFunction = typeof value === "object" && value !== null && "$repr" in value;
    return !INCOMPARABLE.test(name) && !isFunction && value !== null;
  });
  return { application: outcome.application, values: Object.fromEntries(values.sort()) };
}

function explain(...outcomes: readonly Outcome[]): string {
  return outcomes.map((one) => ("error" in one ? one.error : JSON.stringify(one.values))).join("\n--\n");
}
