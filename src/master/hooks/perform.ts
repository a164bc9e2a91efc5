/** The deeds of hooks in the master. Zygote and workers have their own: python/tsgi/hook_deeds.py. */

import {
  chmodSync,
  chownSync,
  closeSync,
  constants,
  mkdirSync,
  openSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { resolve } from "node:path";
import { SECOND } from "../../base/duration.ts";
import type { Awaited, Deed, FileDeed } from "../../base/hook.ts";
import type { Log } from "../../observe/log.ts";
import { findGroup, findUser } from "../start/accounts.ts";
import { pause, waitFor } from "./await.ts";
import { EarlyEnd } from "./early-end.ts";
import type { Place } from "./place.ts";
import { runCommand } from "./shell.ts";

/** How often a FIFO is tried that nobody reads. */
const FIFO_PAUSE = 1 * SECOND;

export interface World {
  /** Changed by chdir: and putenv:. */
  place: Place;
  readonly shells: readonly string[];
  readonly log: Log;
  /** Descriptor of the log. */
  readonly output: number;
  /** Milliseconds. */
  readonly timeouts: { readonly [what in Awaited]: number };
  readonly signal: AbortSignal;
}

/** Answers null when it is done, else what went wrong, to be read behind the hook's name. */
export async function perform(deed: Deed, world: World): Promise<string | null> {
  const { place, shells, log, output, signal, timeouts } = world;
  switch (deed.do) {
    case "exec": {
      const ending = await runCommand(deed.command, { place, shells, output, signal });
      if (ending === null || !deed.mayFail) return ending;
      log.event(`safeexec:${deed.command}: ${ending}`);
      return null;
    }
    case "wait": {
      const { what, path } = deed;
      const timeout = timeouts[what];
      return await waitFor({ what, path, directory: place.directory, timeout, signal });
    }
    case "writefifo":
      return await writeFifo(resolve(place.directory, deed.path), deed, signal);
    case "print":
      log.plain(deed.text);
      return null;
    case "exit":
      throw new EarlyEnd(`exit:${deed.code}`, deed.code);
    case "signal":
    case "nothing":
      return null;
    case "chdir":
    case "putenv":
      return move(deed, world);
    default:
      return attempt(() => change(deed, resolve(place.directory, deed.path)));
  }
}

function move(deed: Deed & { do: "chdir" | "putenv" }, world: World): string | null {
  const { directory, environment } = world.place;
  if (deed.do === "putenv") {
    world.place = { directory, environment: { ...environment, [deed.name]: deed.value } };
    return null;
  }
  const next = resolve(directory, deed.path);
  if (!statSync(next, { throwIfNoEntry: false })?.isDirectory()) return "there is no such directory";
  world.place = { directory: next, environment };
  return null;
}

function change(deed: FileDeed, path: string): void {
  switch (deed.do) {
    case "mkdir":
      if (!statSync(path, { throwIfNoEntry: false })?.isDirectory()) mkdirSync(path);
      return;
    case "unlink":
      return rmSync(path, { force: true });
    case "sticky":
      return chmodSync(path, statSync(path).mode | STICKY);
    case "chmod":
      return chmodSync(path, deed.mode);
    case "chown":
      return chownSync(
        path,
        findUser("chown", accountOf(deed.user)).id,
        findGroup("chown", accountOf(deed.group)),
      );
    case "write":
      return writeFileSync(path, deed.text, { flag: deed.appends ? "a" : "w" });
  }
}

const STICKY = 0o1000;

function accountOf(text: string) {
  return /^\d+$/.test(text)
    ? ({ kind: "id", id: Number(text) } as const)
    : ({ kind: "name", name: text } as const);
}

async function writeFifo(
  path: string,
  { text, waits }: { text: string; waits: boolean },
  signal: AbortSignal,
): Promise<string | null> {
  for (;;) {
    const failure = attempt(() => {
      const fifo = openSync(path, constants.O_WRONLY | constants.O_NONBLOCK);
      try {
        writeSync(fifo, text);
      } finally {
        closeSync(fifo);
      }
    });
    if (failure === null || !failure.includes(NOBODY_READS)) return failure;
    if (!waits) return null;
    await pause(FIFO_PAUSE, signal);
  }
}

const NOBODY_READS = "ENXIO";

function attempt(work: () => void): string | null {
  try {
    work();
    return null;
  } catch (error) {
    return (error as Error).message;
  }
}
