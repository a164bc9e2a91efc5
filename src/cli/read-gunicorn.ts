/**
 * Gunicorn's command line → settings, or what stands against them. Binds nothing and writes nothing, but Python
 * executes the configuration file; the process that has done so becomes the first zygote, or has to be stopped.
 */

import { type Stats, statSync } from "node:fs";
import type { Entry } from "../config/entry.ts";
import { type GunicornCommandLine, readGunicornCommand } from "../config/gunicorn/command.ts";
import type { GunicornStart, PreparedZygote } from "../master/processes/prepared-zygote.ts";
import { type GunicornResult, gunicornConfiguration } from "../settings/gunicorn/configuration.ts";
import { gunicornFlags, gunicornSettings } from "../settings/gunicorn/gunicorn-settings.ts";
import { readGunicornSettings } from "../settings/gunicorn/read-gunicorn-settings.ts";
import type { Reading } from "../settings/read-settings.ts";
import type { Settings } from "../settings/settings.ts";

export type GunicornReading =
  | { readonly kind: "help" | "version" }
  /** Words that cannot be understood: nothing was executed. */
  | { readonly kind: "misread"; readonly problems: readonly string[] }
  /** Python or the file could not be executed. */
  | { readonly kind: "refused"; readonly message: string }
  | ({ readonly kind: "problems"; readonly problems: readonly string[] } & Understood)
  | ({
      readonly kind: "settings";
      readonly settings: Settings;
      readonly gunicorn: GunicornStart;
      /** --check-config or --print-config. */
      readonly only: GunicornResult["only"];
    } & Understood);

interface Understood {
  readonly reading: Reading;
  /** Our options as they were made from the settings. */
  readonly entries: readonly Entry[];
  /** The configuration file, if there is one. */
  readonly files: readonly string[];
}

interface Circumstances {
  readonly environment: NodeJS.ProcessEnv;
  /** A file may be looked at by itself: it need not name the application. */
  readonly needsApplication: boolean;
  /** Nobody waits for the file any more, however long it takes. */
  readonly signal?: AbortSignal;
}

/** `argv` behind the word "gunicorn". */
export async function readGunicorn(
  argv: readonly string[],
  { environment, needsApplication, signal }: Circumstances,
): Promise<GunicornReading> {
  const command = readGunicornCommand(argv, environment, gunicornFlags);
  if (command.kind === "problems") return { kind: "misread", problems: command.problems };
  if (command.kind !== "serve") return command;
  const { Refusal } = await import("../master/start/refusal.ts");
  try {
    const { zygote, result } = await execute(command.commandLine, environment, signal);
    return conclude(zygote, needsApplication ? result : withSomeApplication(result));
  } catch (error) {
    if (error instanceof Refusal) return { kind: "refused", message: error.text };
    throw error;
  }
}

function conclude(zygote: PreparedZygote, result: GunicornResult): GunicornReading {
  const reading = readGunicornSettings(result);
  const { entries, files } = result.configuration;
  if (reading.kind === "problems") {
    zygote.stop();
    return { kind: "problems", problems: reading.problems, reading, entries, files };
  }
  const gunicorn = { zygote, configuration: result.gunicorn };
  return {
    kind: "settings",
    reading,
    entries,
    files,
    settings: reading.settings,
    gunicorn,
    only: result.only,
  };
}

const ANY_APPLICATION: Entry = {
  name: "",
  written: "",
  value: "app",
  origin: "any application",
  place: { kind: "argument", number: 1 },
};

function withSomeApplication(result: GunicornResult): GunicornResult {
  const { configuration } = result;
  if (configuration.targets.length > 0) return result;
  return { ...result, configuration: { ...configuration, targets: [ANY_APPLICATION], problems: [] } };
}

/** Starts Python, which executes the file; throws a Refusal where it cannot. */
async function execute(
  commandLine: GunicornCommandLine,
  environment: NodeJS.ProcessEnv,
  signal?: AbortSignal,
): Promise<{ readonly zygote: PreparedZygote; readonly result: GunicornResult }> {
  const [{ findInterpreter }, { PreparedZygote }] = await Promise.all([
    import("../master/start/interpreter.ts"),
    import("../master/processes/prepared-zygote.ts"),
  ]);
  const python = findInterpreter({ python: commandLine.python, home: null, written: [] }, environment);
  const source = await chooseSource(commandLine);
  const zygote = PreparedZygote.start({ python, environment });
  signal?.addEventListener("abort", () => zygote.stop());
  const values = await zygote.configure({ do: "configure", ...source, names: [...gunicornSettings.keys()] });
  const hasFile = source.file !== null || source.module !== null;
  const fileValues = hasFile ? values : null;
  const directory = process.cwd();
  return { zygote, result: gunicornConfiguration({ commandLine, fileValues, environment, directory }) };
}

interface Source {
  readonly file: string | null;
  readonly module: string | null;
}

/** The default file need not exist; one that was named must. */
async function chooseSource({ file: choice }: GunicornCommandLine): Promise<Source> {
  if (choice.kind === "module") return { file: null, module: choice.module };
  const { file, isDefault } = choice;
  const found = look(file);
  if (found === "absent" && isDefault) return { file: null, module: null };
  const reason = reasonAgainst(found);
  if (reason === null) return { file, module: null };
  const { Refusal } = await import("../master/start/refusal.ts");
  const where = found === "absent" ? [`it is looked for in ${process.cwd()}`] : [];
  throw new Refusal(`cannot read the configuration file ${file}: ${reason}`, where);
}

/** Whether it may be read, Python finds out. */
function look(file: string): Stats | "absent" | "hidden" {
  try {
    return statSync(file, { throwIfNoEntry: false }) ?? "absent";
  } catch {
    return "hidden";
  }
}

const LARGEST = 1 << 20;

/** What Python would read without end, or for minutes. */
function reasonAgainst(found: Stats | "absent" | "hidden"): string | null {
  if (found === "hidden") return null;
  if (found === "absent") return "there is no such file";
  if (found.isDirectory()) return "it is a directory";
  if (!found.isFile()) return "it is a pipe or a device, not a file";
  return found.size > LARGEST ? "it is too large for a configuration: 1 MiB is the most" : null;
}
