import { type ChildProcess, type SendHandle, spawn } from "node:child_process";
import { getCompileCacheDir } from "node:module";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import type { ListenerMessage } from "../../base/listener-message.ts";
import type { FromRouter, RouterSettings, ToRouter } from "../../base/messages.ts";
import type { EventQueue } from "../event-queue.ts";
import type { MasterEvent } from "../events.ts";
import type { Listener } from "../start/listener.ts";

/** The router's first descriptor behind stdin, stdout and stderr. */
export const FIRST_LISTENER = 3;

// Beside us: src/ in a clone, dist/ where installed.
const ENTRY = fileURLToPath(
  new URL(`../../router/main${import.meta.url.endsWith(".ts") ? ".ts" : ".js"}`, import.meta.url),
);

/** Without this, SIGUSR1 would open Node's inspector on a port. */
const NODE_OPTIONS = ["--disable-sigusr1"];

export interface RouterStart {
  readonly number: number;
  readonly listeners: readonly Listener[];
  readonly settings: RouterSettings;
  /** Descriptor of the log, for its stdout and stderr. */
  readonly log: number;
  /** Descriptor of a file of its own for the lines of requests. */
  readonly accessLog: number | null;
  readonly queue: EventQueue<MasterEvent>;
}

/** A router process as the master sees it. */
export class RouterHandle {
  readonly number: number;
  readonly #child: ChildProcess;
  /** The workers' socket listens since then. */
  readySince: number | null = null;
  isAccepting = false;
  isDrained = false;

  constructor({ number, listeners, settings, log, accessLog, queue }: RouterStart) {
    this.number = number;
    this.#child = spawn(process.execPath, [...NODE_OPTIONS, ENTRY], {
      env: routerEnvironment(),
      stdio: [
        "ignore",
        log,
        log,
        ...listeners.map((listener) => listener.fd),
        ...(accessLog === null ? [] : [accessLog]),
        "ipc",
      ],
    });
    this.#child.on("message", (message) =>
      queue.push({ from: "router", router: this, message: message as FromRouter }),
    );
    this.#child.once("exit", (exitCode, signal) => {
      queue.push({ from: "routerExit", router: this, ending: { exitCode, signal } });
    });
    this.#child.once("error", (error) => {
      // Not started at all, then there is no exit either.
      if (this.#child.pid !== undefined) return;
      queue.push({ from: "routerExit", router: this, ending: { exitCode: null, signal: null, error } });
    });
    this.send({ do: "configure", settings });
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  send(message: ToRouter): void {
    // A router that has just died takes nothing; its exit is on the way.
    if (this.#child.connected) this.#child.send(message, () => undefined);
  }

  /** One that a reload has added. */
  sendListener(listener: ListenerMessage, handle: object): void {
    const message: ToRouter = { do: "listen", listener };
    // Node's types leave out that its own handles may be sent.
    if (this.#child.connected) this.#child.send(message, handle as SendHandle, {}, () => undefined);
  }

  kill(): void {
    this.#child.kill("SIGKILL");
  }
}

/** Where the command uses a compile cache (reading TypeScript takes 0.15 s otherwise), its routers do too. */
function routerEnvironment(): NodeJS.ProcessEnv {
  const cache = getCompileCacheDir();
  return cache === undefined ? process.env : { ...process.env, NODE_COMPILE_CACHE: dirname(cache) };
}
