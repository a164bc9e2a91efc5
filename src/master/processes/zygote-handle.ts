import type { ZygoteConfigure } from "../../base/gunicorn-messages.ts";
import type { FromZygote, ToZygote, ZygoteBoot } from "../../base/messages.ts";
import type { EventQueue } from "../event-queue.ts";
import { type Ending, isSentToAll, type MasterEvent } from "../events.ts";
import type { ZygoteListener, ZygoteProcess } from "./zygote-process.ts";

export interface ZygoteStart {
  /** Makes the process, or hands over the one that has been prepared. */
  readonly open: (listener: ZygoteListener) => ZygoteProcess;
  /** For a process that is to execute Gunicorn's configuration file first. */
  readonly configure: ZygoteConfigure | null;
  readonly boot: ZygoteBoot;
  readonly queue: EventQueue<MasterEvent>;
}

/** The process that has imported the application and forks the workers, as the master sees it. */
export class ZygoteHandle {
  readonly generation: number;
  readonly #process: ZygoteProcess;
  readonly #boot: ZygoteBoot;
  readonly #queue: EventQueue<MasterEvent>;
  /** The interpreter has run far enough to say its version. */
  hasSpoken = false;
  /** The application is imported since then: it can fork. */
  readySince: number | null = null;
  isGone = false;
  #reopensLater = false;
  /** A reload has no more use for it. */
  isDismissed = false;

  constructor({ open, configure, boot, queue }: ZygoteStart) {
    this.generation = boot.generation;
    this.#boot = boot;
    this.#queue = queue;
    this.#process = open({
      onMessage: (message) => this.#report(message),
      onExit: (ending) => this.#reportExit(ending),
    });
    this.send(configure ?? boot);
  }

  get pid(): number {
    return this.#process.pid;
  }

  send(message: ToZygote): void {
    this.#process.send(message);
  }

  /** Not while it executes Gunicorn's file or imports: what was opened before is then what its workers have. */
  reopenLogs(): void {
    if (this.readySince === null) this.#reopensLater = true;
    else this.send({ do: "reopenLogs" });
  }

  kill(): void {
    this.#process.kill();
  }

  #report(message: FromZygote): void {
    // Not sooner: while it executes the file, whatever arrives on the line ends it (python/tsgi/zygote.py).
    if (message.event === "configured") return this.send(this.#boot);
    if (message.event === "loaded" && this.#reopensLater) this.send({ do: "reopenLogs" });
    const event = { from: "zygote", zygote: this, message } as const;
    // Somebody meant the master, or everybody.
    if (message.event === "signalled") this.#queue.pushBehindSignals(event);
    else this.#queue.push(event);
  }

  #reportExit(ending: Ending): void {
    const event = { from: "zygoteExit", zygote: this, ending } as const;
    if (isSentToAll(ending)) this.#queue.pushBehindSignals(event);
    else this.#queue.push(event);
  }
}
