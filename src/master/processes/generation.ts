import type { Settings } from "../../settings/settings.ts";
import type { Place } from "../hooks/place.ts";
import type { GunicornStart } from "./prepared-zygote.ts";

/** What one import of the application is made from. A reload brings the next one. */
export interface Generation {
  /** Counts from 1. */
  readonly number: number;
  readonly settings: Settings;
  readonly python: string;
  /** Null where no configuration of Gunicorn's is in force. */
  readonly gunicorn: GunicornStart | null;
  /** Where hooks have left it to begin. */
  readonly place: Place;
}

/** A configuration that was read again. */
export type Reread =
  | {
      readonly kind: "settings";
      readonly settings: Settings;
      readonly gunicorn: GunicornStart | null;
      readonly warnings: readonly string[];
    }
  | Problems;

export interface Problems {
  readonly kind: "problems";
  readonly problems: readonly string[];
}

/** One whose hooks have run. */
export type Renewed = (Extract<Reread, { kind: "settings" }> & { readonly place: Place }) | Problems;
