/** Directories that the operator has named: what is wrong with them is said in the operator's words. */

import { existsSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Settings } from "../../settings/settings.ts";
import { Refusal } from "./refusal.ts";

/** One that we may not look at passes: whether the user who serves may, shows when it goes there. */
export function requireDirectory(origin: string, path: string | null): void {
  if (path === null) return;
  const found = look(path);
  if (found === "nothing") throw new Refusal(`${origin}: ${path}: there is no such directory`);
  if (found === "other") throw new Refusal(`${origin}: ${path}: is not a directory`);
}

/** `tsgi site` where site/ is a folder of files: Python takes it for a package that has nothing in it. */
export function findBareDirectory({ application, chdir }: Settings): string | null {
  if (application.module === null) return null;
  const path = resolve(chdir ?? ".", ...application.module.split("."));
  return look(path) === "directory" && !existsSync(join(path, "__init__.py")) ? path : null;
}

const NAMING: ReadonlySet<string> = new Set(["wsgi-file", "mount"]);

/**
 * Files of applications that are not there. Not asked at a start: Python says it there, with the files that
 * may be meant.
 */
export function missingApplications(settings: Settings): readonly Refusal[] {
  const { application, mount, chdir, written } = settings;
  const applications = [application, ...mount.map((one) => one.application)];
  return [...new Set(applications.flatMap(({ file }) => file ?? []))].flatMap((file) => {
    const path = resolve(chdir ?? ".", file);
    if (look(path) !== "nothing") return [];
    const entry = written.find(({ name, value }) => NAMING.has(name) && value?.includes(file));
    const refusal = new Refusal(`there is no such file: ${path}`);
    return entry === undefined ? refusal : refusal.at(entry.origin);
  });
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
