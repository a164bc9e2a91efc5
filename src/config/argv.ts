/**
 * A command line → entries, in the syntax of getopt_long that uWSGI uses:
 * --name value, --name=value, -p 4, -p4, -ML, and "--" before what must not be an option.
 *
 * Beyond getopt: a flag takes "=false"; an optional value may stand behind a space where it reads as one;
 * an option's name is never taken for the value of the option before it.
 * Abbreviated names are refused: a later version could make them mean something else.
 */

import { nearestName } from "../base/nearest-name.ts";
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
}

export interface CommandLineParts {
  readonly entries: readonly Entry[];
  /** What is no option: `name` is empty there. */
  readonly positionals: readonly Entry[];
  /** Where there is one, which words are positionals is a guess: the value of an unknown option looks like one. */
  readonly problems: readonly string[];
}

export function readArgv(argv: readonly string[], vocabulary: Vocabulary): CommandLineParts {
  const reading = new Reading(argv, vocabulary);
  while (reading.readNext());
  return reading;
}

class Reading implements CommandLineParts {
  readonly entries: Entry[] = [];
  readonly positionals: Entry[] = [];
  readonly problems: string[] = [];
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
      value: word,
      origin: `"${word}" (argument ${this.#next})`,
      place: this.#place(),
    });
  }

  #readLong(word: string): void {
    const equals = word.indexOf("=");
    const written = equals < 0 ? word.slice(2) : word.slice(2, equals);
    const origin = `--${written} (argument ${this.#next})`;
    const attached = equals < 0 ? null : word.slice(equals + 1);
    const syntax = this.#vocabulary.long.get(written);
    if (syntax !== undefined) this.#readValue(syntax, attached, origin);
    else this.#refuse(origin, nearestName(written, this.#vocabulary.long.keys()));
  }

  #readShort(word: string): void {
    // "-wsgi x" is a slip for "--wsgi x", not the module "sgi".
    const long = word.slice(1).replace(/=.*$/s, "");
    if (this.#vocabulary.long.has(long)) return this.#refuse(`-${long} (argument ${this.#next})`, long);
    for (let at = 1; at < word.length; at++) {
      const letter = word.charAt(at);
      const origin = `-${letter} (argument ${this.#next})`;
      const syntax = this.#vocabulary.short.get(letter);
      if (syntax === undefined) {
        this.#refuse(origin, null);
        return;
      }
      if (syntax.value !== "none") {
        const attached = word.slice(at + 1).replace(/^=/, "");
        return this.#readValue(syntax, attached === "" ? null : attached, origin);
      }
      this.#add(syntax, null, origin);
    }
  }

  #readValue(syntax: OptionSyntax, attached: string | null, origin: string): void {
    if (attached !== null || syntax.value === "none") return this.#add(syntax, attached, origin);
    const following = this.#followingValue();
    if (syntax.value === "optional") {
      const isValue = following !== null && syntax.accepts(following);
      if (isValue) this.#next++;
      return this.#add(syntax, isValue ? following : null, origin);
    }
    if (following === null) {
      this.problems.push(`${origin}: a value is missing`);
      return;
    }
    this.#next++;
    this.#add(syntax, following, origin);
  }

  /** The next word unless it is itself an option that we know. */
  #followingValue(): string | null {
    const word = this.#argv[this.#next];
    if (word === undefined || word === "--") return null;
    const name = /^--([^=]+)/.exec(word)?.[1];
    return name !== undefined && this.#vocabulary.long.has(name) ? null : word;
  }

  #refuse(origin: string, meant: string | null): void {
    this.problems.push(`${origin}: no such option${meant === null ? "" : ` (did you mean --${meant}?)`}`);
  }

  #add(syntax: OptionSyntax, value: string | null, origin: string): void {
    this.entries.push({ name: syntax.name, value, origin, place: this.#place() });
  }

  #place(): Place {
    return { kind: "argument", number: this.#next };
  }
}
