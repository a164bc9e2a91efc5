/**
 * A server while it is measured: started in a session of its own, so that all that it starts can be
 * found, counted and ended by the number of that session. None outlives the bench.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";
import net from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { endWithBench } from "./leftovers.ts";
import { processTree, stillRuns, type TreeMember } from "./process-tree.ts";
import { firstReply } from "./request.ts";

const START_PATIENCE = 20_000;
const STOP_PATIENCE = 3_000;

export interface Launch {
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly port: number;
  /** File that takes what the server prints. */
  readonly log: string;
}

export class Server implements AsyncDisposable {
  readonly pid: number;
  readonly #launch: Launch;
  readonly #child: ChildProcess;
  readonly #started = performance.now();
  readonly #ending = endWithBench(() => this.kill());

  constructor(launch: Launch) {
    this.#launch = launch;
    const [file = "", ...parameters] = launch.command;
    const log = openSync(launch.log, "w");
    const env = { ...process.env, ...launch.environment };
    this.#child = spawn(file, parameters, { detached: true, stdio: ["ignore", log, log], env });
    closeSync(log);
    this.#child.on("error", () => {});
    this.pid = this.#child.pid ?? 0;
  }

  url(path = "/"): string {
    return `http://127.0.0.1:${this.#launch.port}${path}`;
  }

  /** Milliseconds from the start to the end of the first good reply. */
  async ready(): Promise<number> {
    const end = performance.now() + START_PATIENCE;
    const runs = (): boolean => this.pid !== 0 && this.#child.exitCode === null && performance.now() < end;
    const reply = await firstReply(this.url(), runs);
    if (reply === null) throw new Error(`does not answer:\n${this.#lastLines()}`);
    return performance.now() - this.#started;
  }

  /** Asks to stop, waits, and ends by force whatever is left. */
  async [Symbol.asyncDispose](): Promise<void> {
    const tree = this.pid === 0 ? [] : processTree(this.pid);
    if (tree.some((member) => member.pid === this.pid)) killQuietly(this.pid, "SIGTERM");
    const end = performance.now() + STOP_PATIENCE;
    while (performance.now() < end && tree.some(stillRuns)) await sleep(10);
    this.kill(tree);
  }

  /** `known` are those that were in the tree before: orphans are no longer found from the root. */
  kill(known: readonly TreeMember[] = []): void {
    const tree = this.pid === 0 ? [] : processTree(this.pid);
    for (const member of [...known, ...tree]) {
      if (stillRuns(member)) killQuietly(member.pid, "SIGKILL");
    }
    this.#ending[Symbol.dispose]();
  }

  #lastLines(): string {
    return readFileSync(this.#launch.log, "utf8").trimEnd().split("\n").slice(-15).join("\n");
  }
}

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const listener = net.createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => listener.once("listening", resolve));
  const address = listener.address();
  await new Promise((resolve) => listener.close(resolve));
  if (address === null || typeof address === "string") throw new Error("the kernel gave no port");
  return address.port;
}

function killQuietly(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended by itself.
  }
}
