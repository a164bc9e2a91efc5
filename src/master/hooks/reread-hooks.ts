/**
 * A reload's hooks in the master: those with which the running generation ends, then those with which
 * the next one begins, as uWSGI runs them when it executes itself anew. One that fails, fails the reload.
 */

import type { Generation, Renewed, Reread } from "../processes/generation.ts";
import { Refusal } from "../start/refusal.ts";
import { EarlyEnd } from "./early-end.ts";
import { HookRun } from "./hook-run.ts";
import { firstPlace, servingPlace } from "./place.ts";

export interface RereadHooksParts {
  /** Where tsgi was started. */
  readonly directory: string;
  /** The log has another descriptor when its file was opened anew. */
  readonly logs: { readonly descriptor: number };
}

export class RereadHooks {
  readonly #read: (signal: AbortSignal) => Promise<Reread>;
  readonly #parts: RereadHooksParts;
  #controller = new AbortController();
  #current: Promise<unknown> = Promise.resolve();

  constructor(read: (signal: AbortSignal) => Promise<Reread>, parts: RereadHooksParts) {
    this.#read = read;
    this.#parts = parts;
  }

  /** Whoever comes while hooks run, ends them: nothing that hangs in them keeps the next reload. */
  async reread(running: Generation): Promise<Renewed> {
    this.stop();
    await this.#current;
    this.#controller = new AbortController();
    const outcome = this.#rereadAndRun(running, this.#controller.signal);
    this.#current = outcome.catch(() => undefined);
    return await outcome;
  }

  stop(): void {
    this.#controller.abort(new EarlyEnd("another reload has begun, or the instance ends", 0));
  }

  async #rereadAndRun(running: Generation, signal: AbortSignal): Promise<Renewed> {
    const outcome = await this.#read(signal);
    if (outcome.kind === "problems") return outcome;
    const { settings } = outcome;
    const { directory, logs } = this.#parts;
    const output = logs.descriptor;
    const hooks = new HookRun({ settings, place: firstPlace(settings, directory), output, signal });
    try {
      await new HookRun({ ...running, place: servingPlace(running), output, signal }).runAll(
        "as-user-atexit",
      );
      await hooks.runAgain();
      return { ...outcome, place: hooks.place };
    } catch (error) {
      if (error instanceof Refusal) return { kind: "problems", problems: error.all.map(({ text }) => text) };
      throw error;
    }
  }
}
