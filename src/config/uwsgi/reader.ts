/**
 * Collects options in the order in which uWSGI does, and carries out directives on the way:
 * a file's lines take the place of the line that names it.
 */

import { printable, quoted } from "../../base/quoted.ts";
import { splitOnce } from "../../base/split-once.ts";
import type { Vocabulary } from "../argv.ts";
import type { Entry, Place } from "../entry.ts";
import type { Surroundings } from "../surroundings.ts";
import { type Block, isEnding, isOpening, openBlock, type Scene } from "./blocks.ts";
import { directiveOf } from "./directives.ts";
import { type Collected, type Expansion, expandAll } from "./expand.ts";
import type { NamedFile } from "./magic.ts";
import type { Source } from "./sources.ts";

/** A line as somebody wrote it, of a file, of the command line or of the environment. */
export interface Written {
  readonly key: string;
  readonly value: string | null;
  readonly origin: string;
  readonly place: Place;
  readonly isTrusted: boolean;
}

export interface Item extends Collected {
  /** The option's own name. */
  readonly name: string;
  readonly place: Place;
}

/** Far more than a configuration has: a loop went wrong, or the file is something else. */
const MOST_ITEMS = 100_000;
/** In characters of their values, likewise. */
const MOST_TEXT = 16 << 20;

export class Reader implements Scene, Expansion {
  readonly surroundings: Surroundings;
  readonly vocabulary: Vocabulary;
  readonly collected: Item[] = [];
  readonly skipped: Entry[] = [];
  readonly referred = new Set<string>();
  readonly files: string[] = [];
  readonly problems: string[] = [];
  readonly warnings: string[] = [];
  /** The files being read, outermost first. */
  readonly stack: Source[] = [];
  /** What ":section" alone refers to outside of a file. */
  lastSource: Source | null = null;
  /** What %P and %D stand for. */
  firstFile: NamedFile | null = null;
  /** By name: "env=A=$1;processes=$2". */
  readonly declared = new Map<string, string>();
  /** Options that blacklist and whitelist speak of; null where neither is in force. */
  readonly lists: { black: ReadonlySet<string> | null; white: ReadonlySet<string> | null } = {
    black: null,
    white: null,
  };
  /** Null for what an envdir removed. */
  readonly #variables = new Map<string, string | null>();
  readonly #firstOf = new Map<string, Item>();
  #block: Block | null = null;
  /** Blocks within blocks, of which was told: each has an end that ends nothing. */
  #nested = 0;
  /** While a line of a block is carried out, so also for all lines of a file that it reads. */
  #isInBlock = false;
  #isFull = false;
  /** Characters of all values. */
  #textLength = 0;
  /** Options of declare-option that are being carried out. */
  readonly #declaring = new Set<string>();
  /** Names that a line `env` has set. */
  readonly #assigned = new Set<string>();

  constructor(surroundings: Surroundings, vocabulary: Vocabulary) {
    this.surroundings = surroundings;
    this.vocabulary = vocabulary;
  }

