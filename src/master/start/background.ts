/**
 * Into the background: Node cannot fork, so the command starts itself once more, in a session of its own, and
 * waits until that one serves or says why it does not. Both read the configuration.
 */

import { type ChildProcess, spawn } from "node:child_process";
import { closeSync } from "node:fs";
import { originOf } from "../../settings/origin.ts";
import type { Settings } from "../../settings/settings.ts";
import type { Ending } from "../events.ts";
import { describeEnding } from "../processes/endings.ts";
import { askedOf, takeInheritedDescriptors } from "./bind-listeners.ts";
import { FIRST_HANDED, type HandedListener, handoverVariable, type ToStarter } from "./handover.ts";
import { openLogFile } from "./open-file.ts";
import { becomeAtOnce, type Identity, resolveIdentity } from "./privileges.ts";
import { Refusal } from "./refusal.ts";
import { printRefusal } from "./start-logs.ts";

const STDERR = 2;

/** Answers the exit code: 0 when the instance serves. */
export async function startInBackground(settings: Settings): Promise<number> {
  try {
    becomeAtOnce(settings);
    if (settings.umask !== null) process.umask(settings.umask);
    const log = openLog(settings);
    const child = spawnMaster(log, handedListeners(settings));
    if (log > STDERR) closeSync(log);
    return await follow(child, settings);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    printRefusal(error.all.map(({ text }) => text));
    return 1;
  }
}

/** Once for the start; the master opens it again by itself. */
function openLog(settings: Settings): number {
  const identity = resolveIdentity(settings);
  const { logto, logto2 } = settings;
  if (logto2 === null)
    return openLogFile({ origin: originOf(settings, "logto"), path: logto ?? "/dev/null", identity });
  const file = { origin: originOf(settings, "logto2"), path: logto2, identity };
  return identity === null || process.getuid?.() !== 0
    ? openLogFile(file)
    : asUser(identity, () => openLogFile(file));
}

/** What the user could not open later should not be made by root now. */
function asUser<T>({ uid, gid }: Identity, act: () => T): T {
  const group = process.getegid?.() ?? 0;
  process.setegid?.(gid);
  process.seteuid?.(uid);
  try {
    return act();
  } finally {
    process.seteuid?.(0);
    process.setegid?.(group);
  }
}

interface Handed {
  /** Our own descriptor. */
  readonly fd: number;
  readonly asked: string | null;
}

/** systemd's, and those that fd:// names. */
function handedListeners(settings: Settings): readonly Handed[] {
  const fromSystemd = takeInheritedDescriptors(process.env).map((fd) => ({ fd, asked: null }));
  const named = settings.listeners.flatMap((setting) =>
    setting.address.kind === "fd" ? [{ fd: setting.address.fd, asked: askedOf(setting) }] : [],
  );
  const names = new Set(named.map(({ fd }) => fd));
  return [...fromSystemd.filter(({ fd }) => !names.has(fd)), ...named];
}

function spawnMaster(log: number, listeners: readonly Handed[]): ChildProcess {
  const handed = listeners.map(
    ({ asked }, index): HandedListener => ({ fd: FIRST_HANDED + index, asked, path: null }),
  );
  const handover = handoverVariable({ from: process.pid, kind: "background", listeners: handed, files: [] });
  return spawn(process.execPath, [...process.execArgv, ...process.argv.slice(1)], {
    detached: true,
    stdio: ["ignore", log, log, ...listeners.map(({ fd }) => fd), "ipc"],
    env: { ...process.env, ...handover },
  });
}

/** Whoever interrupts the command means the start. */
const INTERRUPTIONS = ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT"] as const;

function follow(child: ChildProcess, settings: Settings): Promise<number> {
  const { promise, resolve } = Promise.withResolvers<number>();
  let isTold = false;
  for (const signal of INTERRUPTIONS) process.on(signal, () => child.kill("SIGTERM"));
  child.on("message", (message: ToStarter) => {
    if (message.event === "serving") {
      process.stdout.write(`tsgi: master ${child.pid} serves in the background; log: ${logOf(settings)}\n`);
      return resolve(0);
    }
    isTold = true;
    printRefusal(message.texts);
  });
  child.once("error", (error) => end({ exitCode: null, signal: null, error }));
  // Not "exit": its last message may still be on the way then.
  child.once("close", (exitCode, signal) => end({ exitCode, signal }));
  const end = (ending: Ending): void => {
    if (!isTold)
      printRefusal([`the master ended before it served: ${describeEnding(ending)}; log: ${logOf(settings)}`]);
    resolve(ending.exitCode || 1);
  };
  return promise;
}

function logOf({ logto, logto2 }: Settings): string {
  return logto2 ?? logto ?? "none";
}
