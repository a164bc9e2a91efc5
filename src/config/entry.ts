/** A name and a value as somebody wrote them, whatever the language of the configuration. */
export interface Entry {
  /** The option's own name, also where an alias or a letter was written. */
  readonly name: string;
  /** Null where only the name was given. */
  readonly value: string | null;
  /** As written, and where: "--workers (argument 3)". Begins every message about the entry. */
  readonly origin: string;
}
