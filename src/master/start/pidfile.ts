import { readFileSync, rmSync } from "node:fs";
import { originOf } from "../../settings/origin.ts";
import type { Settings } from "../../settings/settings.ts";
import { isTaken, readCommand } from "../processes/process-table.ts";
import { type FileToOpen, replaceFile } from "./open-file.ts";
import type { Identity } from "./privileges.ts";
import { Refusal } from "./refusal.ts";

export function pidfilesOf({ pidfile, pidfile2 }: Settings): readonly string[] {
  return [pidfile, pidfile2].filter((path) => path !== null);
}

/** Those of an instance: written in two steps, before and behind the drop of privileges. */
export class Pidfiles {
  readonly #settings: Settings;
  readonly #identity: Identity | null;

  constructor(settings: Settings, identity: Identity | null) {
    this.#settings = settings;
    this.#identity = identity;
  }

  /** Answers a warning, or null. */
  write(option: "pidfile" | "pidfile2"): string | null {
    const path = this.#settings[option];
    if (path === null) return null;
    return writePidfile({ origin: originOf(this.#settings, option), path, identity: this.#identity });
  }

  remove(): void {
    for (const path of pidfilesOf(this.#settings)) removePidfile(path);
  }
}

/**
 * Overwrites what is there, as uWSGI does. Answers a warning when that named a tsgi which still
 * runs, else null.
 */
export function writePidfile(file: FileToOpen): string | null {
  const warning = describeLivePredecessor(file.path);
  replaceFile(file, `${process.pid}\n`);
  return warning;
}

/** As Gunicorn does: a pid that anybody has refuses the start, one that nobody has any more is replaced. */
export function refuseSecondInstance(settings: Settings): void {
  const path = settings.pidfile;
  const pid = path === null ? null : readPid(path);
  if (pid === null || pid === process.pid || !isTaken(pid)) return;
  throw new Refusal(`${originOf(settings, "pidfile")}: already running on PID ${pid}: ${path} names it`, [
    `it is: ${readCommand(pid) ?? "unknown"}`,
    "stop it first; if it is no server of this application, remove the file",
  ]);
}

/** Only while it still names us: a successor may have taken the file over. */
function removePidfile(path: string | null): void {
  if (path === null || readPid(path) !== process.pid) return;
  try {
    rmSync(path, { force: true });
  } catch {
    // Its directory belongs to root, and we no longer are: the file stays, and names nobody soon.
  }
}

function describeLivePredecessor(path: string): string | null {
  const pid = readPid(path);
  const command = pid === null || pid === process.pid ? null : readCommand(pid);
  if (command === null || !command.includes("tsgi")) return null;
  return `pidfile ${path} named process ${pid}, which still runs (${command}); it now names this one`;
}

function readPid(path: string): number | null {
  try {
    const pid = Number.parseInt(readFileSync(path, "utf8"), 10);
    return Number.isSafeInteger(pid) && pid > 0 ? pid : null;
  } catch {
    return null;
  }
}
