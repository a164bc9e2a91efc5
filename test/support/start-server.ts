/**
 * Starts the real command as an operator would, and leaves nothing behind:
 *
 *   await using server = await startServer(["--processes", "2", app]);
 *   await server.fetch("/")           text of the first listener, by Node's own fetch
 *   await server.pids("worker")       by process title
 *   await server.waitForLog(/killed by signal 9/)
 *   await server.stop()               SIGTERM; the exit code
 *
 * The server listens on a port of its own unless the arguments name listeners. Its processes are
 * found by a mark in their environment, also those that outlive the master.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
export const NODE = join(ROOT, "node_modules/.bin/node");
export const TSGI = join(ROOT, "bin/tsgi.js");

const MARK = "TSGI_TEST_RUN";
const PATIENCE = 15_000;
const POLL = 20;

export type Role = "master" | "router" | "zygote" | "worker";

export interface StartOptions {
  readonly environment?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Put before the command: ["setpriv", "--reuid", "nobody", …], ["systemd-socket-activate", …]. */
  readonly wrapper?: readonly string[];
  /** Resolve at once instead of waiting for the server to listen. */
  readonly withoutWaiting?: boolean;
  /** Do not add a listener: the command's own default, or what it inherits. */
  readonly withoutListener?: boolean;
}

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** Adds --http 127.0.0.1:0 unless the arguments bring a listener. Rejects when the server ends instead of listening. */
export async function startServer(
  args: readonly string[],
  options: StartOptions = {},
): Promise<RunningServer> {
  const hasListener =
    options.withoutListener || args.some((argument) => /^--http(-socket)?(=|$)/.test(argument));
  const server = new RunningServer(hasListener ? args : ["--http", "127.0.0.1:0", ...args], options);
  try {
    if (options.withoutWaiting !== true) await server.untilListening();
    return server;
  } catch (error) {
    await server[Symbol.asyncDispose]();
    throw error;
  }
}

/** Runs the command to its end: for starts that are refused. */
export async function runToEnd(
  args: readonly string[],
  options: StartOptions = {},
): Promise<{ exit: Exit; output: string; leftBehind: readonly number[] }> {
  await using server = await startServer(args, { ...options, withoutWaiting: true });
  const exit = await server.exit;
  return { exit, output: server.log, leftBehind: server.allPids() };
}

export class RunningServer implements AsyncDisposable {
  /** Settles when the master has ended and its output is complete. */
  readonly exit: Promise<Exit>;
  readonly #child: ChildProcess;
  readonly #mark = randomUUID();
  /** TMPDIR of the server: killed all at once, it could not remove its run-time directory itself. */
  readonly #scratch = mkdtempSync(join(tmpdir(), "tsgi-test-"));
  #log = "";
  #hasEnded = false;

