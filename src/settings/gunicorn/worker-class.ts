/** Which of Gunicorn's worker classes tsgi stands in for. */

import { LONGEST_DURATION, SECOND } from "../../base/duration.ts";
import type { JsonValue } from "../../base/json-value.ts";
import { GREENLETS } from "../table/process-options.ts";
import {
  depends,
  type FinalSettings,
  never,
  noEffect,
  type OptionValue,
  type PlainAnswer,
  works,
} from "./setting.ts";

const SIGABRT = 6;

type Family = "threads" | "gevent" | "eventlet" | "asgi" | "other";

/** By the class's last name: "gthread", "egg:gunicorn#gevent", "uvicorn.workers.UvicornWorker". */
const FAMILIES: readonly (readonly [RegExp, Family])[] = [
  [/^(sync|gthread)$|^gunicorn\.workers\.(sync\.SyncWorker|gthread\.ThreadWorker)$/, "threads"],
  [/^(gevent|gevent_wsgi|gevent_pywsgi)$|^gunicorn\.workers\.ggevent\.Gevent\w*Worker$/, "gevent"],
  [/^eventlet$|^gunicorn\.workers\.geventlet\.EventletWorker$/, "eventlet"],
  [
    /^asgi$|^gunicorn\.workers\.gasgi\.|^uvicorn(_worker|\.workers)\.|\bUvicorn\w*Worker$|^hypercorn\./,
    "asgi",
  ],
];

function familyOf(name: JsonValue | undefined): Family {
  const plain = String(name ?? "sync").replace(/^egg:(gunicorn)?#?/, "");
  return FAMILIES.find(([pattern]) => pattern.test(plain))?.[1] ?? "other";
}

const CLASSES = {
  mostly: "works",
  except: "ASGI workers as of uvicorn: not yet; any others: never",
} as const;

/** The answer for `worker_class`. */
export const workerClassAnswer = depends(CLASSES, (value, settings) => {
  switch (familyOf(value)) {
    case "threads":
      return works(() => []);
    case "gevent":
      return works(() => greenlets("gevent", settings));
    case "eventlet":
      return works(() => greenlets("eventlet", settings));
    case "asgi":
      return { kind: "notYet", risk: "error", say: () => refuseAsgi(value) };
    case "other":
      return never(
        `tsgi has its own workers and runs no others, so not ${value}; sync, gthread, gevent and eventlet are known`,
        "error",
      );
  }
});

const THREADS = { mostly: "works", except: "with gevent and eventlet: no effect" } as const;

/** The answer for `threads`: as in Gunicorn, 0 is 1. */
export const threadsAnswer = depends(THREADS, (_value, settings): PlainAnswer => {
  const family = familyOf(settings.values.get("worker_class"));
  if (family === "gevent" || family === "eventlet")
    return noEffect(`workers of ${family} have greenlets, as many as worker_connections says`);
  return works((threads) => [["threads", String(Math.max(Number(threads), 1))]]);
});

const CONNECTIONS = { mostly: "noEffect", except: "with gevent and eventlet: works" } as const;

/** The answer for `worker_connections`: counted under gevent and eventlet, where `worker_class` takes it along. */
export const connectionsAnswer = depends(CONNECTIONS, (_value, settings): PlainAnswer => {
  const family = familyOf(settings.values.get("worker_class"));
  if (family === "gevent" || family === "eventlet") return works(() => []);
  return noEffect("connections stay in the router and take no worker");
});

const TIMEOUT = { mostly: "works", except: "0: no effect" } as const;

/**
 * The answer for `timeout`: the arbiter kills workers that give no sign of life. Those of class sync give none
 * while a request runs; the others do, whatever their requests do. First comes SIGABRT, a second later SIGKILL.
 */
export const timeoutAnswer = depends(TIMEOUT, (value, settings): PlainAnswer => {
  if (value === 0) return noEffect("no worker is killed for hanging");
  const seconds = `${Math.min(Number(value), LONGEST_DURATION / SECOND)}s`;
  const bounded = isSync(settings) ? "harakiri" : "heartbeat-timeout";
  const entries: readonly OptionValue[] = [
    [bounded, seconds],
    ["harakiri-graceful-signal", String(SIGABRT)],
    ["harakiri-graceful-timeout", "1s"],
  ];
  return works(() => entries, { isImplied: true });
});

/** One request at a time; with threads, sync is gthread. */
function isSync({ values }: FinalSettings): boolean {
  const name = values.get("worker_class");
  const isThreaded = /gthread|ThreadWorker/.test(String(name)) || Number(values.get("threads")) > 1;
  return familyOf(name) === "threads" && !isThreaded;
}

function refuseAsgi(value: JsonValue): string {
  return `ASGI is not in this version: ${value} cannot be run; serve it with uvicorn until then`;
}

/** 0 is 1, as of threads; who allows more than there can be gets all of them. */
function greenlets(name: "gevent" | "eventlet", { values }: FinalSettings): readonly OptionValue[] {
  const wanted = Number(values.get("worker_connections") ?? 1000);
  return [[name, String(Math.min(Math.max(wanted, GREENLETS.from), GREENLETS.to))]];
}
