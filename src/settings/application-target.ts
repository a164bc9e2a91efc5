/** How an application is written: app.py · app.py:application · package.module · module:factory('x', a=1) */

import type { ApplicationSetting } from "./settings.ts";

export type Target =
  | { readonly kind: "target"; readonly application: ApplicationSetting }
  /** `wanted` completes "… is wanted". */
  | { readonly kind: "invalid"; readonly wanted: string };

const MODULE = /^[\p{L}_][\p{L}\p{N}_]*(\.[\p{L}_][\p{L}\p{N}_]*)*$/u;
const CALLABLE = /^[\p{L}_][\p{L}\p{N}_]*(\.[\p{L}_][\p{L}\p{N}_]*)*(\(.*\))?$/u;
const CONFIGURATION = /\.(ini|ya?ml|xml|json|toml|conf|cfg)$/i;
/** Not .wsgi: `tsgi mysite.wsgi` is the module that every Django project has. */
const PYTHON_FILE = /\.(py|pyc|pyw)$/i;

/** What stands alone on the command line: a slash or a suffix makes it a file, otherwise it is a module. */
export function readTarget(text: string): Target {
  const { place, callable } = splitCallable(text);
  if (CONFIGURATION.test(place))
    return wrong("an application or a file that ends in .ini, .yaml, .xml or .json");
  if (place.includes("/") || PYTHON_FILE.test(place)) return readFileTarget(text);
  const wanted = callable === null ? "a file such as app.py or a module such as" : "a module such as";
  return readModuleTarget(text, wanted);
}

/** The value of --wsgi-file. */
export function readFileTarget(text: string): Target {
  const { place, callable } = splitCallable(text);
  if (callable === null) return target({ file: text, module: null, callable });
  if (!CALLABLE.test(callable)) return wrong(wantedCallable(callable));
  return target({ file: place, module: null, callable });
}

/** The value of --module. */
export function readModuleTarget(text: string, wanted = "a module such as"): Target {
  const { place, callable } = splitCallable(text);
  if (!MODULE.test(place)) return wrong(`${wanted} mysite.wsgi:application${hintFor(place)}`);
  if (callable !== null && !CALLABLE.test(callable)) return wrong(wantedCallable(callable));
  return target({ file: null, module: place, callable });
}

/** For slips that are no module: a file, and Gunicorn's `-w 4`. */
function hintFor(place: string): string {
  if (/^\d+$/.test(place))
    return ` (Gunicorn's options: tsgi gunicorn -w ${place} …; a number of processes: --processes ${place})`;
  return place.includes("/") || PYTHON_FILE.test(place) ? " (a file is named with wsgi-file)" : "";
}

/** As people write it. */
export function showApplication({ file, module, callable }: ApplicationSetting): string {
  return `${file ?? module ?? ""}${callable === null ? "" : `:${callable}`}`;
}

/** Whether --callable can mean this. */
export function isCallable(text: string): boolean {
  return CALLABLE.test(text);
}

/** At the first colon that no slash follows before an argument list: "/srv/a:b/app.py:make('x:y')". */
function splitCallable(text: string): { readonly place: string; readonly callable: string | null } {
  const match = /^([^(]*?):([^:/(]*(?:\(.*)?)$/su.exec(text);
  return { place: match?.[1] ?? text, callable: match?.[2] ?? null };
}

function target(application: ApplicationSetting): Target {
  return { kind: "target", application };
}

function wrong(wanted: string): Target {
  return { kind: "invalid", wanted };
}

function wantedCallable(seen: string): string {
  return `behind the colon a name or a call such as create_app(), not "${seen}",`;
}
