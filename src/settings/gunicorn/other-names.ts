/** Names in the configuration file that are no settings: ordinary Python, unless one is nearly a setting. */

import type { GunicornFileValues } from "../../base/gunicorn-messages.ts";
import { editDistance } from "../../base/nearest-name.ts";
import { lettersOf } from "../../config/gunicorn/argv.ts";
import type { Judgement } from "../judgement.ts";
import { placeInFile } from "./given-values.ts";
import { gunicornFlags, gunicornSettings } from "./gunicorn-settings.ts";

/** Shorter names are too often near to one another by chance: port, size, users. */
const SHORTEST = 6;
/** From this length on, two letters may be wrong. */
const LONG = 10;

export function judgeOtherNames({ others, lines }: GunicornFileValues, file: string): readonly Judgement[] {
  return others.flatMap((name) => {
    const meant = settingMeant(name);
    if (meant === null) return [];
    const entry = { name, written: name, value: null, ...placeInFile(file, name, lines[name]) };
    const text = `is no setting of Gunicorn and has no effect (did you mean ${meant}?)`;
    return [{ entry, answer: "unknown", severity: "warning", text }];
  });
}

/** `time_out` → timeout, `log_level` → loglevel, `worker` → workers. Constants in capitals are never meant. */
function settingMeant(name: string): string | null {
  if (name.length < SHORTEST || name === name.toUpperCase()) return null;
  const letters = lettersOf(name);
  for (const setting of gunicornSettings.keys()) if (lettersOf(setting) === letters) return setting;
  for (const { setting, written } of gunicornFlags)
    if (written.some((flag) => flag.slice(2).includes("-") && lettersOf(flag) === letters)) return setting;
  const farthest = name.length < LONG ? 1 : 2;
  return [...gunicornSettings.keys()].find((setting) => editDistance(name, setting) <= farthest) ?? null;
}
