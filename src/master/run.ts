/**
 * The life of a master, from checked settings to the exit code: everything that the instance needs
 * is made here, in the order that privileges ask for, and removed here.
 */
import { openSync } from "node:fs";
import { openLog } from "../observe/log.ts";
import type { Settings } from "../settings/settings.ts";
import { requireDirectory } from "./application-places.ts";
import { bindListeners } from "./bind-listeners.ts";
import { EventQueue } from "./event-queue.ts";
import { type MasterEvent, SIGNALS } from "./events.ts";
import { findInterpreter } from "./interpreter.ts";
import { openLifelines } from "./lifelines.ts";
import type { Listener } from "./listener.ts";
import { Master } from "./master.ts";
import { removePidfile, writePidfile } from "./pidfile.ts";
import { dropPrivileges, resolveIdentity } from "./privileges.ts";
import { Refusal, refuseFile } from "./refusal.ts";
import { createRuntimeDirectory, removeAbandoned } from "./runtime-directory.ts";

const STDOUT = 1;

/** Serves until it is told to stop. Answers the exit code: 0 after a stop, 1 for a start that was refused. */
export async function runMaster(settings: Settings): Promise<number> {
  process.title = `${settings.procnamePrefix}tsgi: master`;
  const queue = new EventQueue<MasterEvent>();
  // From the first moment: a signal that comes during the start is taken as soon as the loop runs.
  for (const signal of SIGNALS) process.on(signal, () => queue.push({ from: "system", signal }));
  try {
    await serve(settings, queue);
    return 0;
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    process.stderr.write(`tsgi: ${error.text}\n`);
    return 1;
  }
}

async function serve(settings: Settings, queue: EventQueue<MasterEvent>): Promise<void> {
  using cleanUps = new DisposableStack();
  const python = findInterpreter(settings, process.env);
  const identity = resolveIdentity(settings);
  requireDirectory("--chdir", settings.chdir);
  const earlyLog = openLogFile("--logto", settings.logto);
  const listeners = await bindListeners(settings);
  cleanUps.defer(() => closeAll(listeners));
  const runtimeDirectory = createRuntimeDirectory(identity);
  cleanUps.defer(() => runtimeDirectory.remove());
  const pidfileWarning = settings.pidfile === null ? null : writePidfile(settings.pidfile);
  let wasRefused = true;
  cleanUps.defer(() => {
    if (settings.vacuum || wasRefused) removePidfile(settings.pidfile);
  });
  if (identity !== null) dropPrivileges(identity);

  // From here on as the user who serves.
  removeAbandoned(runtimeDirectory);
  const logDescriptor = openLogFile("--logto2", settings.logto2) ?? earlyLog ?? STDOUT;
  const log = openLog(logDescriptor);
  if (pidfileWarning !== null) log.event(pidfileWarning);
  const lifelines = await openLifelines(runtimeDirectory.lifeline, queue);
  cleanUps.defer(() => lifelines.stop());
  const master = new Master({ settings, python, listeners, runtimeDirectory, queue, log, logDescriptor });
  try {
    await master.run();
    wasRefused = false;
  } catch (error) {
    if (logDescriptor !== STDOUT && error instanceof Refusal) log.event(error.text);
    throw error;
  }
}

function openLogFile(option: string, path: string | null): number | null {
  if (path === null) return null;
  try {
    return openSync(path, "a", 0o640);
  } catch (error) {
    throw refuseFile(option, path, error);
  }
}

function closeAll(listeners: readonly Listener[]): void {
  for (const listener of listeners) listener.close();
}
