/**
 * The one option table. A new option is a row in one of the groups; everything else follows.
 * Names are uWSGI's where uWSGI has one.
 */

import type { NoEffect, Option, Refused, Row } from "./option.ts";
import { applicationOptions } from "./table/application-options.ts";
import { fileOptions } from "./table/file-options.ts";
import { laterOptions } from "./table/later-options.ts";
import { listenerOptions } from "./table/listener-options.ts";
import { logOptions } from "./table/log-options.ts";
import { processOptions } from "./table/process-options.ts";
import { requestOptions } from "./table/request-options.ts";

const table = {
  ...listenerOptions,
  ...applicationOptions,
  ...processOptions,
  ...requestOptions,
  ...logOptions,
  ...fileOptions,
  ...laterOptions,
} satisfies Record<string, Row>;

export type OptionName = keyof typeof table;

/** The same table for code that walks it: names are text there. */
export const options: ReadonlyMap<string, Row> = new Map(Object.entries(table));

/** In the order of the help and of docs/options.md. */
export const optionGroups: readonly { readonly title: string; readonly names: readonly string[] }[] = [
  { title: "Application", names: Object.keys(applicationOptions) },
  { title: "Listeners", names: Object.keys(listenerOptions) },
  { title: "Processes", names: Object.keys(processOptions) },
  { title: "Requests and responses", names: Object.keys(requestOptions) },
  { title: "Logging", names: Object.keys(logOptions) },
  { title: "Configuration files", names: Object.keys(fileOptions) },
  { title: "Not in this version", names: Object.keys(laterOptions) },
];

/** "http-keepalive" is httpKeepalive in the settings. */
export type CamelCase<Name extends string> = Name extends `${infer First}-${infer Rest}`
  ? `${First}${Capitalize<CamelCase<Rest>>}`
  : Name;

/** A value for each row that has an effect: durations in milliseconds, sizes in bytes, null where nothing was given. */
export type OptionValues = {
  readonly [Name in OptionName as (typeof table)[Name] extends NoEffect | Refused
    ? never
    : CamelCase<Name>]: (typeof table)[Name] extends Option<infer _Type, infer Value> ? Value : never;
};
