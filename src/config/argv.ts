/**
 * A command line → entries, in the syntax of getopt_long that uWSGI uses:
 * --name value, --name=value, -p 4, -p4, -ML, and "--" before what must not be an option.
 *
 * Beyond getopt: a flag takes "=false"; an optional value may stand behind a space where it reads as one;
 * an option's name is never taken for the value of the option before it.
 * Abbreviated names are refused: a later version could make them mean something else.
 */

import { splitOnce } from "../base/split-once.ts";
import type { Entry, Place } from "./entry.ts";

/** What has to be known of an option to find its value. */
export interface OptionSyntax {
  readonly name: string;
  readonly value: "required" | "optional" | "none";
  accepts(text: string): boolean;
}

export interface Vocabulary {
  /** By every long name and alias. */
  readonly long: ReadonlyMap<string, OptionSyntax>;
  /** By letter. */
  readonly short: ReadonlyMap<string, OptionSyntax>;
  /** The option that a name which is none stands for in all likelihood. */
  meant(written: string): string | null;
}

export interface CommandLineParts {
  readonly entries: readonly Entry[];
  /** What is no option: `name` is empty there. */
  readonly positionals: readonly Entry[];
  /** Where there is one, which words are positionals is a guess: the value of an unknown option looks like one. */
  readonly problems: readonly string[];
  readonly warnings: readonly string[];
}

export function readArgv(argv: readonly string[], vocabulary: Vocabulary): CommandLineParts {
  const reading = new Reading(argv, vocabulary);
  while (reading.readNext());
  return reading;
}

interface Spelling {
  readonly origin: string;
  readonly written: string;
}

/** In letters: a shorter one begins half the table. */
const SHORTEST = 3;
const MOST_SHOWN = 4;

class Reading implements CommandLineParts {
  readonly entries: Entry[] = [];
  readonly positionals: Entry[] = [];
  readonly problems: string[] = [];
  readonly warnings: string[] = [];
  readonly #argv: readonly string[];
  readonly #vocabulary: Vocabulary;
  #next = 0;
  #onlyPositionals = false;

  constructor(argv: readonly string[], vocabulary: Vocabulary) {
    this.#argv = argv;
    this.#vocabulary = vocabulary;
  }

  readNext(): boolean {
    const word = this.#argv[this.#next];
    if (word === undefined) return false;
    this.#next++;
    if (this.#onlyPositionals || !word.startsWith("-")) this.#readPositional(word);
    else if (word === "--") this.#onlyPositionals = true;
    else if (word === "-")
      this.problems.push(`"-" (argument ${this.#next}): nothing is read from the standard input`);
    else if (word.startsWith("--")) this.#readLong(word);
    else this.#readShort(word);
    return true;
  }

  #readPositional(word: string): void {
    this.positionals.push({
      name: "",
      written: "",
      value: word,
      origin: `"${word}" (argument ${this.#next})`,
      place: this.#place(),
    });
  }

  #readLong(word: string): void {
    const [written, attached] = splitOnce(word.slice(2));
    const origin = `--${written} (argument ${this.#next})`;
    const syntax = this.#vocabulary.long.get(written);
    if (syntax !== undefined) this.#readValue(syntax, attached, { origin, written });
    else this.#refuse(origin, this.#meant(written));
  }

  #readShort(word: string): void {
    const long = word.slice(1).replace(/=.*$/s, "");
    if (this.#vocabulary.long.has(long)) {
      const first = this.#vocabulary.short.get(word.charAt(1));
      // "-wsgi x" is a slip for "--wsgi x", not the module "sgi".
      if (first === undefined || first.value === "required")
        return this.#refuse(`-${long} (argument ${this.#next})`, `did you mean --${long}?`);
      const origin = `-${long} (argument ${this.#next})`;
      this.warnings.push(`${origin}: read as single letters, as uWSGI does (did you mean --${long}?)`);
    }
    for (let at = 1; at < word.length; at++) {
      const letter = word.charAt(at);
      const syntax = this.#vocabulary.short.get(letter);
      if (syntax === undefined) return this.#refuse(`-${letter} (argument ${this.#next})`, null);
      // What is said about it speaks of the option: a letter alone does not tell which.
      const origin = `-${letter}, --${syntax.name} (argument ${this.#next})`;
      const spelling = { origin, written: syntax.name };
      if (syntax.value !== "none") {
        const attached = word.slice(at + 1).replace(/^=/, "");
        return this.#readValue(syntax, attached === "" ? null : attached, spelling);
      }
      this.#add(syntax, null, spelling);
    }
  }

  #readValue(syntax: OptionSyntax, attached: string | null, spelling: Spelling): void {
    if (attached !== null || syntax.value === "none") return this.#add(syntax, attached, spelling);
    const following = this.#followingValue();
    if (syntax.value === "optional") {
      const isValue = following !== null && syntax.accepts(following);
      if (isValue) this.#next++;
      return this.#add(syntax, isValue ? following : null, spelling);
    }
    if (following === null) {
      this.problems.push(`${spelling.origin}: a value is missing`);
      return;
    }
    this.#next++;
    this.#add(syntax, following, spelling);
  }

  /** The next word unless it is itself an option that we know. */
  #followingValue(): string | null {
    const word = this.#argv[this.#next];
    if (word === undefined || word === "--") return null;
    const name = /^--([^=]+)/.exec(word)?.[1];
    return name !== undefined && this.#vocabulary.long.has(name) ? null : word;
  }

  #meant(written: string): string | null {
    const meant = this.#vocabulary.meant(written);
    return meant === null ? this.#longerNames(written) : `did you mean --${meant}?`;
  }

  /** What it may be short for. */
  #longerNames(written: string): string | null {
    if (written.length < SHORTEST) return null;
    const names = [...this.#vocabulary.long.keys()].filter((name) => name.startsWith(written));
    if (names.length === 0) return null;
    const shown = names.slice(0, MOST_SHOWN).map((name) => `--${name}`);
    return `it begins ${[...shown, ...(names.length > MOST_SHOWN ? ["…"] : [])].join(", ")}`;
  }

  #refuse(origin: string, hint: string | null): void {
    this.problems.push(`${origin}: no such option${hint === null ? "" : ` (${hint})`}`);
  }

  #add(syntax: OptionSyntax, value: string | null, { origin, written }: Spelling): void {
    this.entries.push({ name: syntax.name, written, value, origin, place: this.#place() });
  }

  #place(): Place {
    return { kind: "argument", number: this.#next };
  }
}
