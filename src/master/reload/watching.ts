/** The files, directories and descriptors that operators name: whoever changes one gives the command that belongs to it. */

import { statSync } from "node:fs";
import { dirname } from "node:path";
import type { Duty } from "../duty.ts";
import type { Equipment } from "../equipment.ts";
import { runTouchHook } from "../hooks/touch-hook.ts";
import type { Instance } from "../instance.ts";
import type { Generation } from "../processes/generation.ts";
import { SignallingDescriptors } from "./signalling-descriptors.ts";
import { TouchedFiles } from "./touched-files.ts";
import { TreeWatcher } from "./tree-watcher.ts";
import { type Trigger, triggersOf } from "./triggers.ts";

/** Several files are often changed at once; a directory's first change waits for others. */
const QUIET = 100;

export class Watching implements Duty {
  readonly #instance: Instance;
  readonly #equipment: Equipment;
  readonly #files: TouchedFiles;
  readonly #descriptors: SignallingDescriptors;
  /** By path and inode: one that was replaced is another. */
  readonly #directories = new Map<string, TreeWatcher>();
  /** Path → when it is due. */
  readonly #changed = new Map<string, number>();
  #generation: Generation;
  #triggers: readonly Trigger[] = [];

  constructor(instance: Instance, equipment: Equipment) {
    this.#instance = instance;
    this.#equipment = equipment;
    this.#files = new TouchedFiles({
      onTouch: (path) => this.#note(path, Date.now()),
      onMissing: (path) => this.#sayMissing(path),
    });
    this.#descriptors = new SignallingDescriptors(equipment);
    this.#generation = instance.generation;
    this.#watch();
  }

  goOn(now: number): void {
    if (this.#instance.generation !== this.#generation) this.#watch();
    const due = [...this.#changed].filter(([, time]) => time <= now).map(([path]) => path);
    if (due.length === 0) return;
    for (const path of due) {
      this.#changed.delete(path);
      for (const trigger of this.#triggers) if (trigger.path === path) this.#act(trigger);
    }
    // A directory may have become a file, or be there for the first time.
    this.#watch();
  }

  waits(now: number): readonly number[] {
    return [...this.#changed.values()].map((time) => time - now);
  }

  stop(): void {
    this.#files.stop();
    this.#descriptors.stop();
    for (const directory of this.#directories.values()) directory.stop();
    this.#directories.clear();
  }

  /** What is watched already stays watched, without a gap. */
  #watch(): void {
    this.#generation = this.#instance.generation;
    this.#triggers = triggersOf(this.#generation.settings);
    const directories = findDirectories(this.#triggers);
    const files = this.#triggers.map(({ path }) => path).filter((path) => !directories.has(path));
    this.#files.watch(new Set(files));
    const wanted = new Map([...directories].map(([path, inode]) => [`${inode} ${path}`, path]));
    for (const [key, watcher] of this.#directories) {
      if (wanted.has(key)) continue;
      watcher.stop();
      this.#directories.delete(key);
    }
    for (const [key, path] of wanted)
      if (!this.#directories.has(key)) this.#directories.set(key, this.#watchDirectory(path));
  }

  #watchDirectory(path: string): TreeWatcher {
    return new TreeWatcher({
      paths: [path],
      depth: 0,
      ignores: (entry) => entry !== path && dirname(entry) !== path,
      onChange: () => this.#note(path, Date.now() + QUIET),
      option: "fs-reload",
      log: this.#equipment.log,
    });
  }

  #note(path: string, due: number): void {
    if (!this.#changed.has(path)) this.#changed.set(path, due);
    this.#equipment.queue.push({ from: "timer" });
  }

  #sayMissing(path: string): void {
    const options = this.#triggers.filter((trigger) => trigger.path === path).map(({ option }) => option);
    this.#equipment.log.event(
      `${options.join(", ")} (${path}): there is no such file; it counts as touched when it is made`,
    );
  }

  #act({ option, path, does }: Trigger): void {
    const cause = `${option} (${path})`;
    const { queue, logDescriptor: output } = this.#equipment;
    switch (does.kind) {
      case "command":
        return queue.push({ from: "command", command: { name: does.name }, cause });
      case "hook":
        return void runTouchHook(does.hook, { cause, generation: this.#generation, output });
      case "renew":
        return queue.push({ from: "attachedTouched", program: does.program });
    }
  }
}

/** Path → inode. */
function findDirectories(triggers: readonly Trigger[]): ReadonlyMap<string, number> {
  const candidates = triggers.filter(({ looksInside }) => looksInside);
  return new Map(
    candidates.flatMap(({ path }) => {
      const inode = inodeOfDirectory(path);
      return inode === null ? [] : [[path, inode] as const];
    }),
  );
}

function inodeOfDirectory(path: string): number | null {
  try {
    const found = statSync(path);
    return found.isDirectory() ? found.ino : null;
  } catch {
    return null;
  }
}
