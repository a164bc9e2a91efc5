import { readFileSync, rmSync } from "node:fs";
import { replaceFile } from "./open-file.ts";
import type { Identity } from "./privileges.ts";
import { readCommand } from "./process-table.ts";

/**
 * Overwrites what is there, as uWSGI does. Answers a warning when that named a tsgi which still
 * runs, else null.
 */
export function writePidfile(path: string, identity: Identity | null): string | null {
  const warning = describeLivePredecessor(path);
  replaceFile({ option: "--pidfile", path, identity }, `${process.pid}\n`);
  return warning;
}

/** Only while it still names us: a successor may have taken the file over. */
export function removePidfile(path: string | null): void {
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
