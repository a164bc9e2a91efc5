/** The search behind `tsgi options WORD`. */

import { editDistance } from "../base/nearest-name.ts";
import { gunicornSettings } from "../settings/gunicorn/gunicorn-settings.ts";
import { meantOption } from "../settings/meant-option.ts";
import { optionGroups, options } from "../settings/options.ts";
import { type AnswerWord, answerOf, gunicornAnswer, gunicornSentence, sentenceOf } from "./option-text.ts";

export interface FoundGroup {
  readonly title: string;
  readonly found: readonly Found[];
}

export interface Found {
  readonly name: string;
  readonly answer: AnswerWord;
  readonly text: string;
}

/** An option by one of its names. */
export function optionNamed(word: string): string | null {
  if (options.has(word)) return word;
  for (const [name, { aliases = [], short }] of options)
    if (aliases.includes(word) || short === word) return name;
  return null;
}

/** What all words occur in; everything where there is none. */
export function findOptions(words: readonly string[]): readonly FoundGroup[] {
  const groups = [...optionGroups.map(findInGroup), { title: "Gunicorn's settings", rows: gunicornRows() }];
  return groups
    .map(({ title, rows }) => ({ title, found: rows.filter((row) => matches(row, words)) }))
    .filter(({ found }) => found.length > 0);
}

const MOST_NAMES = 4;

/** The names nearest to a word that is in none. */
export function nearestNames(word: string): readonly string[] {
  const farthest = Math.max(2, Math.floor(word.length / 3));
  const near = [...options.keys(), ...gunicornSettings.keys()]
    .map((name) => ({ name, distance: editDistance(word, name) }))
    .filter(({ distance }) => distance <= farthest && distance < word.length)
    .sort((left, right) => left.distance - right.distance)
    .map(({ name }) => name);
  const meant = meantOption(word)?.name;
  return [...new Set([...(meant === undefined ? [] : [meant]), ...near])].slice(0, MOST_NAMES);
}

interface Searched extends Found {
  readonly searched: string;
}

function findInGroup({ title, names }: { title: string; names: readonly string[] }) {
  const rows = names.flatMap((name): readonly Searched[] => {
    const row = options.get(name);
    if (row === undefined) return [];
    const { aliases = [], gunicorn = "", help } = row;
    const searched = [name, ...aliases, gunicorn, help].join("\n").toLowerCase();
    return [{ name, answer: answerOf(row), text: sentenceOf(row), searched }];
  });
  return { title, rows };
}

function gunicornRows(): readonly Searched[] {
  return [...gunicornSettings].map(([name, row]) => {
    const text = gunicornSentence(row);
    const searched = [name, ...row.flags, row.purpose, text].join("\n").toLowerCase();
    return { name, answer: gunicornAnswer(row), text, searched };
  });
}

function matches({ searched }: Searched, words: readonly string[]): boolean {
  return words.every((word) => searched.includes(word.toLowerCase()));
}
