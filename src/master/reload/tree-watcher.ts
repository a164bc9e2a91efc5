/**
 * Tells when something changes in directories, through chokidar, which is loaded only for that. Where the
 * system gives no notices (any more), the directories are looked through instead, and the log says so.
 */

import { type Stats, statSync } from "node:fs";
import { join } from "node:path";
import type { FSWatcher } from "chokidar";
import type { Log } from "../../observe/log.ts";

export interface TreeWatcherParts {
  readonly paths: readonly string[];
  /** Directories below those: 0 for none; without it all. */
  readonly depth?: number;
  /** `stats` are unknown where an entry has gone. */
  readonly ignores: (path: string, stats?: Stats) => boolean;
  readonly onChange: (path: string, what: "file" | "directory") => void;
  /** All is watched that there is now. */
  readonly onReady?: () => void;
  /** For the log: "py-autoreload". */
  readonly option: string;
  readonly log: Log;
}

/** Between two looks, where there are no notices. */
const POLL_INTERVAL = 500;

/** No watches, no watchers left: fs.inotify.max_user_watches and .max_user_instances. */
const EXHAUSTED: ReadonlySet<string> = new Set(["ENOSPC", "EMFILE", "ENFILE"]);

/** The kernel stamps files with a clock that is a few milliseconds late. */
const CLOCK_LAG = 10;

export class TreeWatcher {
  readonly #parts: TreeWatcherParts;
  readonly #paths: string[];
  #watcher: FSWatcher | null = null;
  #isStopped = false;
  #usesPolling = false;
  /** Date.now(): what is saved from then on is told, also before everything is watched. */
  #openedAt = 0;

  constructor(parts: TreeWatcherParts, { usesPolling = false } = {}) {
    this.#parts = parts;
    this.#paths = [...parts.paths];
    this.#usesPolling = usesPolling;
    this.#open();
  }

  add(paths: readonly string[]): void {
    this.#paths.push(...paths);
    this.#watcher?.add([...paths]);
  }

  stop(): void {
    this.#isStopped = true;
    this.#close();
  }

  #open(): void {
    this.#openedAt = Date.now() - CLOCK_LAG;
    import("chokidar").then(
      ({ watch }) => {
        if (!this.#isStopped) this.#watch(watch);
      },
      (error: unknown) => this.#complain(error),
    );
  }

  #watch(watch: typeof import("chokidar")["watch"]): void {
    const { depth, ignores, onChange } = this.#parts;
    const watcher = watch(this.#paths, {
      ignored: ignores,
      ignoreInitial: true,
      ignorePermissionErrors: true,
      usePolling: this.#usesPolling,
      interval: POLL_INTERVAL,
      binaryInterval: POLL_INTERVAL,
      ...(depth === undefined ? {} : { depth }),
    });
    this.#watcher = watcher;
    watcher.on("all", (event, path) => onChange(path, event.endsWith("Dir") ? "directory" : "file"));
    watcher.on("ready", () => this.#onReady(watcher));
    watcher.on("error", (error) => this.#onError(watcher, error));
  }

  /** A file that was saved while the directories were being read has given no notice. */
  #onReady(watcher: FSWatcher): void {
    for (const [directory, names] of Object.entries(watcher.getWatched())) {
      for (const name of names) {
        const path = join(directory, name);
        if (savedAt(path) >= this.#openedAt) this.#parts.onChange(path, "file");
      }
    }
    this.#parts.onReady?.();
  }

  /** There is one for each directory and file that could not be watched; the first is enough. */
  #onError(watcher: FSWatcher, error: unknown): void {
    if (watcher !== this.#watcher) return;
    if (this.#usesPolling || !EXHAUSTED.has(codeOf(error))) return this.#complain(error);
    this.#usesPolling = true;
    this.#close();
    this.#parts.log.event(
      `${this.#parts.option}: the system has no file watches left (${codeOf(error)}); files are looked at every ${POLL_INTERVAL} ms instead\nmore of them: sysctl fs.inotify.max_user_watches=524288 fs.inotify.max_user_instances=512`,
    );
    this.#open();
  }

  #close(): void {
    const watcher = this.#watcher;
    this.#watcher = null;
    watcher?.close().catch(() => undefined);
  }

  #complain(error: unknown): void {
    const text = error instanceof Error ? error.message : String(error);
    this.#parts.log.event(`${this.#parts.option}: some changes may go unnoticed: ${text}`);
  }
}

/** 0 for all but files that may be looked at. */
function savedAt(path: string): number {
  try {
    const stats = statSync(path);
    return stats.isFile() ? stats.mtimeMs : 0;
  } catch {
    return 0;
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}
