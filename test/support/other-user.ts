/**
 * Tests in which the server is, or becomes, another user. Only root can do that, and not everywhere: below
 * root's home no other user may read a file of this clone.
 *
 *   test("…", { skip: cannotBecome(NOBODY) }, …)        the server becomes nobody
 *   const { wrapper, skip } = ordinaryUser();             the server is anybody but root
 */

import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { tmpdir } from "node:os";
import { fileURLToPath } from "node:url";
import { NODE, TSGI } from "./start-server.ts";

export interface User {
  readonly user: string;
  readonly group: string;
}

export const NOBODY: User = { user: "65534", group: "65534" };

/** A Python that is not in root's home. */
export const ANY_USERS_PYTHON = "/usr/bin/python3";

const MODULES = fileURLToPath(new URL("../../python", import.meta.url));

/**
 * By way of a shell: setpriv keeps root's rights until its exec is done, so that what it starts itself is found
 * also where the user may not go.
 */
const PROBE = `cd "$1" && "$2" "$3" --version && { test -z "$4" || PYTHONPATH="$5" "$4" -B -c "import tsgi.loader"; }`;

/** What to put before a command, so that it runs as that user without any right of root's. */
export function wrapperOf({ user, group }: User): readonly string[] {
  return ["setpriv", "--reuid", user, "--regid", group, "--clear-groups"];
}

/** For a test's `skip`: why the server cannot become that user here, or false. */
export function cannotBecome(user: User, python = ""): string | false {
  if (!isRoot()) return "only root can become another user";
  if (python !== "" && !existsSync(python)) return "no Python that another user may run";
  const [command = "", ...rest] = wrapperOf(user);
  const probe = ["sh", "-c", PROBE, "sh", tmpdir(), NODE, TSGI, python, MODULES];
  const { error, status } = spawnSync(command, [...rest, ...probe]);
  if (error !== undefined) return "there is no setpriv";
  return status === 0 ? false : "this clone lies where no other user may go";
}

/** Whoever runs the tests, or nobody in root's place. */
export function ordinaryUser(): { readonly wrapper: readonly string[]; readonly skip: string | false } {
  return isRoot() ? { wrapper: wrapperOf(NOBODY), skip: cannotBecome(NOBODY) } : { wrapper: [], skip: false };
}

function isRoot(): boolean {
  return process.getuid?.() === 0;
}
