import type { Entry } from "../config/entry.ts";
import {
  isCallable,
  readFileTarget,
  readModuleTarget,
  readTarget,
  type Target,
} from "./application-target.ts";
import type { ApplicationSetting } from "./settings.ts";

const NONE_GIVEN =
  "no application is given: name a file (tsgi app.py) or a module (tsgi mysite.wsgi:application); tsgi --help shows more";

const READERS: ReadonlyMap<string, (text: string) => Target> = new Map([
  ["wsgi-file", readFileTarget],
  ["module", readModuleTarget],
]);

interface Named {
  readonly application: ApplicationSetting;
  readonly origin: string;
}

/** The one application that options and targets name; null, and a problem, where it is none or two. */
export function readApplication(
  entries: readonly Entry[],
  targets: readonly Entry[],
  problems: string[],
): ApplicationSetting | null {
  const callable = entries.findLast(({ name }) => name === "callable");
  if (callable !== undefined && !isCallable(callable.value ?? "")) {
    problems.push(cannotUse(callable, "a name or a call such as create_app() is wanted"));
  }
  const before = problems.length;
  const [first, second] = readNamed(entries, targets, problems);
  if (second !== undefined && first !== undefined) {
    problems.push(
      `${second.origin}: a second application; ${first.origin} names one, and this version serves one`,
    );
  }
  if (first === undefined) {
    if (problems.length === before) problems.push(NONE_GIVEN);
    return null;
  }
  return callable === undefined ? first.application : withCallable(first, callable, problems);
}

function readNamed(
  entries: readonly Entry[],
  targets: readonly Entry[],
  problems: string[],
): readonly Named[] {
  const named: Named[] = [];
  for (const entry of [...targets, ...entries]) {
    const read = entry.name === "" ? readTarget : READERS.get(entry.name);
    if (read === undefined || (entry.value ?? "") === "") continue;
    const target = read(entry.value ?? "");
    if (target.kind === "invalid") problems.push(cannotUse(entry, target.message));
    else named.push({ application: target.application, origin: entry.origin });
  }
  return named;
}

function withCallable(named: Named, entry: Entry, problems: string[]): ApplicationSetting {
  const { callable } = named.application;
  if (callable !== null && callable !== entry.value) {
    problems.push(`${entry.origin}: names "${entry.value}", but ${named.origin} names "${callable}"`);
  }
  return { ...named.application, callable: callable ?? entry.value };
}

function cannotUse(entry: Entry, wanted: string): string {
  const seen = entry.name === "" ? "" : ` "${entry.value ?? ""}"`;
  return `${entry.origin}: cannot use ${seen === "" ? "it" : seen.trimStart()}: ${wanted}`;
}
