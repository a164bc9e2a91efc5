/** What the settings want done when which file changes. */

import { resolve } from "node:path";
import type { CommandName } from "../../base/commands.ts";
import type { Hook } from "../../base/hook.ts";
import type { AttachedProgram } from "../../settings/attached-program.ts";
import { commandHook } from "../../settings/hook-language.ts";
import type { Settings } from "../../settings/settings.ts";

export interface Trigger {
  readonly option: string;
  /** Absolute. */
  readonly path: string;
  readonly does:
    | { readonly kind: "command"; readonly name: Exclude<CommandName, "scale"> }
    | { readonly kind: "hook"; readonly hook: Hook }
    | { readonly kind: "renew"; readonly program: AttachedProgram };
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
  const hooks = [
    ...settings.touchExec.map(({ path, command }) => ["touch-exec", path, commandHook(command)] as const),
    ...settings.hookTouch.map(({ path, hook }) => ["hook-touch", path, hook] as const),
  ];
  const actions = hooks.map(([option, path, hook]): Trigger => {
    return { option, path: resolve(directory, path), does: { kind: "hook", hook }, looksInside: false };
  });
  return [...commands, ...actions, ...programTriggers(settings)];
}

/** An attached program's own files are seen from where it runs. */
function programTriggers(settings: Settings): readonly Trigger[] {
  return settings.attachDaemon2.flatMap((program) => {
    const directory = resolve(settings.chdir ?? ".", program.directory ?? ".");
    return program.touch.map((path): Trigger => {
      const does = { kind: "renew", program } as const;
      return { option: "attach-daemon2", path: resolve(directory, path), does, looksInside: false };
    });
  });
}
