import type { Hook } from "../../base/hook.ts";
import type { Generation } from "../processes/generation.ts";
import { EarlyEnd, watchForEnd } from "./early-end.ts";
import { HookRun } from "./hook-run.ts";
import { servingPlace } from "./place.ts";

export interface Touch {
  /** "hook-touch (/run/site.state)" */
  readonly cause: string;
  readonly generation: Generation;
  /** Descriptor of the log. */
  readonly output: number;
}

/** A file was touched: beside the master's loop, which goes on meanwhile. Failures are only logged. */
export async function runTouchHook(hook: Hook, { cause, generation, output }: Touch): Promise<void> {
  using end = watchForEnd();
  const place = servingPlace(generation);
  const hooks = new HookRun({ ...generation, place, output, signal: end.signal });
  try {
    await hooks.runOne(hook, cause);
  } catch (error) {
    if (!(error instanceof EarlyEnd)) throw error;
  }
}
