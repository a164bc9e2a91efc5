import { resolve } from "node:path";
import { SECOND } from "../../base/duration.ts";
import type { AttachedProgram } from "../../settings/attached-program.ts";
import type { Ending } from "../events.ts";
import { type Place, servingPlace } from "../hooks/place.ts";
import { findShell } from "../hooks/shell.ts";
import type { Generation } from "../processes/generation.ts";
import { findGroup, findUser, nameUser } from "../start/accounts.ts";
import { Refusal } from "../start/refusal.ts";
import { AttachedProcess } from "./attached-process.ts";

/** One program that is attached to the instance, whether it runs at the moment or not. */
export interface Companion {
  readonly program: AttachedProgram;
  /** Nothing of it runs that would end with the instance. */
  readonly isGone: boolean;
  goOn(now: number): void;
  /** In how many milliseconds to look again. */
  waits(now: number): readonly number[];
  /** A process of somebody's has ended; answers whether it was this one's. */
  takeExit(process: AttachedProcess, ending: Ending, now: number): boolean;
  /** A reload has brought new code, or one of its files was touched. */
  renew(generation: Generation, occasion: Occasion): void;
  /** The instance is about to end: whoever ends before it is told to is not missed. */
  startNoMore(): void;
  /** It is not wanted any more. */
  leave(deadline: number): void;
  kill(): void;
}

/** `deadline`: when what was asked to end is killed. */
export interface Occasion {
  readonly why: "reload" | "touch";
  readonly deadline: number;
}

export interface Surroundings {
  readonly generation: Generation;
  /** Descriptor of the log. */
  readonly output: number;
  readonly onExit: (process: AttachedProcess, ending: Ending) => void;
}

/** One that ends sooner has died young, as in uWSGI: interpreters take their time to start. */
const YOUNG = 3 * SECOND;

/** What a seat is told when its program has ended. */
export function departure({ longestPause }: AttachedProgram, { lived, now }: { lived: number; now: number }) {
  const most = longestPause === null ? Number.POSITIVE_INFINITY : longestPause * SECOND;
  return { usefulFor: lived < YOUNG ? 0 : lived, now, most };
}

/** For the log. */
export function nameOf({ command }: AttachedProgram): string {
  return `attached program "${command.length > 60 ? `${command.slice(0, 59)}…` : command}"`;
}

/** Where its relative paths are seen from, as in uWSGI. */
export function placeOf({ directory }: Pick<AttachedProgram, "directory">, generation: Generation): Place {
  const place = servingPlace(generation);
  return { ...place, directory: resolve(place.directory, directory ?? ".") };
}

/** Throws a Refusal where it cannot be that user. */
export function startProcess(
  program: AttachedProgram,
  { generation, output, onExit }: Surroundings,
): AttachedProcess {
  const { settings, python } = generation;
  const { user, group, command, keepsInput } = program;
  const uid = user === null ? null : findUser("uid", user).id;
  const gid = group === null ? null : findGroup("gid", group);
  requireRights(uid, gid);
  const started: AttachedProcess = new AttachedProcess({
    python,
    shell: findShell(settings.binsh),
    command,
    place: placeOf(program, generation),
    output,
    keepsInput: keepsInput || settings.daemonsHonourStdin,
    uid,
    gid,
    isTied: program.pidfile === null,
    onExit: (ending) => onExit(started, ending),
  });
  return started;
}

function requireRights(uid: number | null, gid: number | null): void {
  const own = process.getuid?.() ?? 0;
  if (own === 0 || ((uid ?? own) === own && (gid === null || gid === process.getgid?.()))) return;
  throw new Refusal(`the master runs as ${nameUser(own)} and cannot start it as another user`);
}
