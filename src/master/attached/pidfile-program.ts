import { readFileSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { SECOND } from "../../base/duration.ts";
import type { Log } from "../../observe/log.ts";
import type { AttachedProgram } from "../../settings/attached-program.ts";
import type { Ending } from "../events.ts";
import { killGroup } from "../hooks/shell.ts";
import { describeEnding, showSpan } from "../processes/endings.ts";
import type { Generation } from "../processes/generation.ts";
import { isTaken } from "../processes/process-table.ts";
import { Seat } from "../processes/seat.ts";
import { Refusal } from "../start/refusal.ts";
import type { AttachedProcess } from "./attached-process.ts";
import {
  type Companion,
  departure,
  nameOf,
  type Occasion,
  placeOf,
  type Surroundings,
  startProcess,
} from "./companion.ts";

/** How often the pidfile is read. */
const CHECK = 1 * SECOND;
const SIGHUP = 1;

/**
 * One with a pidfile: it runs when the pidfile names a process that does, whoever has started it.
 * It outlives reloads and the instance.
 */
export class PidfileProgram implements Companion {
  readonly program: AttachedProgram;
  readonly #log: Log;
  readonly #seat = new Seat<{ readonly since: number }>(0);
  #surroundings: Surroundings;
  #pid: number | null = null;
  /** The command, until it has put its program into the background. */
  #starter: AttachedProcess | null = null;
  /** How many times in a row the pidfile has named nobody. */
  #missed = 0;
  #nextCheck = 0;
  #isOver = false;
  /** When a command is killed that has neither ended nor a pidfile. */
  #deadline: number | null = null;

  constructor(program: AttachedProgram, { surroundings, log }: { surroundings: Surroundings; log: Log }) {
    this.program = program;
    this.#surroundings = surroundings;
    this.#log = log;
  }

  /** One that nobody could find again must not outlive the instance. */
  get isGone(): boolean {
    return !this.#isOver || this.#starter === null || this.#pid !== null;
  }

  goOn(now: number): void {
    if (this.#deadline !== null && now >= this.#deadline) this.kill();
    if (this.#isOver || now < this.#nextCheck) return;
    this.#nextCheck = now + CHECK;
    const pid = this.#readPid();
    if (pid !== null) return this.#noteRunning(pid, now);
    if (this.#seat.occupant !== null) this.#noteMissing(now);
    if (this.#seat.dueIn(now) === 0) this.#start(now);
  }

  waits(now: number): readonly number[] {
    if (this.#isOver) return this.#deadline === null ? [] : [this.#deadline - now];
    return [this.#nextCheck - now];
  }

  takeExit(process: AttachedProcess, ending: Ending): boolean {
    if (process !== this.#starter) return false;
    this.#starter = null;
    if (ending.exitCode !== 0)
      this.#log.event(`${nameOf(this.program)} (pid ${process.pid}): ${describeEnding(ending)}`);
    return true;
  }

  renew(generation: Generation, { why }: Occasion): void {
    this.#surroundings = { ...this.#surroundings, generation };
    this.#isOver = false;
    if (this.#pid === null) return;
    // It is started again when its pidfile names nobody.
    if (why === "touch") killGroup(this.#pid, this.program.stopSignal);
    else if (this.program.isNotified) killGroup(this.#pid, this.program.reloadSignal ?? SIGHUP);
  }

  startNoMore(): void {
    this.#isOver = true;
  }

  leave(deadline: number): void {
    this.#isOver = true;
    this.#pid = this.#readPid();
    if (this.#pid === null) {
      this.#deadline = deadline;
      return this.#starter?.signal(this.program.stopSignal);
    }
    if (this.program.isNotified) killGroup(this.#pid, this.program.stopSignal);
    else this.#log.event(`${this.#title()}: goes on, as it has a pidfile`);
  }

  /** With a pidfile it outlives the instance, however that ends. */
  kill(): void {
    this.#isOver = true;
    this.#deadline = null;
    this.#pid = this.#readPid();
    if (this.#pid === null) this.#starter?.signal("SIGKILL");
  }

  #noteRunning(pid: number, now: number): void {
    this.#missed = 0;
    this.#seat.occupant ??= { since: now };
    if (pid === this.#pid) return;
    this.#pid = pid;
    this.#log.event(`${this.#title()}: runs`);
  }

  #noteMissing(now: number): void {
    const since = this.#seat.occupant?.since ?? now;
    if (this.#pid === null && ++this.#missed < this.program.patience) return;
    this.#missed = 0;
    if (this.#starter !== null && !this.program.isPutInBackground)
      return this.#log.event(
        `${nameOf(this.program)}: has not gone to the background, and ${this.#pidfile} names nobody`,
      );
    const pause = this.#seat.vacate(departure(this.program, { lived: now - since, now }));
    const again = pause === 0 ? "it is started again" : `it is started again in ${showSpan(pause)}`;
    this.#log.event(`${this.#pid === null ? nameOf(this.program) : this.#title()}: does not run; ${again}`);
    this.#pid = null;
  }

  #start(now: number): void {
    try {
      this.#starter = startProcess(this.program, this.#surroundings);
      this.#seat.occupant = { since: now };
      if (this.program.isPutInBackground) writeFileSync(this.#pidfile, `${this.#starter.pid}\n`);
      this.#log.event(`${nameOf(this.program)}: started`);
    } catch (error) {
      this.#isOver = true;
      const text = error instanceof Refusal ? error.text : (error as Error).message;
      this.#log.event(`${nameOf(this.program)}: not started: ${text}`);
    }
  }

  get #pidfile(): string {
    const { directory } = placeOf({ directory: null }, this.#surroundings.generation);
    return resolve(directory, this.program.pidfile ?? "");
  }

  /** Null where it names nobody that runs. */
  #readPid(): number | null {
    try {
      const pid = Number.parseInt(readFileSync(this.#pidfile, "utf8"), 10);
      return pid > 0 && isTaken(pid) ? pid : null;
    } catch {
      return null;
    }
  }

  #title(): string {
    return `${nameOf(this.program)} (pid ${this.#pid})`;
  }
}
