/** Whether the user who serves may go where Node, tsgi and Python lie: root, who starts them, may go anywhere. */

import { spawnSync } from "node:child_process";
import { realpathSync, type Stats, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { originOf } from "../../settings/origin.ts";
import type { Settings } from "../../settings/settings.ts";
import { groupsOf, nameUser } from "./accounts.ts";
import { refuseForeign } from "./interpreter.ts";
import type { Identity } from "./privileges.ts";
import { Refusal } from "./refusal.ts";

// Beside us and above: src/ in a clone, dist/ where installed.
const OWN_FILES = ["../../router", "../../../python/tsgi"].map((path) =>
  fileURLToPath(new URL(path, import.meta.url)),
);

/** Asked before anything is made: only the first process of that user would notice otherwise. */
export function requireReachable(
  settings: Settings,
  identity: Identity | null,
  pythons: readonly string[],
): void {
  if (identity === null || identity.uid === 0 || process.getuid?.() !== 0) return;
  const who = { ...identity, groups: allGroupsOf(identity) };
  for (const path of [process.execPath, ...OWN_FILES]) {
    const barrier = findBarrier(path, who);
    const what = path === process.execPath ? "Node" : "tsgi";
    if (barrier !== null) throw refuseEntry(originOf(settings, "uid"), { what, barrier, uid: who.uid });
  }
  for (const python of pythons) if (findBarrier(python, who) !== null) throw refuseForeign(python, who.uid);
}

function refuseEntry(origin: string, seen: { what: string; barrier: string; uid: number }): Refusal {
  const { what, barrier, uid } = seen;
  return new Refusal(`${origin}: user ${nameUser(uid)} may not enter ${barrier}, where ${what} lies`, [
    `install ${what} where every user may go, as below /opt or /usr/local,`,
    `or let that user in: chmod o+x ${barrier}`,
  ]);
}

function allGroupsOf({ user, gid, groups }: Identity): readonly number[] {
  return [gid, ...groups, ...(user === null ? [] : groupsOf(user))];
}

/** The first directory of the path, or the file itself, that may not be entered or executed. */
function findBarrier(path: string, who: Identity): string | null {
  const chains = [path, realpathSync(path)].flatMap(withParents);
  return chains.find((one) => !isOpenTo(statSync(one), who) && !mayExecute(one, who)) ?? null;
}

/** "/srv/venv" → "/", "/srv", "/srv/venv" */
function withParents(path: string): readonly string[] {
  const own = resolve(path);
  const parent = dirname(own);
  return parent === own ? [own] : [...withParents(parent), own];
}

function isOpenTo({ mode, uid, gid }: Stats, who: Identity): boolean {
  if (uid === who.uid) return (mode & 0o100) !== 0;
  if (who.groups.includes(gid)) return (mode & 0o010) !== 0;
  return (mode & 0o001) !== 0;
}

/** An access control list may grant what the mode does not: the system has the last word. */
function mayExecute(path: string, { uid, gid }: Identity): boolean {
  return spawnSync("test", ["-x", path], { uid, gid, stdio: "ignore" }).status === 0;
}
