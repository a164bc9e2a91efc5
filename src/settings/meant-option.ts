import { nearestName } from "../base/nearest-name.ts";
import { options } from "./options.ts";

export interface Meant {
  readonly name: string;
  /** It is written with other separators or capitals, no more. */
  readonly isExact: boolean;
}

/** What people write for an option, from files in the wild, where counting differing letters does not find it. */
export const mistakenNames: Readonly<Record<string, string>> = {
  app: "module",
  application: "module",
  "wsgi-app": "module",
  script: "wsgi-file",
  "wsgi-script": "wsgi-file",
  bind: "http-socket",
  port: "http-socket",
  host: "http-socket",
  worker: "processes",
  process: "processes",
  concurrency: "threads",
  timeout: "harakiri",
  "request-timeout": "harakiri",
  "worker-timeout": "harakiri",
  "graceful-timeout": "worker-reload-mercy",
  keepalive: "http-keepalive",
  "keep-alive": "http-keepalive",
  backlog: "listen",
  "max-body-size": "limit-post",
  user: "uid",
  group: "gid",
  daemon: "daemonize",
  "log-file": "logto",
  logfile: "logto",
  "access-log": "req-logger",
  "log-backupcount": "log-backupname",
  "exec-pre": "exec-pre-app",
  preload: "lazy-apps",
  "python-home": "home",
  "python-autoload": "py-autoreload",
  autoreload: "py-autoreload",
  static: "static-map",
  pid: "pidfile",
  "proc-name": "procname",
};

interface Names {
  readonly all: readonly string[];
  /** For each of `all`, in its order. */
  readonly letters: readonly number[];
  readonly bySpelling: ReadonlyMap<string, string>;
}

/** Made at the first slip: most starts have none. */
let index: Names | null = null;

/** The option that a name which is none stands for in all likelihood. */
export function meantOption(written: string): Meant | null {
  index ??= indexNames();
  const spelled = spelling(written);
  const exact = index.bySpelling.get(spelled);
  if (exact !== undefined) return { name: exact, isExact: true };
  const mistaken = Object.hasOwn(mistakenNames, spelled) ? mistakenNames[spelled] : undefined;
  const meant = mistaken !== undefined && options.has(mistaken) ? mistaken : nearest(spelled, index);
  return meant === null ? null : { name: meant, isExact: false };
}

const LONGEST = 40;
const SHORTEST = 5;

/** Words of three or four letters are near to half the table: they are somebody's own. */
function nearest(spelled: string, { all, letters }: Names): string | null {
  if (spelled.length < SHORTEST || spelled.length > LONGEST) return null;
  const has = lettersOf(spelled);
  const similar = all.filter((name, at) => {
    return name.startsWith(spelled) || countBits((letters[at] ?? 0) ^ has) <= MOST_UNSHARED;
  });
  return nearestName(spelled, similar);
}

/** Two typing errors bring in two letters and lose two: most names are sorted out by that, at little cost. */
const MOST_UNSHARED = 4;

/** A bit for each letter of the alphabet that is in it. */
function lettersOf(name: string): number {
  let bits = 0;
  for (let at = 0; at < name.length; at++) bits |= 1 << (name.charCodeAt(at) % 32);
  return bits;
}

function countBits(bits: number): number {
  let count = 0;
  for (let left = bits; left !== 0; left &= left - 1) count++;
  return count;
}

/** "Max_Requests", "max requests" and "--max-requests" are max-requests. */
function spelling(written: string): string {
  return written
    .toLowerCase()
    .replace(/^-+/, "")
    .replace(/[_\s.]+/g, "-");
}

/** Options that work come first: of two that are equally near, they are meant. */
function indexNames(): Names {
  const ranked = [...options].toSorted(([, left], [, right]) => rank(left.row) - rank(right.row));
  const all = ranked.flatMap(([name, { aliases = [] }]) => [name, ...aliases]);
  return { all, letters: all.map(lettersOf), bySpelling: new Map(all.map((name) => [spelling(name), name])) };
}

function rank(row: string): number {
  return row === "option" ? 0 : 1;
}
