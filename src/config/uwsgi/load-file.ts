/** Reads a file in the place of the line that names it. */

import { shortened } from "../../base/quoted.ts";
import type { Document, Section } from "../document.ts";
import { expandNow } from "./expand.ts";
import { meaninglessLetters } from "./magic.ts";
import type { Item, Reader } from "./reader.ts";
import {
  type Format,
  formatOf,
  listSections,
  locate,
  parse,
  prepare,
  readSource,
  remoteRefusal,
  type Source,
  schemeOf,
  splitSection,
} from "./sources.ts";

const DEEPEST = 32;
const MOST_FILES = 1000;

interface Loading {
  /** Null: the one that the extension names. */
  readonly format: Format | null;
  /** A template's name is never what %P and %D stand for. */
  readonly isTemplate?: boolean;
}

export async function loadFile(
  item: Item,
  reader: Reader,
  { format, isTemplate = false }: Loading,
): Promise<void> {
  const reference = expandNow(item, reader);
  const source = sourceOf(reference, format, reader);
  if (typeof source === "string") return reader.refuse(`${item.origin}: ${source}`);
  const refusal = refusalOf(source, item, reader);
  if (refusal !== null) return reader.refuse(`${item.origin}: ${refusal}`);
  const read = readSource(source.path, reader.surroundings);
  if (read.kind === "refused") return reader.refuse(`${item.origin}: ${source.name} ${read.reason}`);
  if (read.latin1Line !== null) {
    reader.warn(
      `${source.name}:${read.latin1Line}: this is not UTF-8: the file is taken as ISO 8859-1 (Latin-1)`,
    );
  }
  for (const { line, written } of meaninglessLetters(read.text)) {
    reader.warn(
      `${source.name}:${line}: left out, as in uWSGI, because it means nothing: ${written}; a percent sign that stays is written %%`,
    );
  }
  if (!isTemplate) reader.firstFile ??= source;
  reader.lastSource = source;
  reader.files.push(source.name);
  const document = await parse(
    prepare(read.text, source, { first: reader.firstFile, surroundings: reader.surroundings }),
    source.format,
  );
  const sections = sectionsOf(document, source, reader);
  reader.stack.push(source);
  for (const { key, value, line } of sections.flatMap(({ pairs }) => pairs)) {
    const place = { kind: "file", file: source.name, line } as const;
    await reader.add({
      key,
      value,
      origin: `${source.name}:${line}: ${shortened(key)}`,
      place,
      isTrusted: true,
    });
  }
  reader.stack.pop();
}

/** What a reference means; a sentence where it means nothing. */
function sourceOf(reference: string, format: Format | null, reader: Reader): Source | string {
  const remote = remoteRefusal(reference);
  if (remote !== null) return remote;
  const { name, section } = splitSection(reference);
  if (name === "") {
    const current = reader.stack.at(-1) ?? reader.lastSource;
    return current === null
      ? `no file was read before, so "${reference}" has none to refer to`
      : { ...current, section };
  }
  const chosen = format ?? formatOf(reference);
  if (chosen === null) {
    return `the format of "${name}" is not known: its name ends in none of .ini .yaml .yml .xml .json .js; use "ini = ${name}" or the like`;
  }
  if (name === "-" || (schemeOf(name) ?? "file") !== "file")
    return { name, path: name, folder: null, section, format: chosen };
  const plain = name.replace(/^file:\/\//, "");
  const { path, folder } = locate(plain, reader.stack.at(-1)?.folder ?? null, reader.surroundings);
  return { name: shownName(plain, path, reader), path, folder, section, format: chosen };
}

/** As it was named; a file found beside the one that names it by its path. */
function shownName(name: string, path: string, { surroundings }: Reader): string {
  const isInWorkingDirectory = name.startsWith("/") || surroundings.kindOf(name) !== "absent";
  return isInWorkingDirectory || surroundings.kindOf(path) === "absent" ? name : path;
}

function refusalOf(source: Source, { isTrusted }: Item, { stack, files }: Reader): string | null {
  if (schemeOf(source.path) === "exec" && !isTrusted)
    return "a command from the environment is not run: name it on the command line";
  const isSame = (other: Source) =>
    other.path === source.path && (other.section ?? "uwsgi") === (source.section ?? "uwsgi");
  if (stack.some(isSame)) {
    const chain = [...stack, source].map(({ name, section }) =>
      section === null ? name : `${name}:${section}`,
    );
    return `the file is already being read: ${chain.join(" → ")}`;
  }
  if (stack.length >= DEEPEST) return `files include each other more than ${DEEPEST} deep`;
  return files.length >= MOST_FILES ? `more than ${MOST_FILES} files are included` : null;
}

/** All sections of the name that was asked for, as uWSGI takes them. */
function sectionsOf(
  document: Document,
  { name, section, format }: Source,
  reader: Reader,
): readonly Section[] {
  if (document.kind === "malformed") {
    for (const { line, message } of document.problems) reader.refuse(`${name}:${line}: ${message}`);
    return [];
  }
  for (const { line, message } of document.warnings) reader.warn(`${name}:${line}: ${message}`);
  const asked = section ?? "uwsgi";
  const found = document.sections.filter((candidate) => candidate.name === asked);
  if (found.length > 0) return found;
  const kind = format === "ini" ? `section [${asked}]` : `"${asked}"`;
  const names = document.sections.map((each) => each.name);
  const isOtherCase = names.some((each) => each.toLowerCase() === asked.toLowerCase());
  const hint = isOtherCase ? " (names of sections are told apart by case)" : "";
  reader.warn(`${name}: there is no ${kind}, so nothing of this file counts: ${listSections(names)}${hint}`);
  return [];
}