  async add(written: Written): Promise<void> {
    const { key, value, origin } = written;
    if (this.#isFull) return;
    if (this.#isForbidden(key))
      return this.refuse(`${origin}: this option is forbidden here by a blacklist or whitelist`);
    if (this.#isInBlock) return this.#take(written);
    if (key === "else" && this.#block !== null) {
      this.#block.otherwise = !this.#block.otherwise;
      return this.#take(written);
    }
    if (isEnding(key)) this.#close(origin);
    const block = this.#block;
    if (block === null) return this.#take(written);
    const turns = block.turns();
    if (turns.length === 0) this.#skip(written, block);
    this.#isInBlock = true;
    for (const turn of turns) {
      if (this.#isFull) break;
      const replaced = turn === null ? value : (value?.replaceAll("%(_)", () => turn) ?? null);
      await this.#take({ ...written, value: replaced });
    }
    this.#isInBlock = false;
  }

  /** Adds what is not an option as written somewhere, but comes of one. */
  push(written: Written, { isFinal }: { isFinal: boolean }): Item | null {
    const { key, value, origin, place, isTrusted } = written;
    if (!this.#makeRoom(value, origin)) return null;
    const item = { key, value, origin, place, isTrusted, isFinal, isRefused: false, name: this.nameOf(key) };
    this.collected.push(item);
    if (!this.#firstOf.has(key)) this.#firstOf.set(key, item);
    if (key === "env") this.#assigned.add(splitOnce(value ?? "")[0]);
    return item;
  }

  open(item: Item): void {
    const argument = item.value ?? "";
    if (this.#block !== null) {
      this.#nested++;
      return this.refuse(
        `${item.origin}: blocks cannot be nested, and the one of ${this.#block.origin} is still open: end it before`,
      );
    }
    if (/[$@%]\(/.test(argument))
      this.warn(
        `${item.origin}: placeholders are not replaced here, ${quoted(argument)} is taken as it is written`,
      );
    this.#block = openBlock(item.name, argument, { origin: item.origin, scene: this });
  }

  warnOfOpenBlock(): void {
    if (this.#block === null || this.#isFull) return;
    const end = this.#block.name.startsWith("for") ? "endfor" : "endif";
    this.warn(
      `${this.#block.origin}: no "${end} =" ends this block, so it reaches over all that comes after it`,
    );
  }

  expand(from: number): void {
    expandAll(this.collected.slice(from), this);
  }

  nameOf(key: string): string {
    return this.vocabulary.long.get(key)?.name ?? key;
  }

  first(key: string): Item | undefined {
    return this.#firstOf.get(key);
  }

  option(name: string): string | null {
    this.referred.add(name);
    const found = this.first(name);
    return found === undefined ? null : (found.value ?? "");
  }

  accepts(key: string, value: string): boolean {
    return this.vocabulary.long.get(key)?.accepts(value) ?? true;
  }

  variable(name: string): string | null {
    const changed = this.#variables.get(name);
    if (changed !== undefined) return changed;
    const { environment } = this.surroundings;
    // $(constructor): the names that every object has are no variables.
    return Object.hasOwn(environment, name) ? (environment[name] ?? null) : null;
  }

  setVariable(name: string, value: string | null): void {
    this.#variables.set(name, value);
  }

  assigns(name: string): boolean {
    return this.#assigned.has(name);
  }

  warn(message: string): void {
    this.warnings.push(printable(message));
  }

  refuse(message: string): void {
    this.problems.push(printable(message));
  }

  async #take(written: Written): Promise<void> {
    const name = this.nameOf(written.key);
    const directive = isOpening(name) ? (item: Item) => this.open(item) : directiveOf(name);
    const item = this.push(written, { isFinal: directive !== null || isEnding(name) });
    if (item === null) return;
    await directive?.(item, this);
    if (!this.vocabulary.long.has(written.key)) await this.#carryOutDeclared(item);
  }

  /** An option of declare-option stands for others: $1, $2 … are the words of its value. */
  async #carryOutDeclared({ key, value, origin, place, isTrusted }: Item): Promise<void> {
    const template = this.declared.get(key);
    if (template === undefined) return;
    if (this.#declaring.has(key)) return this.refuse(`${origin}: this declared option stands for itself`);
    this.#declaring.add(key);
    this.referred.add(key);
    const words = (value ?? "").split(" ").filter((word) => word !== "");
    const filled = template.replace(/\$([0-9]+)/g, (_, number: string) => words[Number(number) - 1] ?? "");
    for (const part of filled.split(";").filter((text) => text !== "")) {
      const [option, given] = splitOnce(part);
      await this.#take({ key: option, value: given, origin: `${origin} ${option}`, place, isTrusted });
    }
    this.#declaring.delete(key);
  }

  #close(origin: string): void {
    if (this.#block === null && this.#nested === 0)
      this.warn(`${origin}: no block is open here, so there is nothing to end`);
    if (this.#block === null && this.#nested > 0) this.#nested--;
    this.#block = null;
  }

  /** Whether a further line fits in: loops of loops could fill the memory. */
  #makeRoom(value: string | null, origin: string): boolean {
    if (this.#isFull) return false;
    this.#textLength += value?.length ?? 0;
    const isTooLong = this.collected.length + this.skipped.length >= MOST_ITEMS;
    this.#isFull = isTooLong || this.#textLength > MOST_TEXT;
    if (!this.#isFull) return true;
    const most = isTooLong ? `${MOST_ITEMS} lines` : "16 MiB";
    this.refuse(`${origin}: with this the configuration has more than ${most}, so no more is read`);
    return false;
  }

  #skip({ key, value, origin, place }: Written, block: Block): void {
    if (!this.#makeRoom(value, origin)) return;
    const name = this.nameOf(key);
    if (isOpening(name)) {
      this.#nested++;
      this.warn(`${origin}: blocks cannot be nested: the next end closes the block of ${block.origin} too`);
    }
    this.skipped.push({ name, written: key, value, origin, place });
  }

  #isForbidden(key: string): boolean {
    const { black, white } = this.lists;
    return (black?.has(key) ?? false) || (white !== null && !white.has(key));
  }
}
