/** What the rows of the table say of themselves, for the help, the search, the check and the documentation. */

import type { GunicornSetting } from "../settings/gunicorn/setting.ts";
import type { Row } from "../settings/option.ts";

/** The four answers. */
export type AnswerWord = "works" | "no effect" | "not yet" | "never";

export function answerOf({ row }: Row): AnswerWord {
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

const ANSWERS = {
  works: "works",
  hook: "works",
  noEffect: "no effect",
  notYet: "not yet",
  never: "never",
} as const;

/** Where it depends on the value: what holds for most. */
export function gunicornAnswer({ answer }: GunicornSetting): AnswerWord {
  return ANSWERS[answer.kind === "depends" ? answer.mostly : answer.kind];
}

export function gunicornSentence({ purpose, answer }: GunicornSetting): string {
  if (answer.kind === "noEffect" || answer.kind === "never") return answer.because;
  if (answer.kind === "depends") return `${purpose} (${answer.except})`;
  return purpose;
}
