/** What no entry is wrong about alone. Listeners and applications are compared where they are read. */

import type { Entry } from "../config/entry.ts";
import { checkConcurrency } from "./check-concurrency.ts";
import { checkScaling } from "./check-scaling.ts";
import type { Finding, Judged } from "./judgement.ts";
import type { OptionValues } from "./options.ts";

type Check = (values: OptionValues, judged: readonly Judged[]) => readonly Finding[];

/** A new conflict is a function here: `threads` with an ASGI application will be one. */
const checks: readonly Check[] = [
  servesAsRoot,
  groupAlone,
  termMeansBoth,
  unreachableMounts,
  repeatedScalars,
  checkConcurrency,
  checkScaling,
];

export function findConflicts(values: OptionValues, judged: readonly Judged[]): readonly Finding[] {
  return checks.flatMap((check) => check(values, judged));
}

function servesAsRoot({ uid }: OptionValues, judged: readonly Judged[]): readonly Finding[] {
  const isRoot = uid !== null && (uid.kind === "id" ? uid.id === 0 : uid.name === "root");
  if (!isRoot) return [];
  return [
    at(judged, "uid", "warning", "the application runs with all rights of root: give it a user of its own"),
  ];
}

function groupAlone({ uid, gid }: OptionValues, judged: readonly Judged[]): readonly Finding[] {
  if (uid !== null || gid === null) return [];
  return [at(judged, "gid", "note", "only the group changes: uid, the user, is not given")];
}

function termMeansBoth({ reloadOnTerm }: OptionValues, judged: readonly Judged[]): readonly Finding[] {
  const stops = judged.some(({ judgement }) => judgement.entry.name === "die-on-term");
  if (!reloadOnTerm || !stops) return [];
  return [
    at(judged, "die-on-term", "warning", "has no effect: reload-on-term is given, and SIGTERM reloads"),
  ];
}

/** uWSGI's own HTTP router names no application either; a proxy that speaks uwsgi does. */
function unreachableMounts(values: OptionValues, judged: readonly Judged[]): readonly Finding[] {
  const { mount, manageScriptName, noDefaultApp } = values;
  if (manageScriptName || mount.every(({ prefix }) => prefix === "")) return [];
  const fate = noDefaultApp ? "is answered 404" : "goes to the first application";
  const text = `over HTTP every request ${fate}, as in uWSGI: to choose by the path takes manage-script-name = true`;
  return [at(judged, "mount", "warning", text)];
}

/** Within a file it may be a slip; between files, and on a command line, it is how settings are overridden. */
function repeatedScalars(_values: OptionValues, judged: readonly Judged[]): readonly Finding[] {
  const findings: Finding[] = [];
  const earlier = new Map<string, Entry>();
  for (const { judgement, value } of judged) {
    const { entry } = judgement;
    if (value === undefined || Array.isArray(value) || entry.place.kind !== "file") continue;
    const key = `${entry.place.file}\0${entry.name}`;
    const first = earlier.get(key);
    if (first !== undefined && first.value !== entry.value)
      findings.push({ severity: "note", message: `${entry.origin}: counts, and not ${first.origin}` });
    earlier.set(key, entry);
  }
  return findings;
}

function at(judged: readonly Judged[], name: string, severity: Finding["severity"], text: string): Finding {
  const origin = judged.findLast(({ judgement }) => judgement.entry.name === name)?.judgement.entry.origin;
  return { severity, message: `${origin ?? name}: ${text}` };
}
