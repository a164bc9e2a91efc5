/**
 * The life of a master, from checked settings to the exit code: everything that the instance needs
 * is made here, in the order that privileges ask for, and removed here.
 */
import { SIGNALS } from "../base/commands.ts";
import { openLog } from "../observe/log.ts";
import { originOf } from "../settings/origin.ts";
import type { Settings } from "../settings/settings.ts";
import { openControls } from "./control/controls.ts";
import { Logs } from "./control/logs.ts";
import { EventQueue } from "./event-queue.ts";
import type { MasterEvent } from "./events.ts";
import { atExit } from "./hooks/at-exit.ts";
import { EarlyEnd, watchForEnd } from "./hooks/early-end.ts";
import { HookRun } from "./hooks/hook-run.ts";
import { firstPlace } from "./hooks/place.ts";
import { RereadHooks } from "./hooks/reread-hooks.ts";
import { Master } from "./master.ts";
import type { Reread } from "./processes/generation.ts";
import { openLifelines } from "./processes/lifelines.ts";
import type { GunicornStart } from "./processes/prepared-zygote.ts";
import { masterTitle } from "./processes/process-titles.ts";
import { bindListeners } from "./start/bind-listeners.ts";
import { InheritedFiles } from "./start/inherited-files.ts";
import { findInterpreter } from "./start/interpreter.ts";
import type { Listener } from "./start/listener.ts";
import { logFilesOf } from "./start/log-files.ts";
import { isStream, openLogFile } from "./start/open-file.ts";
import { warnOfPeers } from "./start/open-sockets.ts";
import { Pidfiles, refuseSecondInstance } from "./start/pidfile.ts";
import { preflight } from "./start/preflight.ts";
import {
  becomeAtOnce,
  dropPrivileges,
  type Identity,
  resolveIdentity,
  warnOfRoot,
} from "./start/privileges.ts";
import { setProcessLimits } from "./start/process-limits.ts";
import { joinRefusals, Refusal } from "./start/refusal.ts";
import { createRuntimeDirectory, removeAbandoned } from "./start/runtime-directory.ts";
import { StartLogs } from "./start/start-logs.ts";
import type { Starter } from "./start/starter.ts";

const STDOUT = 1;

/**
 * Serves until it is told to stop. Answers the exit code: 0 after a stop, 1 for a start that was refused.
 * `gunicorn`: where its language is spoken; the prepared zygote ends with the start if that is refused.
 */
export async function runMaster(settings: Settings, { gunicorn, reread, starter }: Origin): Promise<number> {
  process.title = masterTitle(settings);
  const queue = new EventQueue<MasterEvent>();
  // From the first moment: a signal that comes during the start is taken as soon as the loop runs.
  for (const signal of SIGNALS) process.on(signal, () => queue.push({ from: "system", signal }));
  const logs = new StartLogs();
  try {
    await serve(settings, { gunicorn, reread, starter, queue, logs });
    return 0;
  } catch (error) {
    if (error instanceof EarlyEnd) return logs.tellEnd(error);
    if (!(error instanceof Refusal)) throw error;
    logs.tell(error, settings);
    await starter?.tell({ event: "refused", texts: error.all.map(({ text }) => text) });
    return 1;
  }
}

interface Origin {
  readonly gunicorn: GunicornStart | null;
  readonly reread: (signal: AbortSignal) => Promise<Reread>;
  readonly starter: Starter | null;
}

interface Start extends Origin {
  readonly queue: EventQueue<MasterEvent>;
  readonly logs: StartLogs;
}