  constructor(args: readonly string[], { environment = {}, cwd = ROOT, wrapper = [] }: StartOptions) {
    // As /tmp is: also for a server that becomes another user.
    chmodSync(this.#scratch, 0o1777);
    const [command = NODE, ...rest] = [...wrapper, NODE, TSGI, ...args];
    this.#child = spawn(command, rest, {
      cwd,
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, TMPDIR: this.#scratch, ...environment, [MARK]: this.#mark },
    });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.setEncoding("utf8").on("data", (text: string) => {
        this.#log += text;
      });
    }
    this.exit = new Promise((resolve, reject) => {
      this.#child.once("error", reject);
      this.#child.once("exit", (code, signal) => {
        // What was written just before is still in the pipe.
        setTimeout(() => {
          this.#hasEnded = true;
          resolve({ code, signal });
        }, 2 * POLL);
      });
    });
    this.exit.catch(() => undefined);
  }

  /** The master's pid. */
  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** Everything that the server has written so far, both streams. */
  get log(): string {
    return this.#log;
  }

  /** As announced: "http://127.0.0.1:41234", "unix:/tmp/a.sock", "uwsgi+unix:/tmp/b.sock". */
  get urls(): readonly string[] {
    return [...this.#log.matchAll(/^listening on (.+?)(?: \(http.*\))?$/gm)].flatMap(
      (match) => match[1] ?? [],
    );
  }

  /** The first TCP listener for HTTP. */
  get url(): string {
    const url = this.urls.find((one) => one.startsWith("http:"));
    if (url === undefined) throw new Error(`no TCP listener was announced:\n${this.#log}`);
    return url.replace("//0.0.0.0:", "//127.0.0.1:").replace("//[::]:", "//[::1]:");
  }

  get port(): number {
    return Number(new URL(this.url).port);
  }

  async untilListening(): Promise<void> {
    await this.waitForLog(/^listening on /m);
  }

  async waitForLog(pattern: RegExp): Promise<void> {
    await this.until(`the log to match ${pattern}`, () => pattern.test(this.#log));
  }

  /** As until(), but rejects at once, with the log, when the server has ended. */
  async until(what: string, isSo: () => boolean, state: () => string = () => this.#log): Promise<void> {
    await until(what, () => isSo() || this.#hasEnded, state);
    if (!isSo()) throw new Error(`the server ended before ${what}:\n${state()}`);
  }

  async fetch(path = "/", init: RequestInit = {}): Promise<Response> {
    return fetch(`${this.url}${path}`, { ...init, headers: { connection: "close", ...init.headers } });
  }

  /** Pids of one role, in the order of their numbers. */
  pids(role: Role): readonly number[] {
    const title = new RegExp(`tsgi: ${role}\\b(?: (\\d+))?`);
    return this.allPids()
      .flatMap((pid) => {
        const match = title.exec(readTitle(pid));
        return match === null ? [] : [{ pid, number: Number(match[1] ?? 0) }];
      })
      .sort((left, right) => left.number - right.number || left.pid - right.pid)
      .map(({ pid }) => pid);
  }

  /** Waits until exactly so many processes have that role, none of them among `others`. */
  async untilPids(
    role: Role,
    wanted: { count: number; without?: readonly number[] },
  ): Promise<readonly number[]> {
    const isThere = () => {
      const pids = this.pids(role);
      return pids.length === wanted.count && !pids.some((pid) => wanted.without?.includes(pid));
    };
    await until(`${wanted.count} × ${role}`, isThere, () => `${this.describeProcesses()}\n${this.#log}`);
    return this.pids(role);
  }

  /** Every process of this server that still runs, whatever its parent. Zombies do not count. */
  allPids(): readonly number[] {
    return readdirSync("/proc")
      .filter((name) => /^\d+$/.test(name))
      .map(Number)
      .filter((pid) => this.#isOurs(pid));
  }

  describeProcesses(): string {
    return this.allPids()
      .map((pid) => `${pid} ${readTitle(pid)}`)
      .join("\n");
  }

  /** Waits until nothing of the server runs any more. */
  async untilGone(milliseconds = PATIENCE): Promise<void> {
    await until(
      "every process to end",
      () => this.allPids().length === 0,
      () => this.describeProcesses(),
      milliseconds,
    );
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  async stop(signal: NodeJS.Signals = "SIGTERM"): Promise<Exit> {
    this.kill(signal);
    return this.exit;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (let attempt = 0; attempt < 100 && this.allPids().length > 0; attempt += 1) {
      for (const pid of this.allPids()) killQuietly(pid);
      await sleep(POLL);
    }
    this.#child.stdout?.destroy();
    this.#child.stderr?.destroy();
    rmSync(this.#scratch, { recursive: true, force: true });
  }

  #isOurs(pid: number): boolean {
    try {
      // A zombie's environment is empty.
      return readFileSync(`/proc/${pid}/environ`, "latin1").includes(`${MARK}=${this.#mark}`);
    } catch {
      return false;
    }
  }
}

/** A folder of its own for applications, sockets and logs; removed at the end. */
export class Folder implements Disposable {
  readonly path = mkdtempSync(join(tmpdir(), "tsgi-test-"));

  /** Writes a file and answers its path. */
  write(name: string, text: string): string {
    const path = this.file(name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
    return path;
  }

  file(name: string): string {
    return join(this.path, name);
  }

  read(name: string): string {
    return readFileSync(this.file(name), "utf8");
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

/** Polls; no fixed sleeps. Rejects with `state` in the message when it takes too long. */
export async function until(
  what: string,
  isSo: () => boolean | Promise<boolean>,
  state: () => string = () => "",
  milliseconds = PATIENCE,
): Promise<void> {
  const deadline = Date.now() + milliseconds;
  while (!(await isSo())) {
    if (Date.now() > deadline) throw new Error(`waited ${milliseconds} ms for ${what}\n${state()}`);
    await sleep(POLL);
  }
}

export function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

function readTitle(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ").trim();
  } catch {
    return "";
  }
}

function killQuietly(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It has ended in between.
  }
}
