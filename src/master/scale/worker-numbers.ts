import type { Settings } from "../../settings/settings.ts";
import { PROCESSES } from "../../settings/table/process-options.ts";

type Numbers = Pick<Settings, "processes" | "cheaper" | "cheaperInitial" | "cheap">;

/** How few and how many workers there may be. Without cheaper only an operator changes their number, as he likes. */
export function boundsOf({ processes, cheaper }: Numbers): { readonly least: number; readonly most: number } {
  return cheaper === 0
    ? { least: 1, most: PROCESSES.to }
    : { least: Math.min(cheaper, processes), most: processes };
}

/** How many a start makes: with `cheap` none before the first request. */
export function startSize(settings: Numbers): number {
  return settings.cheap ? 0 : awakeSize(settings);
}

/** How many there are as soon as there is something to do. */
export function awakeSize(settings: Numbers): number {
  const { cheaper, cheaperInitial, processes } = settings;
  return cheaper === 0 ? processes : clamp(cheaperInitial ?? cheaper, settings);
}

/** After a reload: the number that scaling has come to, unless the configuration says another one than before. */
export function sizeAfterReload(
  size: number,
  { before, after }: { before: Numbers; after: Numbers },
): number {
  if (size === 0) return 0; // until the next request
  const isSame = before.processes === after.processes && before.cheaper === after.cheaper;
  if (isSame) return size;
  return after.cheaper === 0 ? after.processes : clamp(size, after);
}

export function clamp(size: number, numbers: Numbers): number {
  const { least, most } = boundsOf(numbers);
  return Math.min(Math.max(size, least), most);
}
