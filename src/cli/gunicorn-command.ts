/** `tsgi gunicorn [options] [module:callable]`: Gunicorn's dialect, from the command line to the master. */

import type { Reread } from "../master/processes/generation.ts";
import { findStarter, type Starter, staysHere } from "../master/start/starter.ts";
import { printSettings } from "../settings/gunicorn/print-settings.ts";
import { gunicornHelpText } from "./gunicorn-help.ts";
import { type GunicornReading, readGunicorn } from "./read-gunicorn.ts";
import { messagesToLog, tell, tellNotStarted, tellRemarks, warningsToLog } from "./remarks.ts";
import { tsgiVersion } from "./version.ts";

const REFUSED = 1;
const USAGE_ERROR = 2;

/** `argv` behind the word "gunicorn". Answers the exit code. */
export async function gunicorn(argv: readonly string[]): Promise<number> {
  const starter = findStarter();
  const read = await readGunicorn(argv, { environment: process.env, needsApplication: true });
  switch (read.kind) {
    case "help":
      return print(gunicornHelpText(Math.min(process.stdout.columns ?? 80, 100)));
    case "version":
      return print(`tsgi ${tsgiVersion()} (Node ${process.versions.node})\n`);
    case "misread":
      tellNotStarted(read.problems, []);
      return USAGE_ERROR;
    case "refused":
      tell("error", [read.message]);
      return REFUSED;
    case "problems":
      tellRemarks({ ...read.reading, entries: read.entries });
      tellNotStarted(read.problems, read.reading.warnings);
      return USAGE_ERROR;
    case "settings":
      tellRemarks({ ...read.reading, entries: read.entries });
      return read.only === null ? serve(read, { argv, starter }) : checkOnly(read);
  }
}

type Ready = Extract<GunicornReading, { kind: "settings" }>;

async function serve(
  { settings, gunicorn }: Ready,
  { argv, starter }: { argv: readonly string[]; starter: Starter | null },
): Promise<number> {
  if (staysHere(settings, starter)) {
    const { runMaster } = await import("../master/run.ts");
    return runMaster(settings, { gunicorn, reread: (signal) => reread(argv, signal), starter });
  }
  // Whoever serves executes the file for itself.
  gunicorn.zygote.stop();
  const { startInBackground } = await import("../master/start/background.ts");
  return startInBackground(settings);
}

/** For a reload, in the master: the file is executed anew, in the process that becomes the next zygote. */
async function reread(argv: readonly string[], signal: AbortSignal): Promise<Reread> {
  const read = await readGunicorn(argv, { environment: process.env, needsApplication: true, signal });
  switch (read.kind) {
    case "settings": {
      const warnings = warningsToLog({ ...read.reading, entries: read.entries });
      return { kind: "settings", settings: read.settings, gunicorn: read.gunicorn, warnings };
    }
    case "problems":
    case "misread":
      return { kind: "problems", problems: messagesToLog(read.problems) };
    case "refused":
      return { kind: "problems", problems: messagesToLog([read.message]) };
    default:
      throw new Error(`A running instance read its command line as ${read.kind}`);
  }
}

/** As Gunicorn does: a configuration whose application cannot be loaded is not fine. */
async function checkOnly({ settings, gunicorn: start, only }: Ready): Promise<number> {
  if (only === "print") print(printSettings(start.configuration));
  const [{ checkApplication }, { Refusal }] = await Promise.all([
    import("../master/start/check-application.ts"),
    import("../master/start/refusal.ts"),
  ]);
  try {
    await checkApplication(settings, start);
    return 0;
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    tell("error", [error.text]);
    return REFUSED;
  }
}

function print(text: string): number {
  process.stdout.write(text);
  return 0;
}
