import { resolve } from "node:path";
import type { Settings } from "../../settings/settings.ts";
import type { Generation } from "../processes/generation.ts";
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

/** As uWSGI's master, once it serves: in the application's directory. */
export function servingPlace({ settings, place }: Pick<Generation, "settings" | "place">): Place {
  return { ...place, directory: resolve(place.directory, settings.chdir ?? ".") };
}
