/** uWSGI's `--reload PIDFILE`, `--stop PIDFILE`, `--pause PIDFILE`: what `tsgi ctl` does, in its words. */

import type { PlainCommandName } from "../base/commands.ts";
import type { Configuration } from "../config/configuration.ts";
import type { CtlOrder } from "./ctl-words.ts";

const COMMANDS: ReadonlyMap<string, PlainCommandName> = new Map([
  ["reload", "reload"],
  ["stop", "stop"],
  ["pause", "pause"],
  ["resume", "resume"],
]);

/** What is to be told to other instances; nothing is started then. */
export function pidfileOrders({ entries }: Configuration): readonly CtlOrder[] {
  return entries.flatMap(({ name, value }): readonly CtlOrder[] => {
    const command = COMMANDS.get(name);
    if (command === undefined || value === null || value === "") return [];
    return [
      {
        which: { by: "pidfile", path: value },
        wanted: { do: "command", name: command },
        asJson: false,
        waits: false,
      },
    ];
  });
}
