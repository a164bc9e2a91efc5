import { printable } from "../../base/quoted.ts";
import type { Entry } from "../../config/entry.ts";
import { findingOf, type Judgement, type Severity } from "../judgement.ts";
import { type Reading, readSettings } from "../read-settings.ts";
import type { GunicornResult } from "./configuration.ts";

/** The settings, with what is to be said about every one of Gunicorn's. */
export function readGunicornSettings(result: GunicornResult): Reading {
  const { configuration, judgements } = result;
  const messages = (severity: Severity): string[] =>
    judgements
      .map(findingOf)
      .filter((finding) => finding.severity === severity)
      .map(({ message }) => printable(message));
  // Known beforehand: what is missing because of these is not complained of as well.
  const problems = [...messages("error"), ...configuration.problems];
  const reading = readSettings({ ...configuration, problems });
  return {
    ...reading,
    judgements: [...inSettings(reading.judgements, result), ...judgements],
    warnings: [...reading.warnings, ...messages("warning")],
    notes: [...reading.notes, ...messages("note")],
  };
}

/** What was found of our options, told of the settings that mean them: one line each, "worker processes (processes = 4)". */
function inSettings(judgements: readonly Judgement[], { sources }: GunicornResult): readonly Judgement[] {
  const told = new Map<Entry, Judgement>();
  const optionsOf = Map.groupBy(sources.keys(), (option) => sources.get(option)?.entry);
  for (const judgement of judgements) {
    const source = sources.get(judgement.entry);
    if (source === undefined) continue;
    const earlier = told.get(source.entry);
    // What is wrong with one of several options is what has to be said.
    if (earlier !== undefined && (earlier.severity !== "fine" || judgement.severity === "fine")) continue;
    const isFine = judgement.severity === "fine";
    const text = isFine ? `${source.purpose} (${shown(optionsOf.get(source.entry) ?? [])})` : judgement.text;
    told.set(source.entry, { ...judgement, entry: source.entry, text });
  }
  return [...told.values()];
}

function shown(options: readonly Entry[]): string {
  return options.map(({ name, value }) => `${name} = ${value}`).join(", ");
}
