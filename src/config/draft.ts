import type { Document, Pair, Remark, Section } from "./document.ts";

const MOST_PROBLEMS = 10;
/** In characters. Names and the libraries' messages may hold a whole file. */
const LONGEST_MESSAGE = 300;

/** Collects what a format's reader finds, and ends as its Document. */
export class Draft {
  readonly #sections: Section[] = [];
  readonly #names = new Set<string>();
  readonly #problems: Remark[] = [];
  readonly #warnings: Remark[] = [];

  /** Answers where to put the section's pairs. */
  open(name: string, line: number): SectionDraft {
    const section: SectionDraft = { name, line, pairs: [] };
    this.#sections.push(section);
    this.#names.add(name);
    return section;
  }

  has(name: string): boolean {
    return this.#names.has(name);
  }

  /** Of a line, the first problem is told: the others mostly follow from it. */
  refuse(line: number, message: string): void {
    if (this.#problems.at(-1)?.line !== line)
      this.#problems.push({ line, message: shorten(message, LONGEST_MESSAGE) });
  }

  warn(line: number, message: string): void {
    this.#warnings.push({ line, message: shorten(message, LONGEST_MESSAGE) });
  }

  end(): Document {
    this.#refuseZeros();
    // Behind a first mistake, a reader that goes on reports every line.
    if (this.#problems.length > 0)
      return { kind: "malformed", problems: this.#problems.slice(0, MOST_PROBLEMS) };
    const warnings = this.#warnings.toSorted((one, other) => one.line - other.line);
    return { kind: "document", sections: this.#sections, warnings };
  }

  /** A zero byte would cut the value off where it becomes a file's name or a variable. */
  #refuseZeros(): void {
    for (const { pairs } of this.#sections) {
      for (const { key, value, line } of pairs) {
        if (key.includes("\0") || value?.includes("\0")) this.refuse(line, "a text with a zero byte");
      }
    }
  }
}

/** A section that still takes pairs. */
export interface SectionDraft extends Section {
  readonly pairs: Pair[];
}

/**
 * What the readers of all formats do first and last: a byte order mark goes, what is no text is refused,
 * and a nesting that no library follows is an answer like any other.
 */
export function draftDocument(source: string, read: (text: string, draft: Draft) => void): Document {
  const draft = new Draft();
  const text = source.replace(/^\uFEFF/, "");
  const junk = firstJunk(text);
  if (junk >= 0) {
    draft.refuse(lineNumbers(text)(junk), `a ${byteName(text, junk)} byte: this is no text file`);
    return draft.end();
  }
  try {
    read(text, draft);
  } catch (error) {
    if (!isOutOfStack(error)) throw error;
    draft.refuse(1, NESTED_TOO_DEEPLY);
  }
  return draft.end();
}

export const NESTED_TOO_DEEPLY = "nested too deeply to be read: a section and its options are two levels";

/** Offset in the text → line, which counts from 1. */
export function lineNumbers(text: string): (offset: number) => number {
  const starts = [0];
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
  return (offset) => {
    let low = 0;
    let high = starts.length;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if ((starts[middle] ?? 0) <= offset) low = middle;
      else high = middle;
    }
    return low + 1;
  };
}

export function shorten(text: string, length = 60): string {
  return text.length > length ? `${text.slice(0, length - 1)}…` : text;
}

export function isOutOfStack(error: unknown): boolean {
  return error instanceof RangeError && error.message.includes("call stack");
}

/** The offset of a character that no text file has, -1 for none. An escape may stand in a log format with colours. */
function firstJunk(text: string): number {
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code < SPACE && (code < TAB || code > CARRIAGE_RETURN) && code !== ESCAPE) return at;
  }
  return -1;
}

const TAB = 0x09;
const CARRIAGE_RETURN = 0x0d;
const ESCAPE = 0x1b;
const SPACE = 0x20;

function byteName(text: string, at: number): string {
  const code = text.charCodeAt(at);
  return code === 0 ? "zero" : `0x${code.toString(16).padStart(2, "0")}`;
}
