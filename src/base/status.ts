/** How an instance is, as `tsgi ctl status --json` shows it. Times are ISO 8601 or seconds, sizes bytes. */

export interface Status {
  readonly version: string;
  readonly pid: number;
  /** Seconds. */
  readonly uptime: number;
  readonly generation: number;
  readonly phase: "starting" | "opening" | "serving" | "stopping";
  readonly paused: boolean;
  readonly listeners: readonly string[];
  readonly lastReload: ReloadStatus | null;
  /** Clients that are connected. */
  readonly connections: number;
  /** Requests that wait for a worker. */
  readonly waiting: number;
  /** Requests ever answered by workers. */
  readonly requests: number;
  /** How many workers there are to be. */
  readonly size: number;
  readonly zygote: { readonly pid: number; readonly generation: number; readonly rss: number | null } | null;
  readonly routers: readonly RouterStatus[];
  /** Also those that have a successor and only finish. */
  readonly workers: readonly WorkerStatus[];
}

export interface ReloadStatus {
  readonly began: string;
  /** Null while it goes on. */
  readonly ended: string | null;
  /** "SIGHUP" */
  readonly cause: string;
  readonly outcome: "running" | "done" | "failed";
  /** The one that serves: a new one after a success. */
  readonly generation: number;
  /** What was wrong, with the traceback; null where nothing was. */
  readonly error: string | null;
}

export interface RouterStatus {
  /** Counts from 1. */
  readonly number: number;
  readonly pid: number;
  readonly connections: number;
  readonly waiting: number;
  readonly rss: number | null;
}

export interface WorkerStatus {
  readonly number: number;
  /** Null until it is known. */
  readonly pid: number | null;
  readonly state: "starting" | "idle" | "busy" | "leaving";
  readonly generation: number;
  /** Seconds. */
  readonly age: number;
  /** Requests answered. */
  readonly requests: number;
  /** Requests that are with it now. */
  readonly running: number;
  /** Memory that stands in the machine, shared pages included; null where it cannot be read. */
  readonly rss: number | null;
}