async function serve(settings: Settings, start: Start): Promise<void> {
  const { gunicorn, reread, starter, queue, logs } = start;
  using cleanUps = new DisposableStack();
  cleanUps.defer(() => gunicorn?.zygote.stop());
  const isSuccessor = starter?.handover.kind === "succession";
  const prepared = await prepare(settings, start, cleanUps);
  const { identity, open, logFile, accessFile, hooks, warnings, ...early } = prepared;
  if (!isSuccessor) warnings.push(early.pidfiles.write("pidfile"));
  let wasRefused = true;
  cleanUps.defer(() => {
    if (settings.vacuum || wasRefused) early.pidfiles.remove();
  });
  if (identity !== null) dropPrivileges(identity);

  // From here on as the user who serves.
  removeAbandoned(early.runtimeDirectory);
  const logDescriptor = open("logto2", settings.logto2) ?? logFile ?? STDOUT;
  const log = openLog(logDescriptor);
  logs.use(logDescriptor);
  if (!isSuccessor) warnings.push(early.pidfiles.write("pidfile2"));
  for (const warning of warnings) if (warning !== null) log.event(warning);
  hooks.writeTo(logDescriptor);
  await hooks.runAsUser();
  const requests = accessFile ?? open("req-logger", settings.reqLogger?.path ?? null);
  const files = new Logs(log, { descriptor: logDescriptor, requests, files: logFilesOf(settings) });
  const lifelines = await openLifelines(early.runtimeDirectory.lifeline, queue);
  cleanUps.defer(() => lifelines.stop());
  const rereadHooks = new RereadHooks(reread, { directory: process.cwd(), logs: files });
  const openWays = async () => cleanUps.use(await openControls(settings, { ...early, queue, log }));
  if (!isSuccessor) await openWays();
  const { pidfiles } = early;
  const takeOver = () => doAll([() => pidfiles.write("pidfile"), () => pidfiles.write("pidfile2"), openWays]);
  const master = new Master({
    ...early,
    settings,
    place: hooks.place,
    queue,
    log,
    logs: files,
    get logDescriptor() {
      return files.descriptor;
    },
    get accessLog() {
      return files.requests;
    },
    identity,
    gunicorn,
    reread: (running) => rereadHooks.reread(running),
    starter,
    takeOver,
  });
  await master.run();
  wasRefused = false;
  rereadHooks.stop();
  await atExit(master.generation, files.descriptor);
}

/** What is made by the user who starts, who may have rights that the one who serves has not. */
async function prepare(settings: Settings, { gunicorn, starter, logs }: Start, cleanUps: DisposableStack) {
  becomeAtOnce(settings);
  if (settings.umask !== null) process.umask(settings.umask);
  const { signal } = cleanUps.use(watchForEnd());
  const hooks = new HookRun({ settings, place: firstPlace(settings, process.cwd()), output: STDOUT, signal });
  await hooks.runFirst();
  const handover = starter?.handover ?? null;
  const inherited = new InheritedFiles(handover);
  requireAll(preflight(settings, { python: gunicorn?.zygote.python ?? null, inherited }));
  const python = gunicorn?.zygote.python ?? findInterpreter(settings, process.env);
  const identity = resolveIdentity(settings);
  const open = logOpener(settings, identity, inherited);
  const logFile = open("logto", settings.logto);
  logs.use(logFile);
  // Gunicorn opens both as root; in uWSGI's dialect the requests' file is the user's.
  const accessFile = gunicorn === null ? null : open("req-logger", settings.reqLogger?.path ?? null);
  if (gunicorn !== null) refuseSecondInstance(settings, handover?.from ?? null);
  const listeners = await bindListeners(settings, handover);
  cleanUps.defer(() => closeAll(listeners));
  const runtimeDirectory = createRuntimeDirectory(identity);
  cleanUps.defer(() => runtimeDirectory.remove());
  hooks.writeTo(logFile ?? STDOUT);
  await hooks.run("as-root");
  const pidfiles = new Pidfiles(settings, { identity, inherited });
  const warnings = [
    ...setProcessLimits(settings, python),
    warnOfRoot(settings),
    warnOfPeers(listeners, settings),
  ];
  return {
    ...{ python, identity, open, logFile, accessFile, listeners, runtimeDirectory, pidfiles, hooks },
    warnings,
  };
}

/** What one is refused does not keep the others from being done. */
async function doAll(steps: readonly (() => unknown)[]): Promise<void> {
  const refusals: Refusal[] = [];
  for (const step of steps) {
    try {
      await step();
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      refusals.push(error);
    }
  }
  requireAll(refusals);
}

function requireAll(refusals: readonly Refusal[]): void {
  if (refusals.length > 0) throw joinRefusals(refusals);
}

/** Of files that options name; nothing happens where there is none. */
function logOpener(settings: Settings, identity: Identity | null, inherited: InheritedFiles) {
  return (option: string, path: string | null) => {
    if (path === null) return null;
    const file = { origin: originOf(settings, option), path, identity };
    return isStream(path) ? openLogFile(file) : inherited.open(path, () => openLogFile(file));
  };
}

function closeAll(listeners: readonly Listener[]): void {
  for (const listener of listeners) listener.close();
}
