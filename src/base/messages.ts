/**
 * What the processes of an instance say to one another, in one place.
 * Master and router talk over Node's IPC channel; the zygote and the workers send JSON lines.
 * Types only: neither room imports the other.
 */

import type { ApplicationMessage, TitleParts } from "./application-message.ts";
import type { GunicornConfiguration, GunicornFileValues, ZygoteConfigure } from "./gunicorn-messages.ts";
import type { PythonHooks } from "./hook.ts";
import type { ListenerMessage } from "./listener-message.ts";

export interface AccessLogMessage {
  /** Descriptor in the router, at its start. */
  readonly fd: number;
  /** Only responses of these classes are logged: 4 for 400 to 499; null for all, empty for none. */
  readonly classes: readonly number[] | null;
}

/** Everything a router needs to know: its first message, and again after a reload. Times in milliseconds, sizes in bytes. */
export interface RouterSettings {
  readonly router: number;
  readonly routers: number;
  readonly title: string;
  readonly runtimeDirectory: string;
  readonly listeners: readonly ListenerMessage[];
  readonly backlog: number;
  /** Networks whose web servers may connect by other protocols than HTTP; empty for all. */
  readonly allowedPeers: readonly string[];
  /** Networks of the proxies that may speak the PROXY protocol. */
  readonly proxyPeers: readonly string[];
  /** Networks of the proxies whose forwarded headers count. */
  readonly forwardingProxies: readonly string[];
  /** In lower case: the headers that those proxies set. */
  readonly forwardedHeaders: readonly string[];
  /** Log X-Forwarded-For in place of the client's address. */
  readonly logsForwardedFor: boolean;
  /** Most bytes of a request head, 431 or 414 past it. */
  readonly headLimit: number;
  readonly headerCountLimit: number;
  /** Most bytes of a request body, 413 past it; 0 for no limit. */
  readonly bodyLimit: number;
  /** A body up to this size is collected before a worker is engaged. */
  readonly bodyCollect: number;
  /** All collected bodies of a router together; 503 past it. */
  readonly bodyMemory: number;
  /** A response is taken from the worker at full speed up to this many unsent bytes. */
  readonly responseCollect: number;
  readonly headTimeout: number;
  readonly bodyTimeout: number;
  readonly writeTimeout: number;
  readonly keepAliveTimeout: number;
  /** Most requests waiting for a worker, and for how long. */
  readonly queueLimit: number;
  readonly queueTimeout: number;
  /** Longest run of a request in a worker; 0 for no limit. */
  readonly harakiri: number;
  readonly serverHeader: string;
  readonly accessLog: AccessLogMessage;
  /** Once the master tells it to, or dies: the drop of privileges. */
  readonly uid: number | null;
  readonly gid: number | null;
}

export type ToRouter =
  | { readonly do: "configure"; readonly settings: RouterSettings }
  /** After a reload: what applies without a restart holds from the next request on. */
  | { readonly do: "update"; readonly settings: RouterSettings }
  /** Listen on the descriptors: the application is ready. */
  | { readonly do: "accept" }
  /** A reload has added this one; the descriptor comes with the message. */
  | { readonly do: "listen"; readonly listener: ListenerMessage }
  /** A reload has removed it: close it; its connections live on. */
  | { readonly do: "unlisten"; readonly url: string }
  /** Stop accepting, finish what runs. Idle connections may ask once more for so many milliseconds. */
  | { readonly do: "drain"; readonly patience: number }
  /** This worker takes no more requests; its slots get RETIRE as they become idle. */
  | { readonly do: "retire"; readonly serial: number }
  /** It is to be killed: as "retire", and clients of requests that are late get their answer. "condemned" follows. */
  | { readonly do: "condemn"; readonly serial: number }
  /** This worker has died, whatever its sockets say. `how`: "signal 9", "exit code 1", "unknown". */
  | { readonly do: "buried"; readonly serial: number; readonly how: string }
  /** Say so when this worker has answered so many more requests for this router. */
  | { readonly do: "limit"; readonly serial: number; readonly requests: number }
  /** Begin no further request until told otherwise: they wait, for as long as it takes. */
  | { readonly do: "pause"; readonly isPaused: boolean }
  /** Write to the files of these paths from now on; null for what is no file that could have been renamed. */
  | { readonly do: "reopenLogs"; readonly log: string | null; readonly requests: string | null }
  /** Say how it goes, with that number. */
  | { readonly do: "report"; readonly round: number };

