/** What the files of all formats have in common: named sections of keys and values, in their order, repeated keys kept. */

export interface Pair {
  readonly key: string;
  /** Null for a key alone, which switches an option on. */
  readonly value: string | null;
  /** Counts from 1. */
  readonly line: number;
}

export interface Section {
  readonly name: string;
  readonly line: number;
  readonly pairs: readonly Pair[];
}

/** Something to say about a line. */
export interface Remark {
  readonly line: number;
  /** What was seen and what to do, without file and line: those are put in front. */
  readonly message: string;
}

/** What a format's reader makes of a text. */
export type Document =
  | { readonly kind: "document"; readonly sections: readonly Section[]; readonly warnings: readonly Remark[] }
  | { readonly kind: "malformed"; readonly problems: readonly Remark[] };
