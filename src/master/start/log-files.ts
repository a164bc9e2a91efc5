import { resolve } from "node:path";
import type { Settings } from "../../settings/settings.ts";
import { isStream } from "./open-file.ts";

/** Absolute paths of what can be opened anew; null where the lines go elsewhere. */
export interface LogFiles {
  readonly log: string | null;
  /** Of the lines of requests, where they have a file of their own. */
  readonly requests: string | null;
}

export function logFilesOf({ logto, logto2, reqLogger }: Settings): LogFiles {
  return { log: absolute(logto2 ?? logto), requests: absolute(reqLogger?.path ?? null) };
}

function absolute(path: string | null): string | null {
  return path === null || isStream(path) ? null : resolve(path);
}