/** How it goes in one router. */
export interface RouterReport {
  readonly round: number;
  readonly connections: number;
  /** Requests that wait for a worker. */
  readonly waiting: number;
  /** Requests that workers have ever answered. */
  readonly requests: number;
  readonly workers: readonly {
    readonly serial: number;
    /** Requests that it has answered for this router. */
    readonly requests: number;
    /** Those that are with it now. */
    readonly running: number;
    /** Milliseconds that its slots have worked for this router, all together, running requests included. */
    readonly busy: number;
  }[];
}

/** A request that has run for longer than it may (harakiri). */
export interface OvertimeRequest {
  readonly serial: number;
  /** It is told for the first time. */
  readonly isNew: boolean;
  /** Milliseconds since it was begun, without waits for the client. */
  readonly ran: number;
  /** "GET /report?year=2026" */
  readonly line: string;
  /** Address; "" behind a Unix socket. */
  readonly client: string;
  /** What runs it, in the notation of Python's stack dumps. */
  readonly thread: string;
  /** Requests that wait in this router for a worker. */
  readonly waiting: number;
}

export type FromRouter =
  /** The workers' socket listens: workers may be forked. */
  | { readonly event: "ready" }
  /** The clients' sockets listen. */
  | { readonly event: "accepting" }
  | { readonly event: "listenFailed"; readonly url: string; readonly code: string }
  /** The first slot of a worker has said hello. */
  | { readonly event: "workerConnected"; readonly serial: number; readonly pid: number }
  /** A request waits, and there is no worker, free or busy, that could take it. */
  | { readonly event: "workersWanted" }
  /** It has no slot of that retired worker (any more), and tells those that come to leave. */
  | { readonly event: "workerRetired"; readonly serial: number }
  /** The worker has answered as many requests as "limit" said; this many it were. */
  | { readonly event: "limitReached"; readonly serial: number; readonly requests: number }
  /** A request has run for longer than it may; again each second for as long as it runs. */
  | { readonly event: "overtime"; readonly request: OvertimeRequest }
  /** No request runs in that worker any more whose client still waits. `isStuck`: a late one does. */
  | { readonly event: "condemned"; readonly serial: number; readonly isStuck: boolean }
  | ({ readonly event: "report" } & RouterReport)
  | { readonly event: "drained" };

/** The first line that a zygote reads. */
export interface ZygoteBoot {
  readonly do: "boot";
  readonly application: ApplicationMessage;
  readonly generation: number;
  readonly processes: number;
  /** Requests that a worker answers at a time: threads, or green threads of that package. */
  readonly threads: number;
  readonly green: "gevent" | "eventlet" | null;
  /** Whether wsgi.file_wrapper is in the environ. */
  readonly fileWrapper: boolean;
  /** Import in each worker after the fork, not in the zygote. */
  readonly lazy: boolean;
  /** Whether "loaded" is to name what py-autoreload has to watch. */
  readonly wantsSources: boolean;
  readonly uid: number | null;
  readonly gid: number | null;
  readonly titles: TitleParts;
  /** Absolute path of the log file, for those who open it anew; null where the log is no file. */
  readonly log: string | null;
  readonly runtimeDirectory: string;
  /** One path for each router, in the run-time directory. */
  readonly routers: readonly string[];
  /** Where each worker and the zygote hold their lifeline. */
  readonly lifeline: string;
  /** Whether the workers can show what their threads are doing (python/tsgi/stacks.py). */
  readonly showsStacks: boolean;
  /** How often the workers give a sign of life, in seconds; 0 for never. */
  readonly heartbeat: number;
  readonly recycleFor: ExceptionsMessage;
  readonly limits: LimitsMessage;
  /** The user who serves, where the start was root's: nobody must be able to go back. */
  readonly servesAs: number | null;
  /** Only where the configuration speaks Gunicorn's language. */
  readonly gunicorn: GunicornConfiguration | null;
  /** Those of uWSGI's language. */
  readonly hooks: PythonHooks | null;
  /** Null for a process that was started with all of it. */
  readonly catchUp: CatchUp | null;
}

