/** A name and a value as somebody wrote them, whatever the language of the configuration. */
export interface Entry {
  /** The option's own name, also where an alias or a letter was written; a key that is no option as it stands. */
  readonly name: string;
  /** The key as somebody wrote it: `workers` where `name` is "processes". What is no name itself, as a letter, counts as the one it stands for. */
  readonly written: string;
  /** Null where only the name was given. */
  readonly value: string | null;
  /** Where, and as written. Begins every message: "--workers (argument 3)", "uwsgi.ini:7: workers". */
  readonly origin: string;
  readonly place: Place;
}

/** Where an entry was written. */
export type Place =
  /** `number` counts from 1, without the interpreter and the script. */
  | { readonly kind: "argument"; readonly number: number }
  /** `file` as it was named; `line` counts from 1. */
  | { readonly kind: "file"; readonly file: string; readonly line: number }
  | { readonly kind: "variable"; readonly name: string }
  /** A setting of Gunicorn's file, which is a program: `line` is null where the name came by other ways than a line of its own. */
  | { readonly kind: "setting"; readonly file: string; readonly name: string; readonly line: number | null };
