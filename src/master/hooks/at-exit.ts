import type { Generation } from "../processes/generation.ts";
import { watchForEnd } from "./early-end.ts";
import { HookRun } from "./hook-run.ts";

/** The instance has ended, or a reload begins: what the running generation does then. Failures are only logged. */
export async function atExit({ settings, place }: Generation, output: number): Promise<void> {
  using end = watchForEnd();
  await new HookRun({ settings, place, output, signal: end.signal }).runAll("as-user-atexit");
}