/** Exceptions of the application after which its worker is to be replaced. */
export interface ExceptionsMessage {
  readonly any: boolean;
  /** "ValueError", "shop.errors.Broken" */
  readonly types: readonly string[];
  /** What str() makes of them. */
  readonly values: readonly string[];
  /** "ValueError: what str() makes of it" */
  readonly reprs: readonly string[];
}

/** What the Python processes may use up; 0 is no limit. */
export interface LimitsMessage {
  /** Bytes, of each of them. */
  readonly addressSpace: number;
  /** Processes and threads of the user, for the workers. */
  readonly processes: number;
  /** Processors of each worker. */
  readonly processors: number;
  /** Bytes, of each thread but the first. */
  readonly stack: number;
}

/** What a process that was started before there were settings has not inherited. */
export interface CatchUp {
  /** Absolute path of the log file; null where the log is what it writes to already. */
  readonly log: string | null;
  readonly umask: number | null;
}

export type ToZygote =
  | ZygoteConfigure
  | ZygoteBoot
  | { readonly do: "fork"; readonly worker: number; readonly serial: number }
  /** One of Gunicorn's hooks that is called when the master says so. */
  | { readonly do: "hook"; readonly name: "when_ready" | "pre_exec" }
  | { readonly do: "resized"; readonly workers: number; readonly before: number }
  /** A worker of the zygote before this one has died. */
  | { readonly do: "buried"; readonly pid: number; readonly serial: number }
  /** Open the log file anew, and let the workers do the same. */
  | { readonly do: "reopenLogs" }
  /** The instance ends. */
  | { readonly do: "stop" }
  /** A reload has brought a successor, and the last worker has left. */
  | { readonly do: "dismiss" };

export interface LoadFailure {
  /** One sentence: what and where. */
  readonly message: string;
  /** What was seen and what to do, a line each: the paths searched, the callables found. */
  readonly details: readonly string[];
  /** The application's own traceback without tsgi's frames, or null. */
  readonly traceback: string | null;
}

export type FromZygote =
  /** Before the import: the interpreter runs and is new enough. */
  | {
      readonly event: "started";
      readonly python: string;
      readonly implementation: string;
      readonly executable: string;
      readonly prefix: string;
      readonly virtualenv: boolean;
    }
  /**
   * `application` is null when lazy. `threads`: names of threads that the application left running.
   * `sources`: where its own modules come from, directories of packages and single files.
   */
  | {
      readonly event: "loaded";
      readonly milliseconds: number;
      readonly application: string | null;
      readonly threads: readonly string[];
      readonly sources: readonly string[];
    }
  | ({ readonly event: "failed" } & LoadFailure)
  /** The answer to "configure"; "failed" is the other one. */
  | GunicornFileValues
  /** A hook that is called in the zygote has raised; it goes on. */
  | ({ readonly event: "hookFailed"; readonly hook: string } & LoadFailure)
  /** Gunicorn only: the application sent this to its parent's parent, as it thinks. */
  | { readonly event: "signalled"; readonly signal: "SIGHUP" | "SIGTERM" }
  /** startTime: field 22 of /proc/PID/stat, clock ticks since boot. */
  | {
      readonly event: "forked";
      readonly worker: number;
      readonly serial: number;
      readonly pid: number;
      readonly startTime: number;
    }
  | {
      readonly event: "died";
      readonly serial: number;
      readonly pid: number;
      readonly exitCode: number | null;
      readonly signal: number | null;
    };

/** JSON lines on a worker's lifeline, the other way is never written. */
export type FromWorker =
  | { readonly event: "alive"; readonly serial: number; readonly pid: number }
  /** A sign of life: its threads, or green threads, get to run. */
  | { readonly event: "beat"; readonly serial: number }
  /** Lazy workers only: the import took this long. */
  | {
      readonly event: "loaded";
      readonly serial: number;
      readonly milliseconds: number;
      readonly application: string;
      readonly sources: readonly string[];
    }
  | ({ readonly event: "failed"; readonly serial: number } & LoadFailure)
  /** Somebody wants the worker to leave: retire it. `why`: "SIGTERM", or what else it was. */
  | { readonly event: "leaving"; readonly serial: number; readonly why: string }
  /** The application has raised what the worker is to be recycled for. `what`: "ValueError (reload-on-exception-type)". */
  | { readonly event: "raised"; readonly serial: number; readonly what: string };
