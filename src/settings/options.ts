/**
 * The one option table. A new option is a row in one of the groups; everything else follows.
 * Names are uWSGI's where uWSGI has one.
 */

import { knownGroups } from "./known-groups.ts";
import type { Option, Row } from "./option.ts";
import { applicationOptions } from "./table/application-options.ts";
import { controlOptions } from "./table/control-options.ts";
import { hookOptions } from "./table/hook-options.ts";
import { limitOptions } from "./table/limit-options.ts";
import { listenerOptions } from "./table/listener-options.ts";
import { logOptions } from "./table/log-options.ts";
import { overtimeOptions } from "./table/overtime-options.ts";
import { processOptions } from "./table/process-options.ts";
import { proxyOptions } from "./table/proxy-options.ts";
import { recyclingOptions } from "./table/recycling-options.ts";
import { reloadOptions } from "./table/reload-options.ts";
import { requestOptions } from "./table/request-options.ts";
import { scalingOptions } from "./table/scaling-options.ts";

/** Rows with a setting: their names and types are those of Settings. */
const table = {
  ...listenerOptions,
  ...proxyOptions,
  ...applicationOptions,
  ...processOptions,
  ...reloadOptions,
  ...recyclingOptions,
  ...limitOptions,
  ...scalingOptions,
  ...controlOptions,
  ...hookOptions,
  ...requestOptions,
  ...overtimeOptions,
  ...logOptions,
} satisfies Record<string, Option<unknown, unknown>>;

export type OptionName = keyof typeof table;

/** In the order of docs/options.md. */
export const optionGroups: readonly { readonly title: string; readonly names: readonly string[] }[] = [
  { title: "Application", names: Object.keys(applicationOptions) },
  { title: "Listeners", names: Object.keys(listenerOptions) },
  { title: "Proxies in front", names: Object.keys(proxyOptions) },
  { title: "Processes", names: Object.keys(processOptions) },
  { title: "Reloading", names: Object.keys(reloadOptions) },
  { title: "Recycling", names: Object.keys(recyclingOptions) },
  { title: "Limits of processes", names: Object.keys(limitOptions) },
  { title: "As many workers as the load needs", names: Object.keys(scalingOptions) },
  { title: "Control", names: Object.keys(controlOptions) },
  { title: "Hooks and attached programs", names: Object.keys(hookOptions) },
  { title: "Requests and responses", names: Object.keys(requestOptions) },
  { title: "Requests that take too long", names: Object.keys(overtimeOptions) },
  { title: "Logging", names: Object.keys(logOptions) },
  ...knownGroups.map(({ title, rows }) => ({ title, names: Object.keys(rows) })),
];

/** All rows, also those without a setting. */
export const options: ReadonlyMap<string, Row> = new Map<string, Row>([
  ...knownGroups.flatMap(({ rows }) => Object.entries(rows)),
  ...Object.entries(table),
]);

/** "http-keepalive" is httpKeepalive in the settings. */
export type CamelCase<Name extends string> = Name extends `${infer First}-${infer Rest}`
  ? `${First}${Capitalize<CamelCase<Rest>>}`
  : Name;

/** A value for each row that has a setting: durations in milliseconds, sizes in bytes, null where nothing was given. */
export type OptionValues = {
  readonly [Name in OptionName as CamelCase<Name>]: (typeof table)[Name] extends Option<
    infer _Type,
    infer Value
  >
    ? Value
    : never;
};
