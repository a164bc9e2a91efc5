import { resolve } from "node:path";
import type { Settings } from "../../settings/settings.ts";

/** Absolute paths; null where the lines go to the standard output, or where they all go to the log. */
export interface LogFiles {
  readonly log: string | null;
  readonly requests: string | null;
}

export function logFilesOf({ logto, logto2, reqLogger }: Settings): LogFiles {
  const log = logto2 ?? logto;
  const requests = reqLogger?.path ?? null;
  return { log: log === null ? null : resolve(log), requests: requests === null ? null : resolve(requests) };
}
