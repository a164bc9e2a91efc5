import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import type { Account, Owner } from "../settings/value-types.ts";
import { Refusal } from "./refusal.ts";

/** Who serves: what the processes become once the sockets are bound. */
export interface Identity {
  readonly uid: number;
  readonly gid: number;
  /** The user's name, for the supplementary groups; null when the number has none. */
  readonly user: string | null;
}

/**
 * --uid and --gid as numbers; null when neither is given.
 * Without --gid it is the user's own group; without --uid only the group changes.
 */
export function resolveIdentity(wanted: { uid: Account | null; gid: Account | null }): Identity | null {
  if (wanted.uid === null && wanted.gid === null) return null;
  const user = wanted.uid === null ? null : findUser("--uid", wanted.uid);
  const uid = user?.id ?? process.getuid?.() ?? 0;
  const gid = wanted.gid === null ? (user?.group ?? uid) : findGroup("--gid", wanted.gid);
  requireRoot(wanted, { uid, gid });
  return { uid, gid, user: user?.name ?? null };
}

/** Said before anything is made: only the drop itself would notice otherwise. */
function requireRoot(wanted: { uid: Account | null }, { uid, gid }: { uid: number; gid: number }): void {
  const [own, ownGroup] = [process.getuid?.() ?? 0, process.getgid?.() ?? 0];
  if (own === 0 || (own === uid && ownGroup === gid)) return;
  throw new Refusal(`${wanted.uid === null ? "--gid" : "--uid"}: only root can change user and group`, [
    `this runs as user ${own}, group ${ownGroup}: start tsgi as root, or leave --uid and --gid out`,
  ]);
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
    if (process.getuid?.() !== identity.uid) process.setuid?.(identity.uid);
  } catch (error) {
    throw new Refusal(
      `cannot become user ${identity.uid}, group ${identity.gid}: ${(error as Error).message}`,
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

interface User {
  readonly name: string | null;
  readonly id: number;
  readonly group: number | null;
}

/** A row of passwd is name:password:uid:gid:…; a number needs no row. */
function findUser(option: string, account: Account): User {
  const [name, , id, group] = findRow("passwd", account) ?? [];
  if (name !== undefined && id !== undefined) return { name, id: Number(id), group: Number(group) };
  if (account.kind === "id") return { name: null, id: account.id, group: null };
  throw new Refusal(`${option}: there is no user "${account.name}" on this machine`);
}

/** A row of group is name:password:gid:members. */
function findGroup(option: string, account: Account): number {
  if (account.kind === "id") return account.id;
  const [, , id] = findRow("group", account) ?? [];
  if (id !== undefined) return Number(id);
  throw new Refusal(`${option}: there is no group "${account.name}" on this machine`);
}

function findRow(database: "passwd" | "group", account: Account): string[] | null {
  const column = account.kind === "id" ? 2 : 0;
  const key = account.kind === "id" ? String(account.id) : account.name;
  const rows = readFileSync(`/etc/${database}`, "utf8")
    .split("\n")
    .map((row) => row.split(":"));
  return rows.find((fields) => fields[column] === key) ?? askNameService(database, key);
}

/** Accounts that live elsewhere (LDAP, systemd) are known to getent only. */
function askNameService(database: "passwd" | "group", key: string): string[] | null {
  try {
    const output = execFileSync("getent", [database, key], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    });
    return output.trim().split(":");
  } catch {
    return null;
  }
}
