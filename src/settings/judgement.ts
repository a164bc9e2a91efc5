import type { Entry } from "../config/entry.ts";

/** What becomes of one entry of a configuration: a line of `tsgi check`, and the source of all warnings. */
export interface Judgement {
  readonly entry: Entry;
  readonly answer:
    | "works"
    | "no effect"
    | "not yet"
    | "never"
    /** A name of the configuration's own, to which %(name) refers. */
    | "placeholder"
    | "unknown"
    /** An option whose value cannot be read. */
    | "unusable"
    /** It stands in a block whose condition did not hold. */
    | "skipped";
  /** What it does here, or why it does not and what to do: one sentence, without capital and final stop. */
  readonly text: string;
  readonly severity: Severity;
}

/** fine: as meant. note: shown by `tsgi check` and at level debug. error: there is no start. */
export type Severity = "fine" | "note" | "warning" | "error";

/** Something to say that is more than one entry's. */
export interface Finding {
  readonly severity: Severity;
  /** Whole, with where it was seen. */
  readonly message: string;
}

export function findingOf({ entry, severity, text }: Judgement): Finding {
  return { severity, message: `${entry.origin}: ${text}` };
}

/** The value of an entry that works, of the type of its row. */
export interface Judged {
  readonly judgement: Judgement;
  /** Undefined where there is nothing to set. */
  readonly value: unknown;
}
