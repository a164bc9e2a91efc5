import { type ChildProcess, spawn } from "node:child_process";
import type { Duplex } from "node:stream";
import { fileURLToPath } from "node:url";
import type { Ending } from "../events.ts";
import type { Place } from "../hooks/place.ts";
import { killGroup } from "../hooks/shell.ts";

const ENTRY = fileURLToPath(new URL("../../../python/tsgi/attach.py", import.meta.url));
const LIFELINE = 3;

export interface ProcessStart {
  readonly python: string;
  readonly shell: string;
  readonly command: string;
  readonly place: Place;
  /** Descriptor of the log. */
  readonly output: number;
  readonly keepsInput: boolean;
  readonly uid: number | null;
  readonly gid: number | null;
  /** Whether it ends with the master, however that ends. */
  readonly isTied: boolean;
  readonly onExit: (ending: Ending) => void;
}

/** A program that runs, and all that it has started: a process group of its own. */
export class AttachedProcess {
  readonly #child: ChildProcess;
  readonly startedAt = Date.now();

  constructor({ python, shell, command, place, output, keepsInput, uid, gid, isTied, onExit }: ProcessStart) {
    const words = [isTied ? LIFELINE : -1, uid ?? -1, gid ?? -1, shell, command].map(String);
    this.#child = spawn(python, ["-I", "-S", ENTRY, ...words], {
      cwd: place.directory,
      env: place.environment,
      stdio: [keepsInput ? "inherit" : "ignore", output, output, ...(isTied ? ["pipe" as const] : [])],
      detached: true,
    });
    this.#lifeline?.on("error", () => undefined);
    this.#child.once("error", (error) => {
      if (this.#child.pid === undefined) onExit({ exitCode: null, signal: null, error });
    });
    this.#child.once("exit", (exitCode, signal) => {
      // Whoever of the group is still there goes now.
      this.#lifeline?.destroy();
      onExit({ exitCode, signal });
    });
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  signal(signal: number | NodeJS.Signals): void {
    killGroup(this.#child.pid, signal);
  }

  get #lifeline(): Duplex | null {
    return (this.#child.stdio[LIFELINE] as Duplex | null | undefined) ?? null;
  }
}
