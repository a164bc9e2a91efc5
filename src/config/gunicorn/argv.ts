/**
 * A command line → entries, as Gunicorn reads it with Python's argparse:
 * --name value, --name=value, -w 4, -w4, -w=4, -Rw4, the beginning of a long name that only one flag has,
 * and "--" before what must not be a flag. What looks like a flag is never the value of the one before it.
 *
 * Beyond argparse: a name that is right but for its dashes and underscores (--keepalive) is taken for what it means.
 */

import { nearestName } from "../../base/nearest-name.ts";
import type { Entry, Place } from "../entry.ts";

export interface GunicornFlag {
  /** The setting's name, which becomes the entry's. */
  readonly setting: string;
  /** With their dashes: "-w", "--workers". */
  readonly written: readonly string[];
  readonly value: "required" | "optional" | "none";
  /** Other names that plainly mean this flag, without dashes and underscores. */
  readonly alsoCalled?: readonly string[];
  /** Ours, not Gunicorn's: its name is not taken for the beginning of another one, nor shortened. */
  readonly isOurs?: boolean;
}

export interface FlagReading {
  /** `name` is the setting; `value` is null where none was written. */
  readonly entries: readonly Entry[];
  readonly positionals: readonly Entry[];
  readonly problems: readonly string[];
}

/** `source`: null for the command line itself, else the variable that holds these words. */
export function readGunicornArgv(
  argv: readonly string[],
  flags: readonly GunicornFlag[],
  source: string | null = null,
): FlagReading {
  const reading = new Reading(argv, flags, source);
  while (reading.readNext());
  return reading;
}

/** What a word is, once flags are looked up: nothing but flags and words are told apart here. */
type Word =
  | {
      readonly kind: "flag";
      readonly flag: GunicornFlag;
      readonly name: string;
      readonly attached: string | null;
    }
  | { readonly kind: "unknown"; readonly name: string; readonly candidates: readonly string[] }
  | { readonly kind: "text" };

class Reading implements FlagReading {
  readonly entries: Entry[] = [];
  readonly positionals: Entry[] = [];
  readonly problems: string[] = [];
  readonly #argv: readonly string[];
  readonly #flags: ReadonlyMap<string, GunicornFlag>;
  readonly #source: string | null;
  #next = 0;
  #onlyPositionals = false;

  constructor(argv: readonly string[], flags: readonly GunicornFlag[], source: string | null) {
    this.#argv = argv;
    this.#flags = new Map(flags.flatMap((flag) => flag.written.map((name) => [name, flag] as const)));
    this.#source = source;
  }

  readNext(): boolean {
    const text = this.#argv[this.#next];
    if (text === undefined) return false;
    this.#next++;
    if (text === "--" && !this.#onlyPositionals) {
      this.#onlyPositionals = true;
      return true;
    }
    const word: Word = this.#onlyPositionals ? { kind: "text" } : this.#classify(text);
    if (word.kind === "text") this.positionals.push(this.#entry("", text, `"${text}"`));
    else if (word.kind === "unknown") this.#refuse(word);
    else this.#readFlag(word);
    return true;
  }

  #classify(text: string): Word {
    if (!text.startsWith("-") || text === "-") return { kind: "text" };
    const exact = this.#flags.get(text);
    if (exact !== undefined) return { kind: "flag", flag: exact, name: text, attached: null };
    const equals = text.indexOf("=");
    const name = equals < 0 ? text : text.slice(0, equals);
    const attached = equals < 0 ? null : text.slice(equals + 1);
    const named = this.#flags.get(name);
    if (named !== undefined) return { kind: "flag", flag: named, name, attached };
    if (text.startsWith("--")) return this.#classifyLong(name, attached, text);
    const letter = text.slice(0, 2);
    const short = this.#flags.get(letter);
    if (short !== undefined) return { kind: "flag", flag: short, name: letter, attached: text.slice(2) };
    return isNumberOrPhrase(text) ? { kind: "text" } : { kind: "unknown", name, candidates: [] };
  }

  #classifyLong(name: string, attached: string | null, text: string): Word {
    const beginning = [...this.#flags].filter(([known, flag]) => known.startsWith(name) && !flag.isOurs);
    const [only] = beginning;
    if (only !== undefined && beginning.length === 1)
      return { kind: "flag", flag: only[1], name: only[0], attached };
    const meant = this.#findByLetters(name);
    if (meant !== null) return { kind: "flag", flag: meant, name, attached };
    if (only === undefined && text.includes(" ") && attached === null) return { kind: "text" };
    return { kind: "unknown", name, candidates: beginning.map(([known]) => known) };
  }

  #findByLetters(name: string): GunicornFlag | null {
    const letters = lettersOf(name);
    for (const [written, flag] of this.#flags) {
      const isLong = written.startsWith("--") && lettersOf(written) === letters;
      if (isLong || flag.alsoCalled?.includes(letters)) return flag;
    }
    return null;
  }

  #readFlag({ flag, name, attached }: Extract<Word, { kind: "flag" }>): void {
    if (flag.value === "none") return this.#readSwitch(flag, name, attached);
    if (attached !== null)
      return this.#add(flag, name, attached.replace(name.startsWith("--") ? /$^/ : /^=/, ""));
    const following = this.#argv[this.#next];
    const isValue =
      following !== undefined && following !== "--" && this.#classify(following).kind === "text";
    if (isValue) this.#next++;
    if (isValue || flag.value === "optional") return this.#add(flag, name, isValue ? following : null);
    this.problems.push(`${this.#origin(name)}: a value is missing`);
  }

  /** -Rw4 is -R and -w4. */
  #readSwitch(flag: GunicornFlag, name: string, attached: string | null): void {
    if (attached === null || attached === "") return this.#add(flag, name, null);
    const next = name.startsWith("--") ? null : this.#classify(`-${attached}`);
    if (next?.kind !== "flag") {
      this.problems.push(`${this.#origin(name)}: takes no value, but "${attached}" was given`);
      return;
    }
    this.#add(flag, name, null);
    this.#readFlag(next);
  }

  #refuse({ name, candidates }: Extract<Word, { kind: "unknown" }>): void {
    if (candidates.length > 0) {
      this.problems.push(`${this.#origin(name)}: could be ${candidates.join(" or ")}`);
      return;
    }
    const meant = nearestName(name, this.#flags.keys());
    this.problems.push(
      `${this.#origin(name)}: no such option${meant === null ? "" : ` (did you mean ${meant}?)`}`,
    );
  }

  #add(flag: GunicornFlag, name: string, value: string | null): void {
    this.entries.push(this.#entry(flag.setting, value, name));
  }

  #entry(name: string, value: string | null, written: string): Entry {
    return { name, written: name, value, origin: this.#origin(written), place: this.#place() };
  }

  #origin(written: string): string {
    return this.#source === null ? `${written} (argument ${this.#next})` : `${this.#source}: ${written}`;
  }

  #place(): Place {
    return this.#source === null
      ? { kind: "argument", number: this.#next }
      : { kind: "variable", name: this.#source };
  }
}

/** "--keep_alive" → "keepalive" */
export function lettersOf(name: string): string {
  return name.replace(/[-_]/g, "").toLowerCase();
}

/** To argparse, a negative number is a value, and so is what has a blank in it. */
function isNumberOrPhrase(text: string): boolean {
  return /^-\d+$|^-\d*\.\d+$/.test(text) || text.includes(" ");
}
