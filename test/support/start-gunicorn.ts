/** Starts the command in Gunicorn's language, in a folder that has its configuration file and its application. */

import { readFileSync } from "node:fs";
import {
  type Exit,
  type Folder,
  type RunningServer,
  runToEnd,
  type StartOptions,
  startServer,
} from "./start-server.ts";

export interface GunicornStart extends StartOptions {
  /** gunicorn.conf.py. */
  readonly configuration: string;
  /** app.py; by default one that answers the pid of its worker. */
  readonly application?: string;
  /** Besides the address and the application. */
  readonly args?: readonly string[];
}

const HELLO = `
import os


def application(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [str(os.getpid()).encode()]
`;

/** What configuration files of the tests note their calls with: note("post_fork", worker.age). */
const PRELUDE = `
import os

def note(*words):
    with open("notes", "a") as file:
        file.write(" ".join(str(word) for word in words) + "\\n")
`;

export async function startGunicorn(folder: Folder, start: GunicornStart): Promise<RunningServer> {
  return startServer(prepareGunicorn(folder, start), { ...start, cwd: folder.path, withoutListener: true });
}

/** For starts that are refused. */
export async function runGunicornToEnd(
  folder: Folder,
  start: GunicornStart,
): Promise<{ exit: Exit; output: string; leftBehind: readonly number[] }> {
  return runToEnd(prepareGunicorn(folder, start), { ...start, cwd: folder.path, withoutListener: true });
}

/** What the hooks have noted so far, a line each. */
export function readNotes(folder: Folder): readonly string[] {
  try {
    return readFileSync(folder.file("notes"), "utf8").trimEnd().split("\n");
  } catch {
    return [];
  }
}

export function writeConfiguration(folder: Folder, configuration: string): void {
  folder.write("gunicorn.conf.py", PRELUDE + configuration);
}

/** Writes both files, and answers the arguments. */
export function prepareGunicorn(
  folder: Folder,
  { configuration, application = HELLO, args = [] }: GunicornStart,
): string[] {
  folder.write("app.py", application);
  writeConfiguration(folder, configuration);
  return ["gunicorn", "--bind", "127.0.0.1:0", ...args, "app:application"];
}
