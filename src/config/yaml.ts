/**
 * YAML as uWSGI reads it: the map under each top-level key is a section, every value is the text as written
 * (0666, 1e3, on, ~), a list repeats the option, a key without a value is left out.
 *
 * uWSGI comes with one of two readers. libyaml's is strict; the other takes the rest of each line for the text, and
 * files written for it hold values that are no YAML: `logformat: %(addr) …`, `socket: [::1]:80`. What the library
 * refuses is therefore read once more with the values of the refused lines quoted (repair-yaml.ts), and a flow map
 * where a text belongs is its own text. Both with a warning that shows the text.
 *
 * Aliases stand for a text only: one for a list or a map can make a small file grow without bound.
 */

import {
  type Alias,
  type ErrorCode,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type Node,
  parseAllDocuments,
  type Scalar,
  type Document as Tree,
  visit,
  type YAMLError,
  type YAMLMap,
  type YAMLSeq,
} from "yaml";
import type { Document } from "./document.ts";
import {
  type Draft,
  draftDocument,
  lineNumbers,
  NESTED_TOO_DEEPLY,
  type SectionDraft,
  shorten,
} from "./draft.ts";
import { repairYaml } from "./repair-yaml.ts";

/** More are no slips: the file is something else. */
const MOST_REPAIRS = 1000;
/** Open at the same time, quoted ones included. */
const MOST_BRACKETS = 1000;

export function parseYaml(text: string): Document {
  return draftDocument(text, (source, draft) => {
    const tooDeep = findDeepest(source);
    if (tooDeep !== null) return draft.refuse(lineNumbers(source)(tooDeep), NESTED_TOO_DEEPLY);
    const { trees, errors } = parse(source);
    if (errors.length === 0) new YamlReading(source, draft).read(trees);
    else readRepaired(source, { trees, errors }, draft);
  });
}

/** Brackets in brackets cost the library a kilobyte each before it gives up. Offset of the first that is too many. */
function findDeepest(text: string): number | null {
  let depth = 0;
  for (const { 0: bracket, index } of text.matchAll(/[[\]{}]/g)) {
    depth = bracket === "[" || bracket === "{" ? depth + 1 : Math.max(0, depth - 1);
    if (depth > MOST_BRACKETS) return index;
  }
  return null;
}

function readRepaired(source: string, first: ParsedYaml, draft: Draft): void {
  const { errors } = first;
  const lineOf = lineNumbers(source);
  if (errors.length > MOST_REPAIRS || errors.some(({ code }) => code === "RESOURCE_EXHAUSTION")) {
    return refuse(first, lineOf, draft);
  }
  const repaired = repairYaml(source, new Set(errors.map(({ pos }) => lineOf(pos[0]))));
  const second = parse(repaired.text);
  if (second.errors.length > 0) return refuse(first, lineOf, draft);
  for (const { line, message } of repaired.remarks) draft.warn(line, message);
  new YamlReading(repaired.text, draft).read(second.trees);
}

interface ParsedYaml {
  readonly trees: readonly Tree[];
  readonly errors: readonly YAMLError[];
}

function parse(text: string): ParsedYaml {
  const trees: readonly Tree[] = parseAllDocuments(text, {
    schema: "failsafe",
    uniqueKeys: false,
    prettyErrors: false,
    logLevel: "silent",
  });
  return { trees, errors: trees.flatMap((tree) => tree.errors) };
}

function refuse({ trees, errors }: ParsedYaml, lineOf: (offset: number) => number, draft: Draft): void {
  for (const { code, message, pos } of errors) {
    // The library names the end of the text, where it has looked for the quote in vain.
    if (message.startsWith("Missing closing") && message.endsWith("quote"))
      draft.refuse(
        lineOf(lastQuote(trees) ?? pos[0]),
        "not valid YAML: the quote of this value is not closed",
      );
    else draft.refuse(lineOf(pos[0]), PLAIN_WORDS[code] ?? `not valid YAML: ${message}`);
  }
}

function lastQuote(trees: readonly Tree[]): number | null {
  let start: number | null = null;
  const look = (_: unknown, { type, range }: Scalar) => {
    if (type?.startsWith("QUOTE")) start = range?.[0] ?? null;
  };
  for (const tree of trees) visit(tree, { Scalar: look });
  return start;
}

/** For what slips most, where the library speaks of YAML's grammar. */
const PLAIN_WORDS: { readonly [K in ErrorCode]?: string } = {
  RESOURCE_EXHAUSTION: NESTED_TOO_DEEPLY,
  MULTILINE_IMPLICIT_KEY: 'not valid YAML: "key: value" is expected',
  BLOCK_AS_IMPLICIT_KEY:
    "not valid YAML: a line below is indented more, as if it belonged to the value of this one",
  TAB_AS_INDENT: "not valid YAML: a tab cannot indent; use blanks",
};

