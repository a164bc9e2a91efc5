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
}

/** Several at once, so that the operator mends all of them before the next start. */
export function joinRefusals(refusals: readonly Refusal[]): Refusal {
  const [only] = refusals;
  if (only !== undefined && refusals.length === 1) return only;
  return new Refusal(refusals.map((refusal) => refusal.text).join("\ntsgi: "));
}

/** A file that an option names could not be opened for writing. */
export function refuseFile(option: string, path: string, error: unknown): Refusal {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code !== "ENOENT") return new Refusal(`${option} ${path}: ${message}`);
  return new Refusal(`${option} ${path}: its directory does not exist`, [
    "make the directory, or name another file",
  ]);
}
