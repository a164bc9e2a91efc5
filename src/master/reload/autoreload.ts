/**
 * py-autoreload: whoever saves a module or a template sees the new code with the next request. From the first
 * change on requests wait, so that none gets the old code, until the new one serves or has failed. Several
 * files saved at once are one reload. An application that cannot be loaded at the start waits for the next save.
 */

import { MINUTE, SECOND } from "../../base/duration.ts";
import type { Duty } from "../duty.ts";
import type { Equipment } from "../equipment.ts";
import type { Instance } from "../instance.ts";
import { showSpan } from "../processes/endings.ts";
import type { Generation } from "../processes/generation.ts";
import type { Refusal } from "../start/refusal.ts";
import type { Reloads } from "./reloads.ts";
import { SourceTree } from "./source-tree.ts";
import { TreeWatcher } from "./tree-watcher.ts";

/** An editor may write a file in several steps, and save several files. */
const QUIET = 100;
/** A tool that goes on writing is not waited for. */
const LONGEST_QUIET = 1 * SECOND;
/** Requests that wait longer get the old code: the new one may never be ready. */
const LONGEST_HOLD = 1 * MINUTE;
/** Nobody saves more often for long: after a longest hold, changes that follow faster are a program's, and hold nothing. */
const LULL = 5 * SECOND;

type State =
  | { readonly is: "idle" }
  | { readonly is: "gathering"; readonly since: number; readonly last: number; readonly paths: Set<string> }
  | { readonly is: "reloading" };

const IDLE: State = { is: "idle" };

export class Autoreload implements Duty {
  readonly #instance: Instance;
  readonly #equipment: Equipment;
  readonly #reloads: Reloads;
  readonly #tree = new SourceTree();
  #watcher: TreeWatcher | null = null;
  #generation: Generation | null = null;
  #state: State = IDLE;
  /** Requests wait since then; null where they do not. */
  #heldSince: number | null = null;
  #lastChange = 0;
  /** They have waited for the longest time already. */
  #isPatienceSpent = false;
  /** The start has failed, and a change is waited for. */
  #isStranded = false;

  constructor(instance: Instance, { equipment, reloads }: { equipment: Equipment; reloads: Reloads }) {
    this.#instance = instance;
    this.#equipment = equipment;
    this.#reloads = reloads;
    this.#follow(instance.generation);
  }

  get isOn(): boolean {
    return this.#watcher !== null;
  }

  get isStranded(): boolean {
    return this.#isStranded;
  }

  /** What was imported: new places to watch. */
  takeSources(paths: readonly string[]): void {
    const added = this.#tree.addImported(paths);
    this.#watcher?.add(added);
  }

  takeChange(path: string, now: number): void {
    if (this.#watcher === null) return;
    const paths = this.#state.is === "gathering" ? this.#state.paths : new Set<string>();
    const since = this.#state.is === "gathering" ? this.#state.since : now;
    this.#state = { is: "gathering", since, last: now, paths: paths.add(path) };
    if (now - this.#lastChange >= LULL) this.#isPatienceSpent = false;
    this.#lastChange = now;
    if (this.#heldSince === null && !this.#isPatienceSpent) this.#hold(now);
  }

  /** The application cannot be loaded, and nothing is left of the try. The next one comes with a change. */
  strand({ text }: Refusal): void {
    const { zygote, zygoteSeat, outgoing } = this.#instance;
    this.#isStranded = true;
    zygoteSeat.release();
    if (zygote !== null) {
      zygote.isDismissed = true;
      zygote.kill();
      outgoing.add(zygote);
    }
    this.#equipment.log.event(`${text}\n\nthe start goes on when a file has changed (py-autoreload)`);
  }

  /** Once a file has changed, where the start got stuck. */
  tryAgain(now: number): void {
    if (!this.#isStranded || this.#state.is !== "gathering" || now < this.#dueAt(this.#state)) return;
    this.#equipment.log.event(`${describe(this.#state.paths)}: trying again`);
    this.#isStranded = false;
    this.#rest();
    for (const seat of this.#instance.crew.seats) if (seat.occupant === null) seat.release();
  }

  goOn(now: number): void {
    if (this.#instance.generation !== this.#generation) this.#follow(this.#instance.generation);
    if (this.#state.is === "gathering" && now >= this.#dueAt(this.#state)) this.#begin(this.#state);
    if (this.#state.is === "reloading" && !this.#reloads.isBusy) this.#rest();
    if (this.#heldSince !== null && now - this.#heldSince >= LONGEST_HOLD) this.#losePatience();
  }

  waits(now: number): readonly number[] {
    return [
      ...(this.#state.is === "gathering" ? [this.#dueAt(this.#state) - now] : []),
      ...(this.#heldSince === null ? [] : [this.#heldSince + LONGEST_HOLD - now]),
    ];
  }

  /** The instance ends: nobody has to wait any more. */
  stop(): void {
    this.#watcher?.stop();
    this.#watcher = null;
    this.#rest();
  }

  #follow(generation: Generation): void {
    this.#generation = generation;
    const { settings } = generation;
    if (settings.pyAutoreload === 0) return this.stop();
    const added = this.#tree.addSettings(settings);
    if (this.#watcher !== null) return this.#watcher.add(added);
    const paths = [...this.#tree.places];
    const parts = {
      paths,
      ignores: this.#tree.isIgnored.bind(this.#tree),
      onChange: (path: string, what: "file" | "directory") => this.#report(path, what),
      onReady: () => this.#sayReady(paths),
      option: "py-autoreload",
      log: this.#equipment.log,
    };
    this.#watcher = new TreeWatcher(parts, { usesPolling: settings.pyAutoreloadPoll });
  }

  #report(path: string, what: "file" | "directory"): void {
    if (what === "file" && this.#tree.counts(path)) this.#equipment.queue.push({ from: "source", path });
  }

  #sayReady(paths: readonly string[]): void {
    const size = this.#tree.isTooLarge
      ? "; there are too many directories below, and not all are watched: chdir to that of the application"
      : "";
    this.#equipment.log.event(`py-autoreload: watching ${paths.join(", ")}${size}`);
  }

  #dueAt({ since, last }: State & { is: "gathering" }): number {
    return Math.min(last + QUIET, since + LONGEST_QUIET);
  }

  #begin({ paths }: State & { is: "gathering" }): void {
    this.#state = { is: "reloading" };
    this.#reloads.request("reload", describe(paths));
    // It begins with the next turn of the loop.
    this.#equipment.queue.push({ from: "timer" });
  }

  #rest(): void {
    this.#state = IDLE;
    this.#isPatienceSpent = false;
    if (this.#heldSince !== null) this.#letGo();
  }

  #losePatience(): void {
    this.#isPatienceSpent = true;
    this.#letGo();
    this.#equipment.log.event(
      `py-autoreload: the new code does not serve after ${showSpan(LONGEST_HOLD)}; until it does, requests get the old one`,
    );
  }

  #hold(now: number): void {
    this.#heldSince = now;
    this.#instance.hold(true);
  }

  #letGo(): void {
    this.#heldSince = null;
    this.#instance.hold(false);
  }
}

function describe(paths: ReadonlySet<string>): string {
  const [first] = paths;
  const more = paths.size > 1 ? ` and ${paths.size - 1} more` : "";
  return `py-autoreload (${first}${more})`;
}
