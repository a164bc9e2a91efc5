/** First words that are meant as a command and are none: uWSGI's command line would take them for applications. */

import { editDistance } from "../base/nearest-name.ts";
import { formatOf } from "../config/uwsgi/sources.ts";
import { subcommands } from "./commands.ts";

/** Commands of other programs, and how to have the same here. */
const REMEDIES: ReadonlyMap<string, string> = new Map([
  ["help", "tsgi --help tells what there is"],
  ["version", "tsgi --version tells it"],
  ...["status", "reload", "stop", "restart"].map(
    (word) =>
      [word, `tsgi ctl ${word === "restart" ? "reload" : word} does that to a running instance`] as const,
  ),
]);
/** They stand before what is to be served. */
const SERVING: ReadonlySet<string> = new Set(["run", "serve", "start"]);

/** What to say about it; null where it may well be an application. `isThere` tells of paths. */
export function mistakenCommand(argv: readonly string[], isThere: (path: string) => boolean): string | null {
  const [first, second] = argv;
  // Options may name a folder that has it.
  if (first === undefined || argv.some((word) => word.startsWith("-"))) return null;
  const remedy = remedyFor(first, second);
  if (remedy === null || isThere(first) || isThere(`${first}.py`)) return null;
  return `"${first}" (argument 1): no such command, and no application of that name is here; ${remedy}`;
}

function remedyFor(first: string, second: string | undefined): string | null {
  if (SERVING.has(first))
    return second === undefined || formatOf(second) !== null ? null : `leave it out: tsgi ${second}`;
  const meant = Object.keys(subcommands).find((name) => editDistance(first, name) === 1);
  return meant === undefined ? (REMEDIES.get(first) ?? null) : `did you mean tsgi ${meant}?`;
}
