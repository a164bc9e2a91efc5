/**
 * The named pipes that commands of one letter come from: `echo r > /run/site.fifo`. One of up to ten is
 * read at a time; a digit in it changes to another, as in uWSGI, so that two instances can swap roles.
 * Anybody who may write to it may write anything: a line with a letter that means nothing is left
 * undone as a whole, and said.
 */

import { execFileSync } from "node:child_process";
import { constants, lstatSync, openSync, type Stats } from "node:fs";
import { Socket } from "node:net";
import { commandOfLetter, type PlainCommandName } from "../../base/commands.ts";
import { SECOND } from "../../base/duration.ts";
import { quoted } from "../../base/quoted.ts";
import type { Log } from "../../observe/log.ts";
import type { EventQueue } from "../event-queue.ts";
import type { MasterEvent } from "../events.ts";
import { Refusal, refuseFile } from "../start/refusal.ts";
import { OwnFile, unlinkQuietly } from "./own-file.ts";

/** Nobody means more than that at once. */
const MOST_LETTERS = 256;
/** Rubbish is followed by more of it: whoever sends it waits, and the log is not filled. */
const PAUSE = 1 * SECOND;
/** uWSGI's letters for what there is none of here: the emperor, subscriptions, a zerg pool. */
const WITHOUT_MEANING = "EBS";

interface FifoParts {
  /** In the order of their slots. */
  readonly paths: readonly string[];
  /** Who has named them: "uwsgi.ini:3: master-fifo". */
  readonly origin: string;
  readonly queue: EventQueue<MasterEvent>;
  readonly log: Log;
}

type Order = { readonly slot: number } | { readonly name: PlainCommandName };

export class MasterFifo implements Disposable {
  readonly #parts: FifoParts;
  /** At the end they are removed. */
  readonly #made: OwnFile[] = [];
  #path = "";
  #stream: Socket | null = null;
  /** Until the next line begins: what comes is the rest of rubbish. */
  #isDeaf = false;

  /** Reads the first of them. Throws a Refusal. */
  constructor(parts: FifoParts) {
    this.#parts = parts;
    const [first] = parts.paths;
    if (first !== undefined) this.#open(first);
  }

  [Symbol.dispose](): void {
    this.#stream?.destroy();
    for (const file of this.#made) file.remove();
  }

  #open(path: string): void {
    const descriptor = openFifo(path, this.#parts.origin, this.#made);
    this.#stream?.destroy();
    this.#path = path;
    // Open for writing too: it never comes to an end when a writer has gone.
    this.#stream = new Socket({ fd: descriptor, readable: true, writable: false });
    this.#stream.unref();
    this.#stream.setEncoding("latin1").on("data", (text: string) => this.#take(text));
    this.#stream.on("error", (error) => this.#parts.log.event(`${this.#cause}: ${error.message}`));
  }

  get #cause(): string {
    return `master-fifo (${this.#path})`;
  }

  #take(text: string): void {
    const heard = this.#isDeaf ? text.replace(/^[^\n]*/, "") : text;
    this.#isDeaf &&= heard === "";
    if (heard.length > MOST_LETTERS) return this.#refuse(heard, "nobody means so much at once");
    for (const line of heard.split(/\s+/)) {
      const orders = readOrders(line);
      if (orders === null) return this.#refuse(heard, `a letter in ${quoted(line)} means nothing`);
      for (const order of orders) this.#obey(order);
    }
  }

  /** One line in the log for all that has come. */
  #refuse(heard: string, why: string): void {
    this.#ignore(`${quoted(heard.trim())}: ${why}`);
    this.#isDeaf = !heard.endsWith("\n");
    const stream = this.#stream?.pause();
    setTimeout(() => stream?.resume(), PAUSE).unref();
  }

  #obey(order: Order): void {
    if ("slot" in order) return this.#change(order.slot);
    this.#parts.queue.push({ from: "command", command: { name: order.name }, cause: this.#cause });
  }

  #change(slot: number): void {
    const path = this.#parts.paths[slot];
    if (path === undefined) return this.#ignore(`there is no master-fifo of the number ${slot}`);
    if (path === this.#path) return;
    try {
      this.#open(path);
      this.#parts.log.event(`commands are now read from ${this.#cause}`);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      this.#ignore(error.text);
    }
  }

  #ignore(why: string): void {
    this.#parts.log.event(`${this.#cause}: ignored: ${why}`);
  }
}

/** Null for a line that is none. */
function readOrders(line: string): readonly Order[] | null {
  const letters = [...line].filter((letter) => !WITHOUT_MEANING.includes(letter));
  const orders = letters.map(readOrder);
  return orders.some((order) => order === null) ? null : orders.filter((order) => order !== null);
}

function readOrder(letter: string): Order | null {
  if (/^[0-9]$/.test(letter)) return { slot: Number(letter) };
  const name = commandOfLetter(letter);
  return name === null ? null : { name };
}

/**
 * What stands there is another instance's, or was left behind: it is replaced, as uWSGI does, so that
 * no two read the same one. Where we may not, an operator has made it for us.
 */
function openFifo(path: string, origin: string, made: OwnFile[]): number {
  const found = look(path);
  if (found !== null && !found.isFIFO())
    throw new Refusal(`${origin}: ${path}: is there already, and is no named pipe`, [
      "remove it, or name another path",
    ]);
  try {
    if (found === null || unlinkQuietly(path)) {
      makeFifo(path);
      made.push(new OwnFile(path));
    } else if (found.uid !== 0 && found.uid !== process.getuid?.())
      throw new Refusal(`${origin}: ${path}: is there already, and belongs to another user`, [
        "whoever it is could command this instance: name a path in a directory of your own",
      ]);
    return openSync(path, constants.O_RDWR | constants.O_NONBLOCK | constants.O_NOFOLLOW);
  } catch (error) {
    throw error instanceof Refusal ? error : refuseFile(origin, path, error);
  }
}

/** Node cannot: the program is part of every system. */
function makeFifo(path: string): void {
  try {
    execFileSync("mkfifo", ["-m", "600", "--", path], {
      stdio: ["ignore", "ignore", "pipe"],
      encoding: "utf8",
      env: { ...process.env, LC_ALL: "C" },
    });
  } catch (error) {
    const { stderr = "", message } = error as Error & { stderr?: string };
    throw Object.assign(new Error(stderr.trim() || message), { code: codeOf(stderr) });
  }
}

function codeOf(words: string): string {
  if (words.includes("No such file")) return "ENOENT";
  return words.includes("Permission denied") ? "EACCES" : "";
}

function look(path: string): Stats | null {
  return lstatSync(path, { throwIfNoEntry: false }) ?? null;
}
