/** Users and groups of this machine: names to numbers and back. */

import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import type { Account } from "../../settings/value-types.ts";
import { Refusal } from "./refusal.ts";

export interface User {
  readonly name: string | null;
  readonly id: number;
  readonly group: number | null;
}

/** A row of passwd is name:password:uid:gid:…; a number needs no row. */
export function findUser(origin: string, account: Account): User {
  const [name, , id, group] = findRow("passwd", account) ?? [];
  if (name !== undefined && id !== undefined) return { name, id: Number(id), group: Number(group) };
  if (account.kind === "id") return { name: null, id: account.id, group: null };
  throw new Refusal(`${origin}: there is no user "${account.name}" on this machine`);
}

/** A row of group is name:password:gid:members. */
export function findGroup(origin: string, account: Account): number {
  if (account.kind === "id") return account.id;
  const [, , id] = findRow("group", account) ?? [];
  if (id !== undefined) return Number(id);
  throw new Refusal(`${origin}: there is no group "${account.name}" on this machine`);
}

/** All groups of a user, as login gives them. */
export function groupsOf(user: string): readonly number[] {
  try {
    const output = execFileSync("id", ["-G", user], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    });
    return output.trim().split(" ").map(Number);
  } catch {
    return [];
  }
}

/** For messages: the name where there is one, else the number. */
export function nameUser(id: number): string {
  return findRow("passwd", { kind: "id", id })?.[0] ?? String(id);
}

/** As nameUser(), for a group. */
export function nameGroup(id: number): string {
  return findRow("group", { kind: "id", id })?.[0] ?? String(id);
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
