/** The ways to reload, by the names of their commands. */

import type { CommandName } from "../../base/commands.ts";

export type ReloadCommand = Extract<CommandName, `reload${string}`>;

export interface Manner {
  /** A new configuration and new code, or fresh workers of what runs. */
  readonly brings: "generation" | "workers";
  /** One worker after the other: never more than one beyond their number. */
  readonly isChain: boolean;
  /** An old worker is killed when its successor serves, whatever it is doing. */
  readonly isAtOnce: boolean;
}

export const manners: { readonly [Name in ReloadCommand]: Manner } = {
  reload: { brings: "generation", isChain: false, isAtOnce: false },
  "reload-at-once": { brings: "generation", isChain: false, isAtOnce: true },
  "reload-chain": { brings: "generation", isChain: true, isAtOnce: false },
  "reload-workers": { brings: "workers", isChain: false, isAtOnce: false },
  "reload-workers-at-once": { brings: "workers", isChain: false, isAtOnce: true },
};

/** What the log says when it begins. */
export function describeBeginning({ brings, isChain, isAtOnce }: Manner): string {
  const what = brings === "generation" ? "reloading" : "replacing the workers by fresh ones";
  if (isAtOnce) return `${what}; the running workers are killed as soon as new ones serve`;
  return `${what}${isChain ? ", one after the other" : ""}; the running workers serve on`;
}
