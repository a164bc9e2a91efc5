/**
 * The life of a master, from checked settings to the exit code: everything that the instance needs
 * is made here, in the order that privileges ask for, and removed here.
 */
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
import { openLogFile } from "./open-file.ts";
import { removePidfile, writePidfile } from "./pidfile.ts";
import type { GunicornStart } from "./prepared-zygote.ts";
import { dropPrivileges, resolveIdentity } from "./privileges.ts";
import { masterTitle } from "./process-titles.ts";
import { Refusal } from "./refusal.ts";
import { createRuntimeDirectory, removeAbandoned } from "./runtime-directory.ts";

const STDOUT = 1;

/**
 * Serves until it is told to stop. Answers the exit code: 0 after a stop, 1 for a start that was refused.
 * `gunicorn`: where its language is spoken; the prepared zygote ends with the start if that is refused.
 */
export async function runMaster(settings: Settings, gunicorn: GunicornStart | null = null): Promise<number> {
  process.title = masterTitle(settings);
  const queue = new EventQueue<MasterEvent>();
  // From the first moment: a signal that comes during the start is taken as soon as the loop runs.
  for (const signal of SIGNALS) process.on(signal, () => queue.push({ from: "system", signal }));
  try {
    await serve(settings, gunicorn, queue);
    return 0;
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    process.stderr.write(`tsgi: ${error.text}\n`);
    return 1;
  }
}

async function serve(
  settings: Settings,
  gunicorn: GunicornStart | null,
  queue: EventQueue<MasterEvent>,
): Promise<void> {
  using cleanUps = new DisposableStack();
  cleanUps.defer(() => gunicorn?.zygote.stop());
  if (settings.umask !== null) process.umask(settings.umask);
  const python = gunicorn?.zygote.python ?? findInterpreter(settings, process.env);
  const identity = resolveIdentity(settings);
  requireDirectory("--chdir", settings.chdir);
  const open = (option: string, path: string | null): number | null =>
    path === null ? null : openLogFile({ option, path, identity });
  const accessLogPath = settings.reqLogger?.path ?? null;
  const earlyLog = open("--logto", settings.logto);
  // Gunicorn opens both as root; in uWSGI's dialect the requests' file is the user's.
  const earlyAccessLog = gunicorn === null ? null : open("--req-logger", accessLogPath);
  const listeners = await bindListeners(settings);
  cleanUps.defer(() => closeAll(listeners));
  const runtimeDirectory = createRuntimeDirectory(identity);
  cleanUps.defer(() => runtimeDirectory.remove());
  const pidfileWarning = settings.pidfile === null ? null : writePidfile(settings.pidfile, identity);
  let wasRefused = true;
  cleanUps.defer(() => {
    if (!settings.vacuum && !wasRefused) return;
    removePidfile(settings.pidfile);
    removePidfile(settings.pidfile2);
  });
  if (identity !== null) dropPrivileges(identity);

  // From here on as the user who serves.
  removeAbandoned(runtimeDirectory);
  const logDescriptor = open("--logto2", settings.logto2) ?? earlyLog ?? STDOUT;
  const log = openLog(logDescriptor);
  const secondWarning = settings.pidfile2 === null ? null : writePidfile(settings.pidfile2, identity);
  for (const warning of [pidfileWarning, secondWarning]) if (warning !== null) log.event(warning);
  const accessLog = earlyAccessLog ?? open("--req-logger", accessLogPath);
  const lifelines = await openLifelines(runtimeDirectory.lifeline, queue);
  cleanUps.defer(() => lifelines.stop());
  const master = new Master({
    settings,
    python,
    listeners,
    runtimeDirectory,
    queue,
    log,
    logDescriptor,
    accessLog,
    identity,
    gunicorn,
  });
  try {
    await master.run();
    wasRefused = false;
  } catch (error) {
    if (logDescriptor !== STDOUT && error instanceof Refusal) log.event(error.text);
    throw error;
  }
}

function closeAll(listeners: readonly Listener[]): void {
  for (const listener of listeners) listener.close();
}
