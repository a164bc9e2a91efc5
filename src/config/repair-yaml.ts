import type { Remark } from "./document.ts";
import { shorten } from "./draft.ts";

export interface Repaired {
  /** With the lines of the original. */
  readonly text: string;
  readonly remarks: readonly Remark[];
}

/**
 * "  key: rest" and "  - rest"; a key ends at the first colon with a blank behind it.
 * The bounds keep a line of a mebibyte from being searched once for each of its blanks.
 */
const PAIR = /^([ ]+)(?!- )(\S.{0,200}?)([ \t]{0,40}:[ \t]+)(\S.*)$/;
const ITEM = /^([ ]*)(-)([ \t]+)(\S.*)$/;

/** Quotes the values of the given lines, so that each is its text and nothing else. */
export function repairYaml(text: string, lines: ReadonlySet<number>): Repaired {
  const remarks: Remark[] = [];
  const repaired = text.split(/\r?\n/).map((line, index) => {
    if (!lines.has(index + 1)) return line;
    const [, indent, key, separator, rest] = PAIR.exec(line) ?? ITEM.exec(line) ?? [];
    if (key === undefined || rest === undefined) return line;
    const value = rest.replace(/[ \t]#.*$/, "").trimEnd();
    remarks.push({
      line: index + 1,
      message: `${key === "-" ? "an item" : key}: the value is not valid YAML; its text is ${shorten(JSON.stringify(value), 200)}: put it in quotes`,
    });
    return `${indent}${key}${separator}'${value.replaceAll("'", "''")}'`;
  });
  return { text: repaired.join("\n"), remarks };
}
