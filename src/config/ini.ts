/**
 * uWSGI's own ini language, which differs from every other one: nothing is a comment but a whole line, quotes stay
 * in the value, no line continues on the next, and only blanks, tabs and carriage returns are trimmed.
 * Beyond uWSGI, a section is also found where blanks or a remark stand beside its name.
 */

import type { Document } from "./document.ts";
import { type Draft, draftDocument, type SectionDraft, shorten } from "./draft.ts";

export function parseIni(text: string): Document {
  return draftDocument(text, readLines);
}

function readLines(text: string, draft: Draft): void {
  let section: SectionDraft | null = null;
  let hasStray = false;
  let isInConflict = false;
  for (const [index, raw] of text.split("\n").entries()) {
    const line = trim(raw);
    const number = index + 1;
    if (line === "" || line.startsWith(";") || line.startsWith("#")) continue;
    if (line.startsWith("<<<<<<< ") || (isInConflict && CONFLICT.test(line))) {
      if (!isInConflict) draft.warn(number, CONFLICT_LEFT);
      isInConflict = true;
    } else if (line.startsWith("[")) section = openSection(line, number, draft);
    else if (section !== null) addPair(section, line, number, draft);
    else if (!hasStray) {
      hasStray = true;
      draft.warn(number, `"${shorten(line)}": lines before the first [section] are ignored`);
    }
  }
}

/** The lines that Git puts between and behind two versions. */
const CONFLICT = /^(?:={7}|[|>]{7} .*)$/;
const CONFLICT_LEFT = "a merge conflict was left in the file: the lines of both sides count; delete one side";

function openSection(line: string, number: number, draft: Draft): SectionDraft {
  const end = line.endsWith("]") ? line.length - 1 : line.indexOf("]");
  const written = end < 0 ? line.slice(1) : line.slice(1, end);
  const name = trim(written);
  if (line !== `[${name}]`) {
    draft.warn(number, `"${shorten(line)}" is read as [${name}]: uWSGI would not find that section`);
  }
  return draft.open(name, number);
}

function addPair(section: SectionDraft, line: string, number: number, draft: Draft): void {
  const equals = line.indexOf("=");
  const key = equals < 0 ? line : trim(line.slice(0, equals));
  if (key === "") {
    draft.warn(number, `"${shorten(line)}": no name before the "="; the line is ignored`);
    return;
  }
  if (line.endsWith("\\"))
    draft.warn(number, `${shorten(key)}: a "\\" at the end does not continue the line`);
  section.pairs.push({ key, value: equals < 0 ? null : trim(line.slice(equals + 1)), line: number });
}

/** Blanks of other kinds are part of the text in uWSGI. */
function trim(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isBlank(text[start])) start++;
  while (end > start && isBlank(text[end - 1])) end--;
  return text.slice(start, end);
}

function isBlank(character: string | undefined): boolean {
  return character === " " || character === "\t" || character === "\r";
}
