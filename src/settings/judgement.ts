import type { Entry } from "../config/entry.ts";

/** What becomes of one entry of a configuration: a line of `tsgi check`, and the source of all warnings. */
export interface Judgement {
  readonly entry: Entry;
  readonly answer: "works" | "no effect" | "not yet" | "never" | "placeholder" | "unknown" | "unusable";
  /** What it does here, or why it does not and what to do: one sentence, without capital and final stop. */
  readonly text: string;
  /** fine: as meant. note: shown by `tsgi check` and at level debug. */
  readonly severity: "fine" | "note" | "warning" | "error";
}
