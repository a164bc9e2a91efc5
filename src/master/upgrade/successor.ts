import { type ChildProcess, spawn } from "node:child_process";
import type { EventQueue } from "../event-queue.ts";
import type { Ending, MasterEvent } from "../events.ts";
import {
  FIRST_HANDED,
  type Handover,
  handoverVariable,
  type ToStarter,
  type ToSuccessor,
} from "../start/handover.ts";
import type { Listener } from "../start/listener.ts";
import type { StartCommand } from "./command.ts";

const STDOUT = 1;
const STDERR = 2;

export interface SuccessorStart {
  readonly command: StartCommand;
  readonly listeners: readonly Listener[];
  /** Path → descriptor of files that it may have no right to open. */
  readonly files: ReadonlyMap<string, number>;
  /** Descriptor of our log: what it says before it has its own belongs there. */
  readonly log: number;
  readonly queue: EventQueue<MasterEvent>;
}

/** The tsgi that is to take this one's place, as this one sees it. */
export class Successor {
  readonly #child: ChildProcess;
  readonly startedAt = Date.now();

  constructor({ command, listeners, files, log, queue }: SuccessorStart) {
    const handed = [...listeners.map(({ fd }) => fd), ...files.values()];
    this.#child = spawn(command.program, command.args, {
      cwd: command.directory,
      stdio: ["inherit", "inherit", log === STDOUT ? STDERR : log, ...handed, "ipc"],
      env: { ...process.env, ...handoverVariable(describe(listeners, files)) },
    });
    this.#child.on("message", (message: ToStarter) =>
      queue.push({ from: "successor", successor: this, message }),
    );
    this.#child.once("exit", (exitCode, signal) => this.#end(queue, { exitCode, signal }));
    this.#child.once("error", (error) => {
      // Not started at all, then there is no exit either.
      if (this.#child.pid === undefined) this.#end(queue, { exitCode: null, signal: null, error });
    });
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  send(message: ToSuccessor): void {
    if (this.#child.connected) this.#child.send(message, () => undefined);
  }

  kill(): void {
    this.#child.kill("SIGKILL");
  }

  #end(queue: EventQueue<MasterEvent>, ending: Ending): void {
    queue.push({ from: "successorExit", successor: this, ending });
  }
}

function describe(listeners: readonly Listener[], files: ReadonlyMap<string, number>): Handover {
  const behind = FIRST_HANDED + listeners.length;
  return {
    from: process.pid,
    kind: "succession",
    listeners: listeners.map(({ asked, path }, index) => ({ fd: FIRST_HANDED + index, asked, path })),
    files: [...files.keys()].map((path, index) => ({ path, fd: behind + index })),
  };
}
