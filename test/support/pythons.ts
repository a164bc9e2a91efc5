/** The Pythons of this machine that tsgi supports. */

import { spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

export interface Interpreter {
  /** "3.11" */
  readonly version: string;
  readonly path: string;
}

const OLDEST_MINOR = 8;
const NEWEST_MINOR = 20;

/** One for each minor version from 3.8 on, oldest first: of pyenv's, or else what PATH has. */
export function interpreters(): readonly Interpreter[] {
  const found = new Map<number, string>();
  for (const path of [...pyenvInterpreters(), ...pathInterpreters()]) {
    const minor = minorOf(path);
    if (minor !== null && minor >= OLDEST_MINOR && !found.has(minor)) found.set(minor, path);
  }
  return [...found]
    .sort(([left], [right]) => left - right)
    .map(([minor, path]) => ({ version: `3.${minor}`, path }));
}

function pyenvInterpreters(): readonly string[] {
  const versions = join(process.env["PYENV_ROOT"] ?? join(homedir(), ".pyenv"), "versions");
  if (!existsSync(versions)) return [];
  return readdirSync(versions)
    .map((name) => join(versions, name, "bin/python3"))
    .filter((path) => existsSync(path));
}

/** pyenv's shims are left out: they start another interpreter according to the folder they run in. */
function pathInterpreters(): readonly string[] {
  const folders = (process.env["PATH"] ?? "").split(":").filter((folder) => !folder.endsWith("/shims"));
  const minors = Array.from({ length: NEWEST_MINOR - OLDEST_MINOR + 1 }, (_, index) => OLDEST_MINOR + index);
  const names = [...minors.map((minor) => `python3.${minor}`), "python3"];
  return names
    .flatMap((name) => folders.map((folder) => join(folder, name)))
    .filter((path) => existsSync(path));
}

function minorOf(path: string): number | null {
  const told = spawnSync(path, ["-c", "import sys; print('%d.%d' % sys.version_info[:2])"], {
    encoding: "utf8",
  });
  const minor = /^3\.(\d+)$/.exec(told.stdout?.trim() ?? "")?.[1];
  return minor === undefined ? null : Number(minor);
}
