/** The words behind `tsgi ctl` → what is wanted of which instance. */

import type { PlainCommandName } from "../base/commands.ts";
import { nearestName } from "../base/nearest-name.ts";
import { type Parsed, parsed } from "../base/parsed.ts";
import { quoted } from "../base/quoted.ts";

/** How the instance is named: by nothing where only one runs. */
export type Which =
  | { readonly by: "only" }
  | { readonly by: "pid"; readonly pid: number }
  | { readonly by: "pidfile" | "socket"; readonly path: string };

export type Wanted =
  | { readonly do: "status" }
  | { readonly do: "logs"; readonly follows: boolean }
  | { readonly do: "scale"; readonly workers: number }
  | { readonly do: "command"; readonly name: PlainCommandName };

export interface CtlOrder {
  readonly which: Which;
  readonly wanted: Wanted;
  readonly asJson: boolean;
  /** Until it is done. */
  readonly waits: boolean;
}

/** A word, the flags that may stand with it, and what they make of it together. */
interface Word {
  readonly flags: readonly string[];
  readonly wants: (flags: ReadonlySet<string>) => Wanted;
}

export const ctlWords: Readonly<Record<string, Word>> = {
  status: { flags: [], wants: () => ({ do: "status" }) },
  reload: {
    flags: ["--chain", "--workers", "--at-once", "--wait"],
    wants: (flags) => command(reloadName(flags)),
  },
  stop: {
    flags: ["--now", "--wait"],
    wants: (flags) => command(flags.has("--now") ? "stop-at-once" : "stop"),
  },
  scale: { flags: [], wants: () => ({ do: "scale", workers: 0 }) },
  more: plain("more-workers"),
  fewer: plain("fewer-workers"),
  cheap: plain("cheap"),
  pause: plain("pause"),
  resume: plain("resume"),
  logs: {
    flags: ["--follow"],
    wants: (flags) => ({ do: "logs", follows: flags.has("--follow") }),
  },
  "reopen-logs": plain("reopen-logs"),
  "rotate-logs": plain("rotate-logs"),
  "log-status": plain("log-status"),
  "write-pidfiles": plain("write-pidfiles"),
  upgrade: { flags: ["--wait"], wants: () => command("upgrade") },
};

/** Flags of every word, and whether a value follows. */
const ctlFlags = { "--pid": true, "--pidfile": true, "--socket": true, "--json": false } as const;

/** All that may stand behind `ctl`, for the shells. */
export function ctlCompletions(): readonly string[] {
  const flags = Object.values(ctlWords).flatMap((word) => word.flags);
  return [...Object.keys(ctlWords), ...new Set([...Object.keys(ctlFlags), ...flags])];
}

/** What is invalid is a sentence. */
export function readCtlWords(words: readonly string[]): Parsed<CtlOrder> {
  const reading = new Reading();
  const left = [...words];
  for (let word = left.shift(); word !== undefined; word = left.shift()) {
    const [name = "", attached] = splitFlag(word);
    if (takesValue(name)) {
      const value = attached ?? left.shift();
      if (value === undefined) return mistake(`${name} wants a value`);
      reading.values.set(name, value);
    } else if (name.startsWith("-")) reading.flags.add(name);
    else reading.words.push(name);
  }
  return reading.order();
}

class Reading {
  readonly values = new Map<string, string>();
  readonly flags = new Set<string>();
  readonly words: string[] = [];

  order(): Parsed<CtlOrder> {
    const [name, ...arguments_] = this.words;
    const known = Object.keys(ctlWords).join(", ");
    if (name === undefined) return mistake(`what is wanted? One of ${known}`);
    const word = Object.hasOwn(ctlWords, name) ? ctlWords[name] : undefined;
    if (word === undefined)
      return mistake(`${quoted(name)}: ${suggestion(name) ?? `it is none of ${known}`}`);
    const stranger = [...this.flags].find((flag) => flag !== "--json" && !word.flags.includes(flag));
    if (stranger !== undefined) return mistake(`${quoted(stranger)} does not belong to ${name}`);
    const wanted = withNumber(word.wants(this.flags), arguments_);
    const which = this.#which();
    if (wanted === null)
      return mistake(name === "scale" ? "scale wants a number of workers" : `too many words behind ${name}`);
    if (which === null)
      return mistake("one of --pid N, --pidfile FILE and --socket PATH says which instance");
    const [asJson, waits] = [this.flags.has("--json"), this.flags.has("--wait")];
    return parsed({ which, wanted, asJson, waits });
  }

  /** Null where it is not one way. */
  #which(): Which | null {
    const [entry, ...more] = this.values;
    if (entry === undefined) return { by: "only" };
    const [flag, value] = entry;
    if (more.length > 0) return null;
    if (flag === "--pid") return /^[1-9]\d{0,9}$/.test(value) ? { by: "pid", pid: Number(value) } : null;
    return value === "" ? null : { by: flag === "--pidfile" ? "pidfile" : "socket", path: value };
  }
}

function mistake(sentence: string): Parsed<CtlOrder> {
  return { kind: "invalid", wanted: sentence };
}

function suggestion(name: string): string | null {
  const nearest = nearestName(name, Object.keys(ctlWords));
  return nearest === null ? null : `did you mean ${nearest}?`;
}

function splitFlag(word: string): readonly (string | undefined)[] {
  const at = word.startsWith("--") ? word.indexOf("=") : -1;
  return at === -1 ? [word] : [word.slice(0, at), word.slice(at + 1)];
}

function takesValue(name: string): boolean {
  return Object.entries(ctlFlags).some(([flag, wantsValue]) => flag === name && wantsValue);
}

function withNumber(wanted: Wanted, [number, ...more]: readonly string[]): Wanted | null {
  if (wanted.do !== "scale") return number === undefined ? wanted : null;
  const isNumber = number !== undefined && /^\d{1,4}$/.test(number) && more.length === 0;
  return isNumber ? { do: "scale", workers: Number(number) } : null;
}

function reloadName(flags: ReadonlySet<string>): PlainCommandName {
  const isAtOnce = flags.has("--at-once");
  if (flags.has("--workers")) return isAtOnce ? "reload-workers-at-once" : "reload-workers";
  if (isAtOnce) return "reload-at-once";
  return flags.has("--chain") ? "reload-chain" : "reload";
}

function command(name: PlainCommandName): Wanted {
  return { do: "command", name };
}

function plain(name: PlainCommandName): Word {
  return { flags: [], wants: () => command(name) };
}
