/**
 * The instance cannot start: what was refused, and what the operator can do, a line each.
 * Thrown towards runMaster(), which prints it without a stack and exits with 1.
 */
export class Refusal extends Error {
  readonly details: readonly string[];

  constructor(message: string, details: readonly string[] = []) {
    super(message);
    this.name = "Refusal";
    this.details = details;
  }

  /** As printed: the sentence, then the details, indented. */
  get text(): string {
    return [this.message, ...this.details.map((line) => `  ${line}`.trimEnd())].join("\n");
  }

  /** One by one, where several were refused at once. */
  get all(): readonly Refusal[] {
    return [this];
  }

  /** With the place in front that it is about. */
  at(origin: string): Refusal {
    return new Refusal(`${origin}: ${this.message}`, this.details);
  }
}

class Refusals extends Refusal {
  readonly #all: readonly Refusal[];

  constructor(all: readonly Refusal[]) {
    super(all.map((refusal) => refusal.text).join("\n"));
    this.#all = all;
  }

  override get all(): readonly Refusal[] {
    return this.#all;
  }
}

/** Several at once, so that the operator mends all of them before the next start. */
export function joinRefusals(refusals: readonly Refusal[]): Refusal {
  const [only] = refusals;
  return only !== undefined && refusals.length === 1 ? only : new Refusals(refusals);
}

/** What the question was refused with; null where it has an answer. */
export function refusalOf(question: () => unknown): Refusal | null {
  try {
    question();
    return null;
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
}

/** A file that an option names could not be opened for writing. */
export function refuseFile(origin: string, path: string, error: unknown): Refusal {
  const { code, message } = error as NodeJS.ErrnoException;
  switch (code) {
    case "ENOENT":
      return new Refusal(`${origin}: ${path}: its directory does not exist`, [
        "make the directory, or name another file",
      ]);
    case "EISDIR":
      return new Refusal(`${origin}: ${path}: is a directory`, ["name a file in it"]);
    case "EACCES":
      return new Refusal(`${origin}: ${path}: permission to write it is denied`, [
        "its directory has to be open to the user who starts tsgi, or name another file",
      ]);
    default:
      return new Refusal(`${origin}: ${path}: ${message}`);
  }
}
