import { type ChildProcess, spawn } from "node:child_process";
import type { Duplex } from "node:stream";
import { fileURLToPath } from "node:url";
import type { FromZygote, ToZygote } from "../../base/messages.ts";
import type { Ending } from "../events.ts";
import { readJsonLines } from "./json-lines.ts";

const ENTRY = fileURLToPath(new URL("../../../python/tsgi/__main__.py", import.meta.url));

/** Room for the process titles of zygote and workers, which are written over the arguments. */
const TITLE_ROOM = "-".repeat(200);

/** Unbuffered: what the application prints must not be lost, nor be copied into each worker by the fork. */
const PYTHON_OPTIONS = ["-u"];

/** After the exit, how long the last lines may take to arrive. */
const LAST_LINES = 500;

export interface PythonStart {
  readonly python: string;
  readonly environment: NodeJS.ProcessEnv;
  /** Where it starts. */
  readonly directory: string;
  /** Descriptor of the log, for its stdout and stderr. */
  readonly log: number;
  /** 1 for python -O, 2 for -OO. A flag and not PYTHONOPTIMIZE: programs that the application starts are not meant. */
  readonly optimize: number;
}

/** Whoever works with the process at the moment. */
export interface ZygoteListener {
  onMessage(message: FromZygote): void;
  /** Behind its last message. */
  onExit(ending: Ending): void;
}

/** A Python process that runs tsgi's zygote, and the line to it. It outlives its listeners: a start hands it on. */
export class ZygoteProcess {
  readonly #child: ChildProcess;
  #listener: ZygoteListener;
  #ending: Ending | null = null;

  constructor({ python, environment, directory, log, optimize }: PythonStart, listener: ZygoteListener) {
    this.#listener = listener;
    this.#child = spawn(
      python,
      [...PYTHON_OPTIONS, ...Array<string>(optimize).fill("-O"), ENTRY, TITLE_ROOM],
      {
        cwd: directory,
        stdio: ["ignore", log, log, "pipe"],
        env: environment,
      },
    );
    this.#child.once("error", (error) => {
      // Not started at all, then there is no exit either.
      if (this.#child.pid === undefined) this.#end({ exitCode: null, signal: null, error });
    });
    this.#child.once("exit", (exitCode, signal) => void this.#endBehindLastLines({ exitCode, signal }));
    // A write to one that has just died; its exit is on the way.
    this.#channel?.on("error", () => undefined);
    if (this.#channel !== null)
      readJsonLines<FromZygote>(this.#channel, (message) => this.#listener.onMessage(message));
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** From now on this one hears it, also of an end that nobody was told about. */
  follow(listener: ZygoteListener): void {
    this.#listener = listener;
    if (this.#ending !== null) listener.onExit(this.#ending);
  }

  send(message: ToZygote): void {
    if (this.#channel?.writable) this.#channel.write(`${JSON.stringify(message)}\n`);
  }

  kill(): void {
    this.#child.kill("SIGKILL");
  }

  /** Descriptor 3 of the child: Node makes a pair of sockets for "pipe". */
  get #channel(): Duplex | null {
    return (this.#child.stdio[3] as Duplex | null | undefined) ?? null;
  }

  /** The exit overtakes the last lines now and then, and "failed" may be one of them. */
  async #endBehindLastLines(ending: Ending): Promise<void> {
    const channel = this.#channel;
    if (channel !== null && !channel.readableEnded && !channel.destroyed) {
      const { promise, resolve } = Promise.withResolvers<void>();
      const timer = setTimeout(resolve, LAST_LINES);
      channel.once("close", resolve);
      channel.once("end", resolve);
      await promise;
      clearTimeout(timer);
    }
    this.#end(ending);
  }

  #end(ending: Ending): void {
    this.#ending = ending;
    this.#listener.onExit(ending);
  }
}
