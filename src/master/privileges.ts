import { type Account, type Owner, showAccount } from "../settings/value-types.ts";
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

interface WantedIdentity {
  readonly uid: Account | null;
  readonly gid: Account | null;
  readonly addGid: readonly Account[];
}

/**
 * --uid and --gid as numbers; null when neither is given.
 * Without --gid it is the user's own group; without --uid only the group changes.
 */
export function resolveIdentity(wanted: WantedIdentity): Identity | null {
  if (wanted.uid === null && wanted.gid === null && wanted.addGid.length === 0) return null;
  const user = wanted.uid === null ? null : findUser("--uid", wanted.uid);
  const uid = user?.id ?? process.getuid?.() ?? 0;
  const gid = wanted.gid === null ? (user?.group ?? uid) : findGroup("--gid", wanted.gid);
  requireRoot(wanted, { uid, gid });
  const groups = wanted.addGid.map((group) => findGroup("--add-gid", group));
  return { uid, gid, user: user?.name ?? null, groups };
}

/** Said before anything is made: only the drop itself would notice otherwise. */
function requireRoot(wanted: WantedIdentity, become: { uid: number; gid: number }): void {
  const [own, ownGroup] = [process.getuid?.() ?? 0, process.getgid?.() ?? 0];
  if (own !== 0 && wanted.addGid.length > 0) {
    throw new Refusal(`--add-gid: only root can take on further groups (running as ${nameUser(own)})`, [
      "start tsgi as root, or leave --add-gid out",
    ]);
  }
  if (own === 0 || (own === become.uid && ownGroup === become.gid)) return;
  const isUser = own !== become.uid;
  const option = wanted.uid === null ? `--gid ${show(wanted.gid)}` : `--uid ${show(wanted.uid)}`;
  const [what, as] = isUser ? ["user", nameUser(own)] : ["group", nameGroup(ownGroup)];
  throw new Refusal(`${option}: only root can change the ${what} (running as ${as})`, [
    "start tsgi as root, or leave --uid and --gid out",
  ]);
}

function show(account: Account | null): string {
  return account === null ? "" : showAccount(account);
}

/** --chown-socket as numbers; -1 keeps the group that is there. */
export function resolveOwner(owner: Owner): { uid: number; gid: number } {
  return {
    uid: findUser("--chown-socket", owner.user).id,
    gid: owner.group === null ? -1 : findGroup("--chown-socket", owner.group),
  };
}

/** For good: afterwards the process can neither bind a low port nor become another user. */
export function dropPrivileges(identity: Identity): void {
  try {
    if (process.getuid?.() === 0) setGroups(identity);
    if (process.getgid?.() !== identity.gid) process.setgid?.(identity.gid);
    if (identity.groups.length > 0) addGroups(identity);
    if (process.getuid?.() !== identity.uid) process.setuid?.(identity.uid);
  } catch (error) {
    throw new Refusal(
      `cannot become user ${nameUser(identity.uid)}, group ${nameGroup(identity.gid)}: ${(error as Error).message}`,
      ["only root may change its user: start tsgi as root, or leave --uid and --gid out"],
    );
  }
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
