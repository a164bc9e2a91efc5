import { originOf } from "../../settings/origin.ts";
import type { Settings } from "../../settings/settings.ts";
import { showAccount } from "../../settings/value-types.ts";
import { findGroup, findUser, nameGroup, nameUser } from "./accounts.ts";
import { Refusal } from "./refusal.ts";

/** Who serves: what the processes become once the sockets are bound. */
export interface Identity {
  readonly uid: number;
  readonly gid: number;
  /** The user's name, for the supplementary groups; null when the number has none. */
  readonly user: string | null;
  /** Supplementary groups that were asked for, beside those of the user. */
  readonly groups: readonly number[];
}

type WantedIdentity = Pick<Settings, "uid" | "gid" | "addGid" | "noInitgroups" | "written">;

/**
 * --uid and --gid as numbers; null when neither is given.
 * Without --gid it is the user's own group; without --uid only the group changes.
 */
export function resolveIdentity(wanted: WantedIdentity, prefix: "" | "immediate-" = ""): Identity | null {
  if (wanted.uid === null && wanted.gid === null && wanted.addGid.length === 0) return null;
  const user = wanted.uid === null ? null : findUser(originOf(wanted, `${prefix}uid`), wanted.uid);
  const uid = user?.id ?? process.getuid?.() ?? 0;
  const gid =
    wanted.gid === null ? (user?.group ?? uid) : findGroup(originOf(wanted, `${prefix}gid`), wanted.gid);
  requireRoot(wanted, { uid, gid, prefix });
  const groups = wanted.addGid.map((group) =>
    findGroup(originOf(wanted, "add-gid", showAccount(group)), group),
  );
  return { uid, gid, user: wanted.noInitgroups ? null : (user?.name ?? null), groups };
}

/** Said before anything is made: only the drop itself would notice otherwise. */
function requireRoot(wanted: WantedIdentity, become: { uid: number; gid: number; prefix: string }): void {
  const [own, ownGroup] = [process.getuid?.() ?? 0, process.getgid?.() ?? 0];
  const lacked = wanted.addGid.filter((group) => !hasGroup(wanted, group));
  if (own !== 0 && lacked.length > 0) {
    throw new Refusal(
      `${originOf(wanted, "add-gid")}: only root can take on further groups (running as ${nameUser(own)})`,
      ["start tsgi as root, or leave add-gid out"],
    );
  }
  if (own === 0 || (own === become.uid && ownGroup === become.gid)) return;
  const origin = originOf(wanted, become.prefix + (wanted.uid === null ? "gid" : "uid"));
  const isUser = own !== become.uid;
  const [what, as] = isUser ? ["user", nameUser(own)] : ["group", nameGroup(ownGroup)];
  throw new Refusal(`${origin}: only root can change the ${what} (running as ${as})`, [
    "start tsgi as root, or leave uid and gid out",
  ]);
}

/** As a successor of a master that root has started. */
function hasGroup(wanted: WantedIdentity, group: WantedIdentity["addGid"][number]): boolean {
  const id = findGroup(originOf(wanted, "add-gid", showAccount(group)), group);
  return process.getgroups?.().includes(id) ?? false;
}

/** --chown-socket as numbers, null where it is not given; -1 keeps the group that is there. */
export function resolveOwner(
  settings: Pick<Settings, "chownSocket" | "written">,
): { uid: number; gid: number } | null {
  const owner = settings.chownSocket;
  if (owner === null) return null;
  const origin = originOf(settings, "chown-socket");
  return {
    uid: findUser(origin, owner.user).id,
    gid: owner.group === null ? -1 : findGroup(origin, owner.group),
  };
}

/** For good: afterwards the process can neither bind a low port nor become another user. */
export function dropPrivileges(identity: Identity): void {
  try {
    if (process.getuid?.() === 0) setGroups(identity);
    if (process.getgid?.() !== identity.gid) process.setgid?.(identity.gid);
    if (identity.groups.length > 0 && process.getuid?.() === 0) addGroups(identity);
    if (process.getuid?.() !== identity.uid) process.setuid?.(identity.uid);
    requireNoWayBack(identity);
  } catch (error) {
    throw new Refusal(
      `cannot become user ${nameUser(identity.uid)}, group ${nameGroup(identity.gid)}: ${(error as Error).message}`,
      ["only root may change its user: start tsgi as root, or leave uid and gid out"],
    );
  }
}

/** What the kernel and the settings of the process left us is asked, not what was meant. */
function requireNoWayBack({ uid }: Identity): void {
  if (uid === 0) return;
  const isStillRoot = process.getuid?.() !== uid || process.geteuid?.() !== uid;
  if (isStillRoot || canBecomeRoot()) throw new Error("the rights of root could be taken back");
}

function canBecomeRoot(): boolean {
  try {
    process.setuid?.(0);
    return true;
  } catch {
    return false;
  }
}

/** --immediate-uid and --immediate-gid: all that follows is done as that user. */
export function becomeAtOnce(settings: Settings): void {
  const identity = resolveImmediate(settings);
  if (identity !== null) dropPrivileges(identity);
}

export function resolveImmediate({
  immediateUid,
  immediateGid,
  noInitgroups,
  written,
}: Settings): Identity | null {
  const wanted = { uid: immediateUid, gid: immediateGid, addGid: [], noInitgroups, written };
  return resolveIdentity(wanted, "immediate-");
}

/** For the log, once: what the application does, it does as root. */
export function warnOfRoot(settings: Settings): string | null {
  if (process.getuid?.() !== 0 || settings.uid !== null) return null;
  return "runs as root, and so does the application: give uid, and it has only that user's rights";
}

/** The types of Node leave the function out. */
type ProcessWithGroups = NodeJS.Process & { initgroups(user: string, extraGroup: number): void };

function setGroups(identity: Identity): void {
  if (identity.user === null) process.setgroups?.([identity.gid]);
  else (process as ProcessWithGroups).initgroups(identity.user, identity.gid);
}

/** After setgid: process.getgroups() counts the group of the process among them, and that was root's. */
function addGroups({ groups }: Identity): void {
  process.setgroups?.([...(process.getgroups?.() ?? []), ...groups]);
}
