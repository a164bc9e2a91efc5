/** `tsgi gunicorn …` → what is to be done, before the configuration file is executed. */

import type { Entry } from "../entry.ts";
import { type GunicornFlag, readGunicornArgv } from "./argv.ts";
import { splitShellWords } from "./shell-words.ts";

const VARIABLE = "GUNICORN_CMD_ARGS";

/** Flags without a setting; everything else is in the table of settings. */
const COMMAND_FLAGS: readonly GunicornFlag[] = [
  { setting: "help", written: ["-h", "--help"], value: "none" },
  { setting: "version", written: ["-v", "--version"], value: "none" },
  { setting: "python", written: ["--python"], value: "required", isOurs: true },
];

/** Gunicorn's configuration file: a path, or a module that is imported. */
export type FileChoice =
  | { readonly kind: "file"; readonly file: string; readonly isDefault: boolean }
  | { readonly kind: "module"; readonly module: string };

/** All that can be known without Python. */
export interface GunicornCommandLine {
  /** GUNICORN_CMD_ARGS, which the command line overrides. */
  readonly variable: readonly Entry[];
  readonly arguments: readonly Entry[];
  /** The application, `name` is empty. */
  readonly target: Entry | null;
  /** The default one is used where it exists. */
  readonly file: FileChoice;
  /** --python: ours. */
  readonly python: string | null;
  readonly warnings: readonly string[];
}

export type GunicornCommand =
  | { readonly kind: "help" }
  | { readonly kind: "version" }
  | { readonly kind: "problems"; readonly problems: readonly string[] }
  | { readonly kind: "serve"; readonly commandLine: GunicornCommandLine };

/** `argv` begins behind the word "gunicorn". */
export function readGunicornCommand(
  argv: readonly string[],
  environment: { readonly [name: string]: string | undefined },
  flags: readonly GunicornFlag[],
): GunicornCommand {
  const all = [...COMMAND_FLAGS, ...flags];
  const words = splitShellWords(environment[VARIABLE] ?? "");
  const ownWords = readGunicornArgv(argv, all);
  const variable = readGunicornArgv(words.kind === "value" ? words.value : [], all, VARIABLE);
  const given = [...variable.entries, ...ownWords.entries];
  if (given.some(({ name }) => name === "help")) return { kind: "help" };
  if (given.some(({ name }) => name === "version")) return { kind: "version" };
  const problems = [...variable.problems, ...ownWords.problems];
  if (words.kind === "invalid") problems.unshift(`${VARIABLE}: ${words.wanted} is missing`);
  if (problems.length > 0) return { kind: "problems", problems };
  const [target, ...more] = ownWords.positionals;
  return {
    kind: "serve",
    commandLine: {
      variable: variable.entries.filter(isSetting),
      arguments: ownWords.entries.filter(isSetting),
      target: target ?? null,
      file: chooseFile(lastValue(ownWords.entries, "config") || lastValue(variable.entries, "config")),
      python: lastValue(given, "python"),
      warnings: [...variable.positionals, ...more].map((word) => warnOfWord(word, target)),
    },
  };
}

const DEFAULT_FILE = "gunicorn.conf.py";

/** "" is as good as nothing: so Gunicorn. */
function chooseFile(text: string | null): FileChoice {
  if (text === null || text === "") return { kind: "file", file: DEFAULT_FILE, isDefault: true };
  const location = text.trim();
  if (location.startsWith("python:")) return { kind: "module", module: location.slice("python:".length) };
  return { kind: "file", file: location.replace(/^file:/, ""), isDefault: false };
}

function isSetting({ name }: Entry): boolean {
  return COMMAND_FLAGS.every(({ setting }) => setting !== name);
}

function lastValue(entries: readonly Entry[], name: string): string | null {
  return entries.findLast((entry) => entry.name === name)?.value ?? null;
}

function warnOfWord({ origin }: Entry, target: Entry | undefined): string {
  return target === undefined
    ? `${origin}: is ignored: the application is named on the command line or by wsgi_app`
    : `${origin}: is ignored: the application is ${target.value}`;
}
