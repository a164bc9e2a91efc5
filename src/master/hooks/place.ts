import type { Settings } from "../../settings/settings.ts";
import { zygoteEnvironment } from "../processes/zygote-boot.ts";

/** Where hooks and what comes after them run: chdir: and putenv: of one hook hold for all that follow, the application included. */
export interface Place {
  /** Absolute. */
  readonly directory: string;
  readonly environment: NodeJS.ProcessEnv;
}

/** Before any hook. `directory`: where tsgi was started. */
export function firstPlace(settings: Settings, directory: string): Place {
  return { directory, environment: zygoteEnvironment(settings, process.env) };
}
