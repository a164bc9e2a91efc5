import type { Risk } from "./option.ts";

/** Actions of a hook that take something away from others: rights to a file, or a part of the file system. */
const guards = /(?:^|\s)(?:chmod|chown|chown2|sticky|umount|mount):/;

/** What leaving out a hook can do: `chmod:/run/site.sock 600` must not be missed, `print:ready` may. */
export function hookRisk(value: string): Risk {
  return guards.test(value) ? "error" : "warning";
}
