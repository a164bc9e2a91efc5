/** The checked settings of an instance: what the master works from. Made by readSettings(). */

import type { Address } from "../base/address.ts";
import type { Protocol } from "../base/listener-message.ts";
import type { Entry } from "../config/entry.ts";
import type { OptionValues } from "./options.ts";

/** Which application: exactly one of `file` and `module` is given. */
export interface ApplicationSetting {
  readonly file: string | null;
  readonly module: string | null;
  /** "application", "app.wsgi" or a call: "create_app('production')". Null: look for application, then app. */
  readonly callable: string | null;
}

export interface ListenerSetting {
  readonly address: Address;
  readonly protocol: Protocol;
  /** For messages: "--http (argument 3)" or "default". */
  readonly origin: string;
  /** True for 127.0.0.1:8000 where no listener was given: sockets from the service manager replace it. */
  readonly isDefault: boolean;
}

/** The options that `application` and `listeners` were made from. */
type Merged =
  | "wsgiFile"
  | "module"
  | "callable"
  | "http"
  | "httpSocket"
  | "socket"
  | "uwsgiSocket"
  | "fastcgiSocket"
  | "fastcgiNphSocket"
  | "scgiSocket"
  | "scgiNphSocket"
  | "protocol";

export type Settings = Omit<OptionValues, Merged> & {
  readonly application: ApplicationSetting;
  readonly listeners: readonly ListenerSetting[];
  /** All that was written, also what is no option: for uwsgi.opt. */
  readonly written: readonly Entry[];
};
