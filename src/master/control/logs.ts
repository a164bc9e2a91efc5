/**
 * The files that an instance writes to: the log, and one for the lines of requests where it is asked for.
 * The master's part of opening them anew; routers, zygotes and workers do theirs when they are told
 * (Instance.reopenLogs).
 */

import { existsSync, fstatSync, renameSync } from "node:fs";
import { SECOND } from "../../base/duration.ts";
import type { Log, MovableLog } from "../../observe/log.ts";
import { replaceDescriptor } from "../../observe/replace-descriptor.ts";
import type { LogFiles } from "../start/log-files.ts";

const STANDARD_OUTPUTS = [1, 2];

export class Logs {
  readonly #log: MovableLog;
  #files: LogFiles;
  #descriptor: number;
  #requests: number | null;

  /** `requests` is null where the lines of requests go to the log, or nowhere. */
  constructor(log: MovableLog, opened: { descriptor: number; requests: number | null; files: LogFiles }) {
    this.#log = log;
    this.#descriptor = opened.descriptor;
    this.#requests = opened.requests;
    this.#files = opened.files;
  }

  get log(): Log {
    return this.#log;
  }

  /** What children have as their standard output. */
  get descriptor(): number {
    return this.#descriptor;
  }

  /** Of the file for the lines of requests alone. */
  get requests(): number | null {
    return this.#requests;
  }

  /** Those that can be opened anew: no pipe, no device, nothing that was inherited. */
  get files(): LogFiles {
    const { log, requests } = this.#files;
    return {
      log: log !== null && isFile(this.#descriptor) ? log : null,
      requests: requests !== null && this.#requests !== null && isFile(this.#requests) ? requests : null,
    };
  }

  get paths(): readonly string[] {
    const { log, requests } = this.files;
    return [...new Set([log, requests])].filter((path) => path !== null);
  }

  /** Answers what could not be opened, and why; that goes on into the file which was open. */
  reopen(): readonly string[] {
    return this.change(this.files);
  }

  /** The same with other paths, after a reload; null for what stays as it is. */
  change({ log, requests }: LogFiles): readonly string[] {
    const refused = [
      log === null ? null : this.#attempt(log, () => this.#moveLog(log)),
      requests === null ? null : this.#attempt(requests, () => this.#moveRequests(requests)),
    ];
    return refused.filter((text) => text !== null);
  }

  #attempt(path: string, act: () => void): string | null {
    try {
      act();
      return null;
    } catch (error) {
      return `${path}: ${(error as Error).message}; what is written goes on into the file that was open`;
    }
  }

  /** Gives the files another name: the time is behind it. Throws where that is not allowed. */
  rename(now: number): readonly string[] {
    return this.paths.map((path) => {
      const renamed = freeName(`${path}.${Math.floor(now / SECOND)}`);
      renameSync(path, renamed);
      return renamed;
    });
  }

  /** In the background the standard outputs are the log too. */
  #moveLog(path: string): void {
    const before = this.#descriptor;
    const alike = STANDARD_OUTPUTS.filter((standard) => standard !== before && isSameFile(standard, before));
    this.#descriptor = replaceDescriptor(before, path);
    this.#log.moveTo(this.#descriptor);
    this.#files = { ...this.#files, log: path };
    for (const standard of alike) replaceDescriptor(standard, path);
  }

  #moveRequests(path: string): void {
    if (this.#requests === null) return;
    this.#requests = replaceDescriptor(this.#requests, path);
    this.#files = { ...this.#files, requests: path };
  }
}

/** Twice within a second, and nothing of the first is lost. */
function freeName(path: string): string {
  let free = path;
  for (let count = 1; existsSync(free); count += 1) free = `${path}.${count}`;
  return free;
}

function isFile(descriptor: number): boolean {
  return fstatSync(descriptor).isFile();
}

function isSameFile(left: number, right: number): boolean {
  try {
    const [one, other] = [fstatSync(left), fstatSync(right)];
    return one.ino === other.ino && one.dev === other.dev;
  } catch {
    return false;
  }
}
