/** Names that are no option: placeholders, keys for the application, and slips. */

import { editDistance } from "../base/nearest-name.ts";
import { shortened } from "../base/quoted.ts";
import type { Entry } from "../config/entry.ts";
import type { Judgement } from "./judgement.ts";
import { meantOption } from "./meant-option.ts";

export interface NameContext {
  readonly referred: ReadonlySet<string>;
  /** Names that set-placeholder, resolve and declare-option have made. */
  readonly declared: ReadonlySet<string>;
  readonly isStrict: boolean;
}

export function judgeUnknown(entry: Entry, context: NameContext): Omit<Judgement, "entry"> {
  if (entry.place.kind === "variable") return judgeVariable(entry);
  if (context.declared.has(entry.name))
    return { answer: "placeholder", severity: "fine", text: "is a name that this configuration has made" };
  const isReferred = context.referred.has(entry.name);
  if (isReferred && !context.isStrict)
    return { answer: "placeholder", severity: "fine", text: `stands for %(${entry.name})` };
  const slip = isReferred ? null : slipOf(entry.name);
  if (!context.isStrict)
    return { answer: "unknown", severity: "warning", text: slip ?? `${UNKNOWN}; ${KEPT}` };
  const seen = isReferred ? "stands for a placeholder, and is no option" : UNKNOWN;
  const remedy = `strict allows only options; for a name of your own write set-placeholder = ${entry.name}=…`;
  return { answer: "unknown", severity: "error", text: slip ?? `${seen}; ${remedy}` };
}

const UNKNOWN = "no option of that name";
const KEPT = "nothing here refers to it";

/** Null where nothing is near. */
function slipOf(name: string): string | null {
  const colon = /^([\w-]+)[ \t]*:[ \t]*(.*)$/s.exec(name);
  if (colon?.[1] !== undefined && meantOption(colon[1])?.isExact)
    return `an equals sign is wanted: ${colon[1]} = ${shortened(colon[2] ?? "")}`.trimEnd();
  const meant = meantOption(name);
  return meant === null ? null : `no such option (did you mean ${meant.name}?)`;
}

const SURE_LENGTH = 5;

/** The environment is full of names for others: UWSGI_BUILD_ARGS is no mistake, UWSGI_PROCESES is. */
function judgeVariable({ name }: Entry): Omit<Judgement, "entry"> {
  const meant = name.length < SURE_LENGTH ? null : meantOption(name);
  return meant !== null && editDistance(name, meant.name) <= 1
    ? { answer: "unknown", severity: "warning", text: `no such option (did you mean ${meant.name}?)` }
    : { answer: "unknown", severity: "note", text: UNKNOWN };
}
