/** What the rows of the table say of themselves, for the help, the search, the check and the documentation. */

import type { GunicornSetting } from "../settings/gunicorn/setting.ts";
import type { Row } from "../settings/option.ts";

/** The four answers; `depends` on the value is one of Gunicorn's settings alone. */
export type AnswerWord = "works" | "no effect" | "not yet" | "never" | "depends";

export function answerOf({ row }: Row): Exclude<AnswerWord, "depends"> {
  switch (row) {
    case "option":
    case "directive":
      return "works";
    case "noEffect":
      return "no effect";
    case "notYet":
      return "not yet";
    case "never":
      return "never";
  }
}

/** What it is for, or why it does nothing here. */
export function sentenceOf(row: Row): string {
  return row.row === "noEffect" || row.row === "never" ? row.because : row.help;
}

/** How an option is written: "-p, --processes, --workers N". */
export function spelling(name: string, row: Row): string {
  const names = [...(row.short === undefined ? [] : [`-${row.short}`]), `--${name}`];
  const written = [...names, ...(row.aliases ?? []).map((alias) => `--${alias}`)].join(", ");
  if (row.type.value === "none") return written;
  return row.type.value === "optional"
    ? `${written}[=${row.type.metavar}]`
    : `${written} ${row.type.metavar}`;
}

export function gunicornAnswer({ answer }: GunicornSetting): AnswerWord {
  switch (answer.kind) {
    case "works":
      return "works";
    case "hook":
      return answer.missing === null ? "works" : "not yet";
    case "noEffect":
      return "no effect";
    case "notYet":
      return "not yet";
    case "never":
      return "never";
    case "depends":
      return "depends";
  }
}

export function gunicornSentence({ purpose, answer }: GunicornSetting): string {
  if (answer.kind === "noEffect" || answer.kind === "never") return answer.because;
  return answer.kind === "hook" && answer.missing !== null ? `${purpose}; ${answer.missing}` : purpose;
}
