/** What a hook does. Master and Python perform the same deeds: src/master/hooks/perform.ts, python/tsgi/hook_deeds.py. */

import type { CommandName, SignalName } from "./commands.ts";

export interface Hook {
  /** For the log: "exec:./migrate.sh". Of one that keeps its words to itself, only that there is one. */
  readonly shown: string;
  readonly deed: Deed;
}

/** Relative paths are seen from where the hooks before have gone (chdir). */
export type Deed =
  | FileDeed
  | { readonly do: "chdir"; readonly path: string }
  | { readonly do: "putenv"; readonly name: string; readonly value: string }
  /** By the shell, and waited for. With `mayFail` its exit code is only logged. */
  | { readonly do: "exec"; readonly command: string; readonly mayFail: boolean }
  /** Into a FIFO that somebody reads: without a reader nothing happens, or it waits for one. */
  | { readonly do: "writefifo"; readonly path: string; readonly text: string; readonly waits: boolean }
  | { readonly do: "print"; readonly text: string }
  | { readonly do: "exit"; readonly code: number }
  /** Up to `wait-for-fs-timeout`, or `wait-for-socket-timeout`. */
  | { readonly do: "wait"; readonly what: Awaited; readonly path: string }
  /** From now on the master takes this signal for that command. */
  | { readonly do: "signal"; readonly signal: SignalName; readonly command: Exclude<CommandName, "scale"> }
  /** It is left out: said when the configuration is read. */
  | { readonly do: "nothing"; readonly because: string };

/** mkdir: and unlink: are content with a directory that is there, and a file that is not. */
export type FileDeed =
  | { readonly do: "mkdir" | "sticky" | "unlink"; readonly path: string }
  | { readonly do: "chmod"; readonly path: string; readonly mode: number }
  /** Names or numbers. */
  | { readonly do: "chown"; readonly path: string; readonly user: string; readonly group: string }
  | { readonly do: "write"; readonly path: string; readonly text: string; readonly appends: boolean };

export type Awaited = "fs" | "file" | "dir" | "mountpoint" | "interface" | "socket";

/** What zygote and workers run, by uWSGI's names of the phases. Times in milliseconds. */
export interface PythonHooks {
  readonly phases: {
    readonly [phase in
      | "pre-app"
      | "post-app"
      | "post-fork"
      | "accepting"
      | "accepting1"
      | "accepting-once"
      | "accepting1-once"]: readonly Hook[];
  };
  /** The first that is there runs the commands; /bin/sh where none is. */
  readonly shells: readonly string[];
  readonly timeouts: { readonly fs: number; readonly socket: number };
}
