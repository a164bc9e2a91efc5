/** How this process was started, so that it can be started once more: with the Node and the tsgi that lie there now. */

import { accessSync, constants, statSync } from "node:fs";
import { delimiter, join, resolve } from "node:path";

export interface StartCommand {
  readonly program: string;
  readonly args: readonly string[];
  readonly directory: string;
}

/** To be asked at the start: later the directory may have been moved away. */
export function ownCommand(): StartCommand {
  const directory = ownDirectory();
  const script = process.argv.slice(1);
  return { program: findNode(directory), args: [...process.execArgv, ...script], directory };
}

/**
 * As the shell saw it: a deployment that lets a symbolic link point to the next release means the link, and
 * the kernel only knows where it pointed to.
 */
function ownDirectory(): string {
  const [physical, logical] = [process.cwd(), process.env["PWD"]];
  return logical !== undefined && isSame(logical, physical) ? logical : physical;
}

function isSame(path: string, other: string): boolean {
  const [left, right] = [statOrNull(path), statOrNull(other)];
  return left !== null && left.ino === right?.ino && left.dev === right.dev;
}

function statOrNull(path: string) {
  return statSync(path, { throwIfNoEntry: false }) ?? null;
}

/** As it was called, not as what it was then: /usr/local/bin/node may be another version by now. */
function findNode(directory: string): string {
  const name = process.argv0;
  const places = name.includes("/")
    ? [resolve(directory, name)]
    : (process.env["PATH"] ?? "").split(delimiter).map((place) => join(place, name));
  return places.find(isProgram) ?? process.execPath;
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
