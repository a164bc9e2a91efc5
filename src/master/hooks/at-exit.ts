import type { Generation } from "../processes/generation.ts";
import { watchForEnd } from "./early-end.ts";
import { HookRun } from "./hook-run.ts";
import { servingPlace } from "./place.ts";

/** The instance has ended, or a reload begins: what the running generation does then. Failures are only logged. */
export async function atExit(generation: Generation, output: number): Promise<void> {
  using end = watchForEnd();
  const place = servingPlace(generation);
  await new HookRun({ ...generation, place, output, signal: end.signal }).runAll("as-user-atexit");
}
