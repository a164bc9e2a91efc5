import type { Entry } from "../config/entry.ts";
import { readTarget } from "./application-target.ts";
import { isLenient } from "./judge-entry.ts";
import type { Finding, Judged } from "./judgement.ts";
import type { Mount } from "./mount.ts";
import type { ApplicationSetting } from "./settings.ts";

const NONE_GIVEN =
  "no application is given: name a file (tsgi app.py) or a module (tsgi mysite.wsgi:application); tsgi --help shows more";

/** Options of uWSGI that name an application in ways that tsgi does not have. */
const OTHER_WAYS: ReadonlySet<string> = new Set(
  `asgi paste ini-paste ini-paste-logged pecan eval wsgi-lite web3 pump cgi php-docroot php-app psgi rack rails
  fastrouter http-to emperor vhost`.split(/\s+/),
);

interface Named {
  readonly application: ApplicationSetting;
  readonly entry: Entry;
}

export interface Applications {
  readonly application: ApplicationSetting;
  readonly mount: readonly Mount[];
}

/** Where it is unclear what was meant, `isUnclear`, nothing is said about a missing application. */
export interface ApplicationSources {
  readonly judged: readonly Judged[];
  readonly targets: readonly Entry[];
  readonly isUnclear: boolean;
}

/** The application that options and targets name, and those below prefixes; null where there is none. */
export function readApplication(sources: ApplicationSources, findings: Finding[]): Applications | null {
  const { judged, targets } = sources;
  const before = findings.length;
  const callable = last<string>(judged, "callable");
  const module = named(last<ApplicationSetting>(judged, "module"));
  const file = named(last<ApplicationSetting>(judged, "wsgi-file"));
  const mount = all<readonly Mount[]>(judged, "mount").flatMap(({ value }) => value);
  const [chosen] = oneOf([...readTargets(targets, findings), ...module, ...file], findings);
  const first = chosen?.application ?? mount[0]?.application;
  if (first === undefined) {
    if (!sources.isUnclear && findings.length === before) findings.push(...noneGiven(judged));
    return null;
  }
  if (chosen !== undefined && callable !== null) compareCallables(chosen, callable, findings);
  const complete = (one: ApplicationSetting) => ({
    ...one,
    callable: one.callable ?? callable?.value ?? null,
  });
  return {
    application: complete(first),
    mount: mount.map(({ prefix, application }) => ({ prefix, application: complete(application) })),
  };
}

interface Given<T> {
  readonly entry: Entry;
  readonly value: T;
}

/** `T` is the type of the values of that name's row. */
function all<T>(judged: readonly Judged[], name: string): readonly Given<T>[] {
  return judged.flatMap(({ judgement: { entry }, value }) =>
    entry.name === name && value !== undefined ? [{ entry, value: value as T }] : [],
  );
}

function last<T>(judged: readonly Judged[], name: string): Given<T> | null {
  return all<T>(judged, name).at(-1) ?? null;
}

function named(given: Given<ApplicationSetting> | null): readonly Named[] {
  return given === null ? [] : [{ entry: given.entry, application: given.value }];
}

function readTargets(targets: readonly Entry[], findings: Finding[]): readonly Named[] {
  const found: Named[] = [];
  for (const entry of targets) {
    const target = readTarget(entry.value ?? "");
    if (target.kind === "target") found.push({ application: target.application, entry });
    else findings.push(error(`${entry.origin}: cannot use it: ${target.wanted} is wanted`));
  }
  return found;
}

/** Files may name two, and uWSGI serves the module then; on a command line it is a mistake. */
function oneOf(named: readonly Named[], findings: Finding[]): readonly Named[] {
  const [first, second] = named;
  if (first === undefined || second === undefined) return named;
  const isMistake = first.entry.name === "" || areTyped(first.entry, second.entry);
  findings.push(
    isMistake
      ? error(
          `${second.entry.origin}: a second application; ${first.entry.origin} names one, and this version serves one`,
        )
      : warning(
          `${second.entry.origin}: is left out, as in uWSGI: ${first.entry.origin} names the application`,
        ),
  );
  return [first];
}

function compareCallables({ application, entry }: Named, callable: Given<string>, findings: Finding[]): void {
  if (application.callable === null || application.callable === callable.value) return;
  const { origin } = callable.entry;
  findings.push(
    areTyped(callable.entry, entry)
      ? error(`${origin}: names "${callable.value}", but ${entry.origin} names "${application.callable}"`)
      : warning(`${origin}: is left out, as in uWSGI: ${entry.origin} names "${application.callable}"`),
  );
}

function areTyped(...entries: readonly Entry[]): boolean {
  return !entries.some(isLenient);
}

function noneGiven(judged: readonly Judged[]): readonly Finding[] {
  const other = judged.find(({ judgement: { entry } }) => OTHER_WAYS.has(entry.name));
  if (other === undefined) return [error(NONE_GIVEN)];
  const { entry, severity } = other.judgement;
  if (severity === "error") return [];
  const refusal = `tsgi takes no application from ${entry.name}, and no other is given`;
  return [error(`${entry.origin}: ${refusal}: name a module or a wsgi-file`)];
}

function error(message: string): Finding {
  return { severity: "error", message };
}

function warning(message: string): Finding {
  return { severity: "warning", message };
}
