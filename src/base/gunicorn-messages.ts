/** What master and zygote say to each other about Gunicorn's configuration; the rest is in messages.ts. */

import type { JsonValue } from "./json-value.ts";

/** What Gunicorn's configuration means to Python: the hooks, and what stands in server.cfg. */
export interface GunicornConfiguration {
  /** The file as given and the module; at most one of them, neither where there is no file. */
  readonly file: string | null;
  readonly module: string | null;
  /** Every setting of Gunicorn with its final value, for server.cfg. */
  readonly settings: { readonly [name: string]: JsonValue };
  /** The settings whose value is a function of the file. */
  readonly hooks: readonly string[];
  /** raw_env, "NAME=VALUE" each. */
  readonly environment: readonly string[];
}

/**
 * The first line for a zygote that is to execute Gunicorn's configuration file; "boot" follows, or its end.
 * As Gunicorn does: where it was started, with that directory in front of sys.path. `chdir`, `pythonpath` and
 * `raw_env`, from wherever, count only afterwards, for the application.
 */
export interface ZygoteConfigure {
  readonly do: "configure";
  /** At most one of the two; with neither there is nothing to execute and the answer is empty. */
  readonly file: string | null;
  readonly module: string | null;
  /** The names of all settings. */
  readonly names: readonly string[];
}

/** What Gunicorn's configuration file has defined. */
export interface GunicornFileValues {
  readonly event: "configured";
  /**
   * Only names that are settings, sets and tuples as arrays. A function is {"$function": "name"}, a class
   * {"$class": "module.Name"}, anything else that JSON cannot hold {"$repr": "…"}.
   */
  readonly settings: { readonly [name: string]: JsonValue };
  /** Those settings whose value is a function. */
  readonly hooks: readonly string[];
  /** Where the file gives a name its value last: the line, counted from 1. */
  readonly lines: { readonly [name: string]: number };
  /** Names at the top level that are no settings and hold a plain value: no module, class or function, no leading "_". */
  readonly others: readonly string[];
}
