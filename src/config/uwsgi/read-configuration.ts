/**
 * uWSGI's configuration, from all its sources in uWSGI's order: variables UWSGI_… of the environment, the
 * command line with each file's lines in place of the option that names it, then files named without an
 * option. After that the placeholders are replaced.
 */

import { splitOnce } from "../../base/split-once.ts";
import { readArgv, type Vocabulary } from "../argv.ts";
import type { Configuration } from "../configuration.ts";
import type { Entry } from "../entry.ts";
import type { Surroundings } from "../surroundings.ts";
import { loadFile } from "./load-file.ts";
import { type Item, Reader } from "./reader.ts";
import { formatOf } from "./sources.ts";

interface Sources {
  /** Without the interpreter and the script. */
  readonly argv: readonly string[];
  readonly vocabulary: Vocabulary;
  readonly surroundings: Surroundings;
}

/** What uWSGI sets for the processes that it starts itself: no options. */
const OWN_VARIABLES =
  /^UWSGI_(RELOADS|ORIGINAL_PROC_NAME|VASSALS_DIR|EMPEROR_\w+|BROODLORD_NUM|APPID|JAILED)$/;

export async function readConfiguration({ argv, vocabulary, surroundings }: Sources): Promise<Configuration> {
  const reader = new Reader(surroundings, vocabulary);
  await readEnvironment(reader);
  const commandLine = readArgv(argv, vocabulary);
  for (const problem of commandLine.problems) reader.refuse(problem);
  for (const warning of commandLine.warnings) reader.warn(warning);
  for (const { written, value, origin, place } of commandLine.entries) {
    await reader.add({ key: written, value, origin, place, isTrusted: true });
  }
  const targets = await readPositionals(commandLine.positionals, reader);
  reader.warnOfOpenBlock();
  reader.expand(0);
  await readTemplates(reader);
  return {
    entries: withoutUndone(reader.collected)
      .filter(({ isRefused }) => !isRefused)
      .map(toEntry),
    skipped: reader.skipped,
    targets,
    referred: reader.referred,
    files: reader.files,
    problems: reader.problems,
    warnings: reader.warnings,
  };
}

/** UWSGI_HTTP_SOCKET is the option http-socket. */
async function readEnvironment(reader: Reader): Promise<void> {
  for (const [variable, value] of Object.entries(reader.surroundings.environment)) {
    if (!variable.startsWith("UWSGI_") || value === undefined || OWN_VARIABLES.test(variable)) continue;
    const key = variable.slice("UWSGI_".length).toLowerCase().replaceAll("_", "-");
    const place = { kind: "variable", name: variable } as const;
    await reader.add({ key, value, origin: `${variable} (environment)`, place, isTrusted: false });
  }
}

/** Configuration files are read; what is left are the applications. */
async function readPositionals(positionals: readonly Entry[], reader: Reader): Promise<readonly Entry[]> {
  const targets: Entry[] = [];
  for (const positional of positionals) {
    const reference = positional.value ?? "";
    const format = formatOf(reference);
    // uWSGI shows a word in brackets in the list of processes and does nothing else with it.
    if (reference.startsWith("[")) continue;
    if (format === null) targets.push(positional);
    else await loadFile(fileNamed(positional, format), reader, { format });
  }
  return targets;
}

function fileNamed({ value, origin, place }: Entry, format: string): Item {
  return {
    key: format,
    name: format,
    value,
    origin,
    place,
    isFinal: true,
    isTrusted: true,
    isRefused: false,
  };
}

/** `inherit` is carried out after everything else; what it reads comes last. */
async function readTemplates(reader: Reader): Promise<void> {
  for (let at = 0; at < reader.collected.length; at++) {
    const item = reader.collected[at];
    if (item?.name !== "inherit") continue;
    const before = reader.collected.length;
    await loadFile(item, reader, { format: null, isTemplate: true });
    reader.expand(before);
  }
}

/** Without variables that a later unenv removes. */
function withoutUndone(items: readonly Item[]): readonly Item[] {
  const removed = new Set<string>();
  const kept = items.toReversed().filter(({ name, value }) => {
    if (name === "unenv") removed.add(value ?? "");
    return name !== "env" || !removed.has(splitOnce(value ?? "")[0]);
  });
  return kept.reverse();
}

function toEntry({ name, key, value, origin, place }: Item): Entry {
  return { name, written: key, value, origin, place };
}
