/** What the tests of all formats look at. */

import type { Document } from "../../src/config/document.ts";

/** "key = value" of all sections of that name, as uWSGI lists its options. */
export function pairsOf(document: Document, section = "uwsgi"): readonly string[] {
  if (document.kind === "malformed") return problemsOf(document);
  return document.sections
    .filter(({ name }) => name === section)
    .flatMap(({ pairs }) => pairs.map(({ key, value }) => `${key} = ${value ?? ""}`));
}

/** "line: key = value", with a bare key where it has no value. */
export function linesOf(document: Document, section = "uwsgi"): readonly string[] {
  if (document.kind === "malformed") return problemsOf(document);
  return document.sections
    .filter(({ name }) => name === section)
    .flatMap(({ pairs }) =>
      pairs.map(({ key, value, line }) => `${line}: ${key}${value === null ? "" : ` = ${value}`}`),
    );
}

/** "line: message". */
export function warningsOf(document: Document): readonly string[] {
  return document.kind === "document"
    ? document.warnings.map(({ line, message }) => `${line}: ${message}`)
    : problemsOf(document);
}

/** "line: message"; none for a document. */
export function problemsOf(document: Document): readonly string[] {
  return document.kind === "malformed"
    ? document.problems.map(({ line, message }) => `${line}: ${message}`)
    : [];
}
