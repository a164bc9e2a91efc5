import { type ChildProcess, spawn } from "node:child_process";
import type { Duplex } from "node:stream";
import { fileURLToPath } from "node:url";
import type { FromZygote, ToZygote, ZygoteBoot } from "../base/messages.ts";
import type { EventQueue } from "./event-queue.ts";
import { type Ending, isSentToAll, type MasterEvent } from "./events.ts";
import { readJsonLines } from "./json-lines.ts";

const ENTRY = fileURLToPath(new URL("../../python/tsgi/__main__.py", import.meta.url));

/** Room for the process titles of zygote and workers, which are written over the arguments. */
const TITLE_ROOM = "-".repeat(200);

/** Unbuffered: what the application prints must not be lost, nor be copied into each worker by the fork. */
const PYTHON_OPTIONS = ["-u"];

/** After the exit, how long the last lines may take to arrive. */
const LAST_LINES = 500;

export interface ZygoteStart {
  readonly python: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly boot: ZygoteBoot;
  /** Descriptor of the log, for its stdout and stderr. */
  readonly log: number;
  readonly queue: EventQueue<MasterEvent>;
}

/** The process that has imported the application and forks the workers, as the master sees it. */
export class ZygoteHandle {
  readonly generation: number;
  readonly #child: ChildProcess;
  readonly #queue: EventQueue<MasterEvent>;
  /** The interpreter has run far enough to say its version. */
  hasSpoken = false;
  /** The application is imported since then: it can fork. */
  readySince: number | null = null;
  isGone = false;

  constructor({ python, environment, boot, log, queue }: ZygoteStart) {
    this.generation = boot.generation;
    this.#queue = queue;
    this.#child = spawn(python, [...PYTHON_OPTIONS, ENTRY, TITLE_ROOM], {
      stdio: ["ignore", log, log, "pipe"],
      env: environment,
    });
    this.#child.once("error", (error) => this.#reportSpawnFailure(error));
    this.#child.once("exit", (exitCode, signal) => void this.#reportExit({ exitCode, signal }));
    // A write to one that has just died; its exit is on the way.
    this.#channel?.on("error", () => undefined);
    if (this.#channel !== null) readJsonLines<FromZygote>(this.#channel, (message) => this.#report(message));
    this.send(boot);
  }

  get pid(): number {
    return this.#child.pid ?? 0;
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

  #report(message: FromZygote): void {
    this.#queue.push({ from: "zygote", zygote: this, message });
  }

  /** The exit overtakes the last lines now and then, and "failed" may be one of them. */
  async #reportExit(ending: Ending): Promise<void> {
    const channel = this.#channel;
    if (channel !== null && !channel.readableEnded && !channel.destroyed) {
      const { promise, resolve } = Promise.withResolvers<void>();
      const timer = setTimeout(resolve, LAST_LINES);
      channel.once("close", resolve);
      channel.once("end", resolve);
      await promise;
      clearTimeout(timer);
    }
    const event = { from: "zygoteExit", zygote: this, ending } as const;
    if (isSentToAll(ending)) this.#queue.pushBehindSignals(event);
    else this.#queue.push(event);
  }

  #reportSpawnFailure(error: Error): void {
    if (this.#child.pid !== undefined) return;
    this.#queue.push({ from: "zygoteExit", zygote: this, ending: { exitCode: null, signal: null, error } });
  }
}
