import { closeSync, ftruncateSync, readFileSync, rmSync, writeSync } from "node:fs";
import { originOf } from "../../settings/origin.ts";
import type { Settings } from "../../settings/settings.ts";
import { isTaken, readCommand } from "../processes/process-table.ts";
import type { InheritedFiles } from "./inherited-files.ts";
import { type FileToOpen, openPidfile } from "./open-file.ts";
import type { Identity } from "./privileges.ts";
import { Refusal, refusalOf, refuseFile } from "./refusal.ts";

export function pidfilesOf({ pidfile, pidfile2 }: Settings): readonly string[] {
  return [pidfile, pidfile2].filter((path) => path !== null);
}

/** Those of an instance: written in two steps, before and behind the drop of privileges. */
export class Pidfiles {
  readonly #settings: Settings;
  readonly #identity: Identity | null;
  readonly #inherited: InheritedFiles;
  readonly #descriptors = new Map<string, number>();

  constructor(
    settings: Settings,
    { identity, inherited }: { identity: Identity | null; inherited: InheritedFiles },
  ) {
    this.#settings = settings;
    this.#identity = identity;
    this.#inherited = inherited;
  }

  /** Answers a warning, or null. Throws a Refusal. */
  write(option: "pidfile" | "pidfile2"): string | null {
    const path = this.#settings[option];
    if (path === null) return null;
    const file = { origin: originOf(this.#settings, option), path, identity: this.#identity };
    const warning = describeLivePredecessor(path);
    const before = this.#descriptors.get(path);
    const descriptor =
      before === undefined ? this.#inherited.open(path, () => openPidfile(file)) : reopen(file, before);
    this.#descriptors.set(path, descriptor);
    overwrite(descriptor, file);
    return warning;
  }

  /** They stay open: whoever is to write them later may have no right to open them. */
  get descriptors(): ReadonlyMap<string, number> {
    return this.#descriptors;
  }

  remove(): void {
    for (const path of pidfilesOf(this.#settings)) removePidfile(path);
  }
}

/** Somebody may have removed it. */
function reopen(file: FileToOpen, before: number): number {
  let descriptor = before;
  refusalOf(() => {
    descriptor = openPidfile(file);
    closeSync(before);
  });
  return descriptor;
}

/** Of what stood there before, as in uWSGI, nothing stays. */
function overwrite(descriptor: number, { origin, path }: FileToOpen): void {
  try {
    ftruncateSync(descriptor, 0);
    writeSync(descriptor, `${process.pid}\n`, 0);
  } catch (error) {
    throw refuseFile(origin, path, error);
  }
}

/** As Gunicorn does: a pid that anybody has refuses the start, one that nobody has any more is replaced. */
export function refuseSecondInstance(settings: Settings, predecessor: number | null): void {
  const path = settings.pidfile;
  const pid = path === null ? null : readPid(path);
  if (pid === null || pid === process.pid || pid === predecessor || !isTaken(pid)) return;
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
  const command = pid === null || pid === process.pid || pid === process.ppid ? null : readCommand(pid);
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
