import type { FromZygote, LoadFailure } from "../../base/messages.ts";
import type { Equipment } from "../equipment.ts";
import type { Ending, ZygoteMessage } from "../events.ts";
import { describeEnding } from "../processes/endings.ts";
import { hasRival, readListenTables, socketInode } from "../processes/process-table.ts";
import type { ZygoteHandle } from "../processes/zygote-handle.ts";
import { startSize } from "../scale/worker-numbers.ts";
import { findBareDirectory } from "./application-places.ts";
import { refuseBind } from "./bind-refusals.ts";
import { diagnoseInterpreter } from "./interpreter.ts";
import type { Listener } from "./listener.ts";
import { Refusal } from "./refusal.ts";
import { type Loaded, startLines } from "./start-report.ts";

/**
 * starting: nobody has been let in yet, and what fails now ends the start;
 * opening: a worker serves, routers were told to listen;
 * stopping: as the Stop says.
 */
export type Phase = "starting" | "opening" | "serving" | "stopping";

/** What is learned between the first process and the first request: for the start lines, or for the refusal. */
export class StartUp {
  readonly #equipment: Equipment;
  #interpreter: (FromZygote & { event: "started" }) | null = null;
  #application: Loaded | null = null;
  /** lazy-apps: what each worker could not load. */
  readonly #failures = new Map<number, LoadFailure>();

  constructor(equipment: Equipment) {
    this.#equipment = equipment;
  }

  noteInterpreter(started: FromZygote & { event: "started" }): void {
    this.#interpreter = started;
  }

  noteLoaded({ application, milliseconds }: { application: string | null; milliseconds: number }): void {
    if (application !== null) this.#application ??= { application, milliseconds };
  }

  noteFailure(worker: number, failure: LoadFailure): void {
    this.#failures.set(worker, failure);
  }

  /** They are tried again. */
  forgetFailures(): void {
    this.#failures.clear();
  }

  hasFailed(worker: number): boolean {
    return this.#failures.has(worker);
  }

  get failures(): ReadonlyMap<number, LoadFailure> {
    return this.#failures;
  }

  /** All workers have tried, and none has an application; null as long as there is hope. */
  refuseIfAllFailed(): Refusal | null {
    const [first] = this.#failures.values();
    const isHopeless = first !== undefined && this.#failures.size >= startSize(this.#equipment.settings);
    return isHopeless ? this.refuseApplication(first) : null;
  }

  /** The application's own words last and in full: nobody should have to look for them. */
  refuseApplication({ message, details, traceback }: LoadFailure): Refusal {
    const directory = traceback === null ? findBareDirectory(this.#equipment.settings) : null;
    if (directory === null) return new Refusal(message, [...details, ...linesOf(traceback)]);
    return new Refusal(`${directory} is a directory`, [
      "Name the file in it that has the application.",
      message,
      ...details,
    ]);
  }

  /** It ended before it could say why. Its seat stays taken until we know: no second one would do better. */
  diagnose(zygote: ZygoteHandle, ending: Ending): void {
    const { python, queue } = this.#equipment;
    const diagnosis = zygote.hasSpoken
      ? Promise.resolve(refuseImport(ending))
      : diagnoseInterpreter(python, describeEnding(ending));
    void diagnosis.then((refusal) => queue.push({ from: "diagnosis", refusal }));
  }

  report(): string[] {
    const { settings, listeners, gunicorn } = this.#equipment;
    return startLines({
      settings,
      listeners,
      isGunicorn: gunicorn !== null,
      interpreter: this.#interpreter,
      application: this.#application,
    });
  }

  /**
   * Several routers have a socket each on the same port, and so could another server have one: where it
   * has bound it before these listened, nothing but a look at the kernel's table shows it.
   */
  refuseRivals(): Refusal | null {
    const { settings, listeners } = this.#equipment;
    if (settings.reusePort) return null;
    const groups = Map.groupBy(listeners, ({ url }) => url);
    for (const [url, sockets] of groups)
      if (sockets.length > 1 && hasRivals(sockets)) return refuseRival(url);
    return null;
  }

  /** The port was free when it was bound: another process has begun to listen since. */
  refuseListen(url: string, code: string): Refusal {
    const listener = this.#equipment.listeners.find((one) => one.url === url);
    if (listener === undefined || listener.kind === "unix")
      return new Refusal(`cannot listen on ${url}: ${code}`);
    const { serverName: host, serverPort } = listener;
    return refuseBind({ target: { kind: "tcp", host, port: Number(serverPort) }, code });
  }
}

/** Whether what has failed in the zygote is a reason not to start at all; Gunicorn's hooks as they are there. */
export function endsStart(
  failure: ZygoteMessage & { event: "failed" | "hookFailed" },
  phase: Phase,
): boolean {
  if (failure.event === "hookFailed" && failure.hook === "when_ready") return phase !== "stopping";
  return phase === "starting" && (failure.event === "failed" || failure.hook === "pre_fork");
}

/** A router has nothing of the application's in it: if the first one cannot come up, none will. */
export function refuseRouter(ending: Ending): Refusal {
  return new Refusal(`a router ended before it was ready: ${describeEnding(ending)}`, [
    "what it said before stands above; limits of memory or processes are the usual reason",
  ]);
}

function linesOf(traceback: string | null): string[] {
  return traceback === null ? [] : ["", ...traceback.trimEnd().split("\n")];
}

/** Python itself ended while it imported: a crash in C code, os._exit(), the kernel's memory killer. */
function refuseImport(ending: Ending): Refusal {
  return new Refusal(
    `the application could not be loaded: Python ended while importing it (${describeEnding(ending)})`,
    [
      "a module written in C may have crashed, the application may have ended the process, or memory ran out",
      "python3 -X faulthandler -c 'import …' shows where",
    ],
  );
}

/** A fork takes only the thread that forks along. */
export function warnOfThreads(names: readonly string[]): string {
  return [
    `the application left threads running when it was imported: ${names.join(", ")}`,
    "workers are forked after the import and do not have them; with --lazy-apps each worker imports for itself",
  ].join("\n");
}

function hasRivals(sockets: readonly Listener[]): boolean {
  const inodes = sockets.flatMap(({ fd }) => socketInode(fd) ?? []);
  return readListenTables().some((table) => hasRival(table, inodes));
}

function refuseRival(url: string): Refusal {
  return new Refusal(`cannot listen on ${url}: another server has begun to listen there as well`, [
    "stop one of them; with reuse-port both may",
  ]);
}
