/** Text → words as a POSIX shell splits them, without variables and patterns: what shlex.split() does in Python. */

import { invalid, type Parsed, parsed } from "../../base/parsed.ts";

/** `wanted` names what is missing: "a closing quotation mark". */
export function splitShellWords(text: string): Parsed<readonly string[]> {
  const words: string[] = [];
  let word: string | null = null;
  for (let at = 0; at < text.length; ) {
    if (/[ \t\r\n]/.test(text.charAt(at))) {
      if (word !== null) words.push(word);
      word = null;
      at++;
      continue;
    }
    const piece = readPiece(text, at);
    if (piece.kind === "invalid") return piece;
    word = (word ?? "") + piece.value.text;
    at = piece.value.end;
  }
  return parsed(word === null ? words : [...words, word]);
}

interface Piece {
  readonly text: string;
  readonly end: number;
}

/** A quotation, an escaped character or a character that stands for itself. */
function readPiece(text: string, start: number): Parsed<Piece> {
  const first = text.charAt(start);
  if (first === "'" || first === '"') return readQuotation(text, start);
  if (first !== "\\") return parsed({ text: first, end: start + 1 });
  if (start + 1 >= text.length) return invalid("a character behind the last backslash");
  return parsed({ text: text.charAt(start + 1), end: start + 2 });
}

function readQuotation(text: string, start: number): Parsed<Piece> {
  const pattern = text.charAt(start) === "'" ? /'([^']*)'/y : /"((?:[^"\\]|\\.)*)"/sy;
  pattern.lastIndex = start;
  const match = pattern.exec(text);
  if (match === null) return invalid(`a closing ${text.charAt(start)}`);
  const quoted = match[1] ?? "";
  // Between double quotes a backslash escapes only itself and the quote.
  const meant = text.charAt(start) === "'" ? quoted : quoted.replace(/\\(["\\])/g, "$1");
  return parsed({ text: meant, end: pattern.lastIndex });
}
