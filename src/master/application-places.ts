/** Directories that the operator has named: what is wrong with them is said in the operator's words. */

import { existsSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Settings } from "../settings/settings.ts";
import { Refusal } from "./refusal.ts";

/** One that we may not look at passes: whether the user who serves may, shows when it goes there. */
export function requireDirectory(option: string, path: string | null): void {
  if (path === null) return;
  const found = look(path);
  if (found === "nothing") throw new Refusal(`${option} ${path}: there is no such directory`);
  if (found === "other") throw new Refusal(`${option} ${path}: is not a directory`);
}

/** `tsgi site` where site/ is a folder of files: Python takes it for a package that has nothing in it. */
export function findBareDirectory({ application, chdir }: Settings): string | null {
  if (application.module === null) return null;
  const path = resolve(chdir ?? ".", ...application.module.split("."));
  return look(path) === "directory" && !existsSync(join(path, "__init__.py")) ? path : null;
}

function look(path: string): "directory" | "other" | "nothing" | "unknown" {
  try {
    const found = statSync(path, { throwIfNoEntry: false });
    if (found === undefined) return "nothing";
    return found.isDirectory() ? "directory" : "other";
  } catch {
    return "unknown";
  }
}
