import { openLog } from "../../observe/log.ts";
import type { Generation } from "../processes/generation.ts";
import { EarlyEnd, watchForEnd } from "./early-end.ts";
import { HookRun } from "./hook-run.ts";
import { servingPlace } from "./place.ts";

/** The instance has ended: what the generation that has served last does then. Failures are only logged. */
export async function atExit(generation: Generation, output: number): Promise<void> {
  using end = watchForEnd();
  const place = servingPlace(generation);
  try {
    await new HookRun({ ...generation, place, output, signal: end.signal }).runAll("as-user-atexit");
  } catch (error) {
    if (!(error instanceof EarlyEnd)) throw error;
    openLog(output).event(`as-user-atexit: ended by ${error.message}`);
  }
}
