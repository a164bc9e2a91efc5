/** What the settings want done when which file changes. */

import { resolve } from "node:path";
import type { CommandName } from "../../base/commands.ts";
import type { Settings } from "../../settings/settings.ts";

export interface Trigger {
  readonly option: string;
  /** Absolute. */
  readonly path: string;
  readonly does:
    | { readonly kind: "command"; readonly name: Exclude<CommandName, "scale"> }
    | { readonly kind: "exec"; readonly command: string };
  /** A directory counts with what is in it. */
  readonly looksInside: boolean;
}

export function triggersOf(settings: Settings): readonly Trigger[] {
  const directory = settings.chdir ?? ".";
  const rows: readonly (readonly [string, readonly string[], Exclude<CommandName, "scale">])[] = [
    ["touch-reload", settings.touchReload, "reload"],
    ["touch-chain-reload", settings.touchChainReload, "reload-chain"],
    ["touch-workers-reload", settings.touchWorkersReload, "reload-workers"],
    ["touch-logreopen", settings.touchLogreopen, "reopen-logs"],
    ["touch-logrotate", settings.touchLogrotate, "rotate-logs"],
    ["fs-reload", settings.fsReload, "reload"],
    ["fs-brutal-reload", settings.fsBrutalReload, "reload-at-once"],
  ];
  const commands = rows.flatMap(([option, paths, name]) =>
    paths.map((path): Trigger => {
      const looksInside = option.startsWith("fs-");
      return { option, path: resolve(directory, path), does: { kind: "command", name }, looksInside };
    }),
  );
  const programs = settings.touchExec.map(({ path, command }): Trigger => {
    return {
      option: "touch-exec",
      path: resolve(directory, path),
      does: { kind: "exec", command },
      looksInside: false,
    };
  });
  return [...commands, ...programs];
}
