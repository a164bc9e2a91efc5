/** `tsgi [options] [application]`: uWSGI's dialect, from the command line to the master. */

import type { Configuration } from "../config/configuration.ts";
import { readConfiguration } from "../config/uwsgi/read-configuration.ts";
import type { Reread } from "../master/processes/generation.ts";
import { findStarter, staysHere } from "../master/start/starter.ts";
import { isSwitchedOn } from "../settings/judge-entry.ts";
import { options } from "../settings/options.ts";
import { readSettings } from "../settings/read-settings.ts";
import { vocabularyOf } from "../settings/vocabulary.ts";
import type { CtlOrder } from "./ctl-words.ts";
import { pidfileOrders } from "./pidfile-command.ts";
import { print } from "./print.ts";
import { messagesToLog, tellNotStarted, tellRemarks, warningsToLog } from "./remarks.ts";
import { surroundingsOf } from "./surroundings.ts";
import { tsgiVersion } from "./version.ts";

const USAGE_ERROR = 2;

/** Answers the exit code. */
export async function serve(argv: readonly string[]): Promise<number> {
  const starter = findStarter();
  const configuration = await readUwsgi(argv);
  if (await showAsked(configuration)) return 0;
  const orders = pidfileOrders(configuration);
  if (orders.length > 0) return obey(orders);
  const reading = readSettings(configuration);
  tellRemarks({ ...reading, entries: configuration.entries });
  if (reading.kind === "problems") {
    tellNotStarted(reading.problems, reading.warnings);
    return USAGE_ERROR;
  }
  if (asksFor(configuration, "no-server")) return 0;
  // Only now: --help and a wrong option do not wait for the server's modules.
  if (staysHere(reading.settings, starter)) {
    const { runMaster } = await import("../master/run.ts");
    return runMaster(reading.settings, { gunicorn: null, reread: () => reread(argv), starter });
  }
  const { startInBackground } = await import("../master/start/background.ts");
  return startInBackground(reading.settings);
}

/** As many as there are: the worst exit code of them. */
async function obey(orders: readonly CtlOrder[]): Promise<number> {
  const { ctl } = await import("./ctl-command.ts");
  let worst = 0;
  for (const order of orders) worst = Math.max(worst, await ctl(order));
  return worst;
}

/** For a reload, in the master: the same command line, and files as they are now. */
async function reread(argv: readonly string[]): Promise<Reread> {
  const configuration = await readUwsgi(argv, { isReload: true });
  const reading = readSettings(configuration);
  if (reading.kind === "problems") return { kind: "problems", problems: messagesToLog(reading.problems) };
  const warnings = warningsToLog({ ...reading, entries: configuration.entries });
  return { kind: "settings", settings: reading.settings, gunicorn: null, warnings };
}

export function readUwsgi(argv: readonly string[], { isReload = false } = {}): Promise<Configuration> {
  const surroundings = surroundingsOf(tsgiVersion(), { isReload });
  return readConfiguration({ argv, vocabulary: vocabularyOf(options), surroundings });
}

/** Whether that was all: --dump-options ends, --show-config goes on. */
async function showAsked(configuration: Configuration): Promise<boolean> {
  const isDump = asksFor(configuration, "dump-options");
  if (!isDump && !asksFor(configuration, "show-config")) return false;
  const { dumpOptions, showConfig } = await import("../config/uwsgi/show-config.ts");
  await print(isDump ? dumpOptions(vocabularyOf(options)) : showConfig(configuration));
  return isDump;
}

function asksFor({ entries }: Configuration, name: string): boolean {
  return entries.some((entry) => entry.name === name && isSwitchedOn(entry));
}
