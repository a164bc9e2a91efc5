import type { Entry } from "./entry.ts";

/** All that was written for one start, from every source, in the order in which it counts. */
export interface Configuration {
  /** Placeholders are replaced, blocks of logic are carried out. Directives (`ini`, `set`, `if-env` …) are among them. */
  readonly entries: readonly Entry[];
  /** Entries inside blocks whose condition did not hold: only `tsgi check` shows them. */
  readonly skipped: readonly Entry[];
  /** Applications named without an option, as in `tsgi app.py`: `name` is empty there. */
  readonly targets: readonly Entry[];
  /** Names that a placeholder %(name) referred to. */
  readonly referred: ReadonlySet<string>;
  /** Every file that was read, in order, as it was named. */
  readonly files: readonly string[];
  /** What makes a start impossible. */
  readonly problems: readonly string[];
  readonly warnings: readonly string[];
}
