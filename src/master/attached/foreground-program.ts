import type { Log } from "../../observe/log.ts";
import type { AttachedProgram } from "../../settings/attached-program.ts";
import type { Ending } from "../events.ts";
import { describeEnding, showSpan } from "../processes/endings.ts";
import type { Generation } from "../processes/generation.ts";
import { Seat } from "../processes/seat.ts";
import { Refusal } from "../start/refusal.ts";
import type { AttachedProcess } from "./attached-process.ts";
import {
  type Companion,
  departure,
  nameOf,
  type Occasion,
  type Surroundings,
  startProcess,
} from "./companion.ts";

/** One that stays in the foreground: it is started anew when it ends, and ends with the master. */
export class ForegroundProgram implements Companion {
  readonly program: AttachedProgram;
  readonly #log: Log;
  readonly #onControlEnd: (cause: string) => void;
  readonly #seat = new Seat<AttachedProcess>(0);
  #surroundings: Surroundings;
  /** When it is killed if it has not ended. */
  #deadline: number | null = null;
  /** It is not started any more. */
  #isOver = false;

  constructor(
    program: AttachedProgram,
    parts: { surroundings: Surroundings; log: Log; onControlEnd: (cause: string) => void },
  ) {
    this.program = program;
    this.#surroundings = parts.surroundings;
    this.#log = parts.log;
    this.#onControlEnd = parts.onControlEnd;
  }

  get isGone(): boolean {
    return this.#seat.occupant === null;
  }

  goOn(now: number): void {
    const running = this.#seat.occupant;
    if (running !== null && this.#deadline !== null && now >= this.#deadline) {
      this.#log.event(`${this.#title(running)}: has not ended in time and is killed`);
      this.#deadline = null;
      running.signal("SIGKILL");
    }
    if (!this.#isOver && this.#seat.dueIn(now) === 0) this.#start();
  }

  waits(now: number): readonly number[] {
    const deadline = this.#deadline === null ? [] : [this.#deadline - now];
    const due = this.#isOver ? null : this.#seat.dueIn(now);
    return due === null ? deadline : [...deadline, due];
  }

  takeExit(process: AttachedProcess, ending: Ending, now: number): boolean {
    if (this.#seat.occupant !== process) return false;
    const wasAsked = this.#deadline !== null || this.#isOver;
    const lived = now - process.startedAt;
    this.#deadline = null;
    const what = `${this.#title(process)}: ${describeEnding(ending)} after ${showSpan(lived)}`;
    if (wasAsked) this.#seat.release();
    if (wasAsked) this.#log.event(what);
    else this.#takeUnasked(what, lived, now);
    return true;
  }

  renew(generation: Generation, { why, deadline }: Occasion): void {
    this.#surroundings = { ...this.#surroundings, generation };
    const running = this.#seat.occupant;
    this.#isOver = false;
    if (running === null) return this.#seat.release();
    const { reloadSignal } = this.program;
    // It takes care of itself, or ends and is started again as at any other time.
    if (why === "reload" && reloadSignal !== null) return running.signal(reloadSignal);
    this.#log.event(`${this.#title(running)}: is started anew (${why})`);
    this.#ask(running, deadline);
  }

  startNoMore(): void {
    this.#isOver = true;
  }

  leave(deadline: number): void {
    this.#isOver = true;
    const running = this.#seat.occupant;
    if (running !== null) this.#ask(running, deadline);
  }

  kill(): void {
    this.#isOver = true;
    this.#seat.occupant?.signal("SIGKILL");
  }

  #start(): void {
    try {
      const process = startProcess(this.program, this.#surroundings);
      this.#seat.occupant = process;
      this.#log.event(`${this.#title(process)}: started`);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      this.#isOver = true;
      this.#log.event(`${nameOf(this.program)}: not started: ${error.text}`);
    }
  }

  #ask(running: AttachedProcess, deadline: number): void {
    if (this.#deadline === null) running.signal(this.program.stopSignal);
    this.#deadline = deadline;
  }

  #takeUnasked(what: string, lived: number, now: number): void {
    const pause = this.#seat.vacate(departure(this.program, { lived, now }));
    if (!this.program.isControl) {
      const again = pause === 0 ? "it is started again" : `it is started again in ${showSpan(pause)}`;
      return this.#log.event(`${what}; ${again}`);
    }
    this.#isOver = true;
    this.#log.event(`${what}; the instance ends with it`);
    this.#onControlEnd(nameOf(this.program));
  }

  #title({ pid }: AttachedProcess): string {
    return `${nameOf(this.program)} (pid ${pid})`;
  }
}