/** Where a value belongs. */
interface Place {
  readonly name: string;
  readonly line: number;
  readonly section: SectionDraft;
}

class YamlReading {
  readonly #text: string;
  readonly #draft: Draft;
  readonly #lineOf: (offset: number) => number;
  readonly #anchors = new Map<string, Node>();

  constructor(text: string, draft: Draft) {
    this.#text = text;
    this.#draft = draft;
    this.#lineOf = lineNumbers(text);
  }

  read(trees: readonly Tree[]): void {
    for (const { contents } of trees) {
      if (contents === null || (isScalar(contents) && isEmpty(contents))) continue;
      if (isMap(contents)) this.#readSections(contents);
      else
        this.#draft.refuse(
          this.#line(contents),
          'no section: "uwsgi:" is expected, the options indented below it',
        );
    }
  }

  #readSections({ items }: YAMLMap): void {
    for (const { key, value } of items) {
      const name = this.#keyText(key);
      const line = this.#line(key);
      this.#remember(value);
      if (name === null) continue;
      if (isMap(value) && this.#draft.has(name)) {
        this.#draft.warn(line, `a second section ${name}: only the first is read`);
      } else if (isMap(value)) this.#readOptions(value, this.#draft.open(name, line));
      else if (isEmptyValue(value)) this.#draft.open(name, line);
      else if (isSeq(value))
        this.#draft.warn(line, `${name} is a list and no section (options have no "-"); it is ignored`);
      else this.#draft.warn(line, `${name} stands in no section; it is ignored`);
    }
  }

  #readOptions({ items }: YAMLMap, section: SectionDraft): void {
    for (const { key, value } of items) {
      const name = this.#keyText(key);
      this.#remember(value);
      if (name === null) continue;
      const line = this.#line(key);
      if (isSeq(value)) this.#readList(value, name, section);
      else if (isMap(value) && !value.flow) {
        this.#draft.warn(
          line,
          `${name} has options below it: they count as if they stood at its level, as in uWSGI`,
        );
        this.#readOptions(value, section);
      } else this.#readValue(value, { name, line, section });
    }
  }

  #readList({ items }: YAMLSeq, name: string, section: SectionDraft): void {
    for (const item of items) {
      const line = this.#line(item);
      this.#remember(item);
      if (isSeq(item)) this.#draft.refuse(line, `${name}: a list in a list`);
      else if (isMap(item) && !item.flow) this.#draft.refuse(line, `${name}: options in a list`);
      else this.#readValue(item, { name, line, section });
    }
  }

  #readValue(value: unknown, at: Place): void {
    const { name, line, section } = at;
    if (isEmptyValue(value)) {
      this.#draft.warn(
        line,
        `${name} has no value and is left out, as in uWSGI (to switch it on: "${name}: true")`,
      );
    } else if (isMap(value)) section.pairs.push({ key: name, value: this.#flowText(value, name), line });
    else if (isAlias(value)) this.#readAlias(value, at);
    else if (isScalar(value)) {
      section.pairs.push({ key: name, value: value.source ?? "", line });
    }
  }

  #readAlias({ source }: Alias, { name, line, section }: Place): void {
    const target = this.#anchors.get(source);
    if (isScalar(target)) {
      section.pairs.push({ key: name, value: target.source ?? "", line });
      return;
    }
    if (target !== undefined) {
      this.#draft.refuse(line, `${name}: *${source} stands for more than a text: write out what is meant`);
      return;
    }
    this.#draft.warn(
      line,
      `${name}: nothing is called &${source}; the text is "*${source}": put it in quotes`,
    );
    section.pairs.push({ key: name, value: `*${source}`, line });
  }

  #flowText({ range }: YAMLMap, name: string): string {
    const [start = 0, end = 0] = range ?? [];
    const text = this.#text.slice(start, end);
    this.#draft.warn(
      this.#lineOf(start),
      `${name}: a map where a text belongs; the text is ${shorten(JSON.stringify(text), 200)}: put it in quotes`,
    );
    return text;
  }

  #remember(node: unknown): void {
    if (!isScalar(node) && !isMap(node) && !isSeq(node)) return;
    if (node.anchor !== undefined) this.#anchors.set(node.anchor, node);
  }

  #keyText(key: unknown): string | null {
    if (isScalar(key) && key.source !== undefined && key.source !== "") return key.source;
    this.#draft.refuse(this.#line(key), "a key is no text");
    return null;
  }

  #line(node: unknown): number {
    const range = isScalar(node) || isAlias(node) || isMap(node) || isSeq(node) ? node.range : null;
    return this.#lineOf(range?.[0] ?? 0);
  }
}

function isEmptyValue(value: unknown): boolean {
  return value === null || value === undefined || (isScalar(value) && isEmpty(value));
}

function isEmpty({ source, type }: Scalar): boolean {
  return type === "PLAIN" && (source ?? "") === "";
}
