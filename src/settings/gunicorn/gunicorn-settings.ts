/** The table of Gunicorn's settings: each has a row, and each row says what the setting means here. */

import { type GunicornFlag, lettersOf } from "../../config/gunicorn/argv.ts";
import type { GunicornSetting } from "./setting.ts";
import { hookSettings } from "./table/hook-settings.ts";
import { logSettings } from "./table/log-settings.ts";
import { processSettings } from "./table/process-settings.ts";
import { protocolSettings } from "./table/protocol-settings.ts";
import { serverSettings } from "./table/server-settings.ts";

/** In the order of the help. */
export const gunicornGroups: readonly {
  readonly title: string;
  readonly rows: Readonly<Record<string, GunicornSetting>>;
}[] = [
  { title: "Server", rows: serverSettings },
  { title: "Processes", rows: processSettings },
  { title: "Logging", rows: logSettings },
  { title: "Protocols", rows: protocolSettings },
  { title: "Hooks", rows: hookSettings },
];

export const gunicornSettings: ReadonlyMap<string, GunicornSetting> = new Map(
  gunicornGroups.flatMap(({ rows }) => Object.entries(rows)),
);

export const gunicornFlags: readonly GunicornFlag[] = [...gunicornSettings]
  .filter(([, { flags }]) => flags.length > 0)
  .map(([name, { flags, type }]) => ({
    setting: name,
    written: flags,
    value: type.value,
    alsoCalled: [lettersOf(name)],
  }));
