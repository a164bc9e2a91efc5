/** One setting of Gunicorn → the options of ours that it means, or what is to be said about it. */

import type { JsonValue } from "../../base/json-value.ts";
import type { Entry } from "../../config/entry.ts";
import type { Judgement } from "../judgement.ts";
import type { Given } from "./given-values.ts";
import { showPython } from "./python-values.ts";
import type { FinalSettings, GunicornSetting, PlainAnswer } from "./setting.ts";

export interface JudgedSetting {
  /** Our options. */
  readonly entries: readonly Entry[];
  /** What the options were made from; null where there are none. */
  readonly source: SettingSource | null;
  readonly judgements: readonly Judgement[];
}

export interface SettingSource {
  /** As it was written. */
  readonly entry: Entry;
  readonly purpose: string;
}

interface Subject {
  readonly name: string;
  readonly row: GunicornSetting;
  /** Null where nobody has given it. */
  readonly given: Given | null;
}

const NOTHING: JudgedSetting = { entries: [], source: null, judgements: [] };

export function judgeSetting({ name, row, given }: Subject, settings: FinalSettings): JudgedSetting {
  const value = settings.values.get(name) ?? null;
  const answer = row.answer.kind === "depends" ? row.answer.on(value, settings) : row.answer;
  if (answer.kind !== "works") return given === null ? NOTHING : only(judge(given, row, answer));
  if (given === null && !answer.isImplied) return NOTHING;
  const entry = given?.entry ?? defaultEntry(name, value);
  const { origin, place } = entry;
  const options = answer.options(value, settings);
  if (given !== null && options.length === 0)
    return only({ entry: given.entry, answer: "works", severity: "fine", text: row.purpose });
  return {
    judgements: [],
    source: { entry, purpose: row.purpose },
    entries: options.map(([option, text]) => ({ name: option, written: name, value: text, origin, place })),
  };
}

function only(judgement: Judgement): JudgedSetting {
  return { ...NOTHING, judgements: [judgement] };
}

/** Stands for the file where nobody has written anything. */
export const GUNICORN_DEFAULTS = "Gunicorn's defaults";

/** Gunicorn's own default, where ours is another. */
function defaultEntry(name: string, value: JsonValue): Entry {
  return {
    name,
    written: name,
    value: showPython(value),
    origin: `Gunicorn's default for ${name}`,
    place: { kind: "setting", file: GUNICORN_DEFAULTS, name, line: null },
  };
}

type Unmapped = Exclude<PlainAnswer, { readonly kind: "works" }>;

function judge({ entry, value }: Given, row: GunicornSetting, answer: Unmapped): Judgement {
  // Who writes down what is so in any case asks for nothing.
  const isDefault = showPython(value) === showPython(row.default);
  const isUnasked = isNothing(value) || (answer.kind === "notYet" && answer.risk === "error");
  if (isDefault && isUnasked)
    return { entry, answer: "works", severity: "fine", text: "asks for nothing: it is Gunicorn's default" };
  switch (answer.kind) {
    case "hook":
      return { entry, answer: "works", severity: "fine", text: row.purpose };
    case "noEffect":
      return { entry, answer: "no effect", severity: "note", text: `has no effect here: ${answer.because}` };
    case "notYet": {
      const text = answer.say(row.purpose);
      return { entry, answer: "not yet", severity: isDefault ? "note" : answer.risk, text };
    }
    case "never": {
      const text = `is not honoured: ${answer.because}`;
      return { entry, answer: "never", severity: isDefault ? "note" : answer.risk, text };
    }
  }
}

/** None, False, 0, "" or nothing in it. */
function isNothing(value: JsonValue): boolean {
  return /^(None|False|0|\[\]|\{\}|'')$/.test(showPython(value));
}
