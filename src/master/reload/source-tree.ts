/**
 * What belongs to an application's source: which places are watched, and which files in them count. It only
 * grows: what was watched once does no harm later.
 */

import { existsSync, type Stats, statSync } from "node:fs";
import { homedir } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import type { Settings } from "../../settings/settings.ts";

/** Modules, compiled ones too, and templates by the endings that the engines' manuals use. */
const SOURCE = /\.(py|so|html?|jinja2?|j2|mako|tmpl|tpl)$/;
/** Files of editors, of version control, and hidden ones. */
const TRANSIENT = /^[.#]|[~#]$/;
const OTHERS: ReadonlySet<string> = new Set([
  "__pycache__",
  "node_modules",
  "site-packages",
  "dist-packages",
]);
/** Each one costs a watch of the system, and so does each file that counts. */
const MOST_DIRECTORIES = 5000;

export class SourceTree {
  /** Sources count there and below. */
  readonly #trees = new Set<string>();
  /** Sources count there, not below. */
  readonly #folders = new Set<string>();
  /** All there and below counts. */
  readonly #whole = new Set<string>();
  /** They count, whatever they are called. */
  readonly #files = new Set<string>();
  #places: ReadonlySet<string> = new Set();
  /** Ends of the paths of modules that do not count. */
  #ignored: readonly string[] = [];
  readonly #directories = new Set<string>();
  isTooLarge = false;

  /** All that is to be watched. */
  get places(): ReadonlySet<string> {
    return this.#places;
  }

  /** Answers the places that were not there before. */
  addSettings(settings: Settings): readonly string[] {
    const base = resolve(settings.chdir ?? ".");
    this.#ignored = settings.pyAutoReloadIgnore.flatMap((module) => {
      const path = `/${module.replaceAll(".", "/")}`;
      return [`${path}.py`, `${path}/__init__.py`];
    });
    return this.#adding(() => {
      this.#addTree(base);
      for (const path of settings.pythonpath) this.#addTree(resolve(base, path));
      for (const { file } of [settings.application, ...settings.mount.map((one) => one.application)]) {
        if (file === null) continue;
        this.#addTree(dirname(resolve(base, file)));
        this.#files.add(resolve(base, file));
      }
      for (const path of settings.pyAutoreloadExtra.map((one) => resolve(base, one))) {
        if (kindOf(path) === "directory") this.#whole.add(path);
        else this.#files.add(path);
      }
    });
  }

  /** Packages and single modules that were imported. */
  addImported(paths: readonly string[]): readonly string[] {
    return this.#adding(() => {
      for (const path of paths) {
        if (kindOf(path) === "directory") this.#addTree(path);
        else this.#files.add(path);
      }
    });
  }

  /** A whole home or file system is nobody's source, though an application may lie in it. */
  #addTree(path: string): void {
    if (kindOf(path) !== "directory") return;
    if (path === "/" || path === homedir()) this.#folders.add(path);
    else this.#trees.add(path);
  }

  #adding(add: () => void): readonly string[] {
    const before = this.#places;
    add();
    // A file is watched through its directory: it may be replaced, or not be there yet.
    const homes = [...this.#files].map(dirname).filter((path) => kindOf(path) === "directory");
    this.#places = new Set([...this.#trees, ...this.#folders, ...this.#whole, ...homes]);
    return [...this.#places].filter((path) => !before.has(path));
  }

  /** For the watcher, which asks with and without `stats`. */
  isIgnored(path: string, stats?: Stats): boolean {
    if (this.#places.has(path)) return false;
    if (stats?.isFile() === true) return !this.counts(path);
    if (isTransient(path) && !this.#files.has(path)) return true;
    return stats?.isDirectory() === true && !this.#isEntered(path);
  }

  /** Whether a change of the file is one of the source. */
  counts(path: string): boolean {
    if (this.#files.has(path)) return true;
    if (isTransient(path)) return false;
    if (placeAbove(path, this.#whole) !== null) return true;
    const directory = dirname(path);
    const place = this.#folders.has(directory) ? directory : placeAbove(path, this.#trees);
    if (place === null || this.#ignored.some((end) => path.endsWith(end))) return false;
    return SOURCE.test(path) || path.slice(place.length).includes("/templates/");
  }

  #isEntered(path: string): boolean {
    if (placeAbove(path, this.#trees) === null && placeAbove(path, this.#whole) === null) return false;
    // A virtual environment, whatever it is called.
    if (existsSync(join(path, "pyvenv.cfg"))) return false;
    if (this.#directories.size >= MOST_DIRECTORIES && !this.#directories.has(path)) {
      this.isTooLarge = true;
      return false;
    }
    this.#directories.add(path);
    return true;
  }
}

function isTransient(path: string): boolean {
  const name = basename(path);
  return OTHERS.has(name) || TRANSIENT.test(name);
}

function placeAbove(path: string, places: ReadonlySet<string>): string | null {
  for (let place = dirname(path); ; place = dirname(place)) {
    if (places.has(place)) return place;
    if (place === dirname(place)) return null;
  }
}

function kindOf(path: string): "directory" | "other" {
  try {
    return statSync(path).isDirectory() ? "directory" : "other";
  } catch {
    return "other";
  }
}
