/** What a start asks of the machine before it makes anything; `tsgi check` asks the same. */

import { resolve } from "node:path";
import { originOf } from "../../settings/origin.ts";
import type { ListenerSetting, Settings } from "../../settings/settings.ts";
import { missingApplications, requireDirectory } from "./application-places.ts";
import type { InheritedFiles } from "./inherited-files.ts";
import { findInterpreter } from "./interpreter.ts";
import { requireBindablePath } from "./listener.ts";
import { requireWritable } from "./open-file.ts";
import { resolveIdentity, resolveImmediate, resolveOwner } from "./privileges.ts";
import { requireReachable } from "./reachable.ts";
import { type Refusal, refusalOf } from "./refusal.ts";

/** Binds, writes and executes nothing of the instance's. `python`: where it runs already. */
export function preflight(
  settings: Settings,
  { python, inherited }: { python: string | null; inherited: InheritedFiles | null },
): readonly Refusal[] {
  const first = [
    () => python ?? findInterpreter(settings, process.env),
    () => resolveImmediate(settings),
    () => resolveIdentity(settings),
    () => resolveOwner(settings),
    () => requireDirectory(originOf(settings, "chdir"), settings.chdir),
    ...writtenFiles(settings)
      .filter(([, path]) => inherited?.has(path) !== true)
      .map(
        ([option, path]) =>
          () =>
            requireWritable(originOf(settings, option), path),
      ),
  ].flatMap((question) => refusalOf(question) ?? []);
  if (first.length > 0) return first;
  const toBeRun = python === null ? [findInterpreter(settings, process.env)] : [];
  const foreign = refusalOf(() => requireReachable(settings, resolveIdentity(settings), toBeRun));
  return foreign === null ? [] : [foreign];
}

/**
 * What a start does not ask before: binding and Python say it there, together with what only they find out.
 * That a port is free now says nothing about the start.
 */
export function foreseeable(settings: Settings): readonly Refusal[] {
  const places = settings.listeners.flatMap((listener) => refusalOf(() => requirePlace(listener)) ?? []);
  return [...places, ...missingApplications(settings)];
}

type WrittenFile = readonly [option: string, path: string];

function writtenFiles(settings: Settings): readonly WrittenFile[] {
  const { logto, logto2, pidfile, pidfile2, reqLogger } = settings;
  return Object.entries({ logto, logto2, pidfile, pidfile2, "req-logger": reqLogger?.path ?? null }).flatMap(
    ([option, path]) => (path === null ? [] : [[option, path] as const]),
  );
}

function requirePlace({ address, origin }: ListenerSetting): void {
  if (address.kind !== "unix") return;
  const refusal = refusalOf(() => requireBindablePath(resolve(address.path)));
  if (refusal !== null) throw refusal.at(origin);
}
