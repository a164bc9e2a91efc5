/**
 * max-fd and prio: the master takes them upon itself while it is still root, and all its children
 * inherit them. What the kernel refuses is answered as a sentence for the log.
 */

import { spawnSync } from "node:child_process";
import { setPriority } from "node:os";
import { originOf } from "../../settings/origin.ts";
import type { Settings } from "../../settings/settings.ts";

/** Node has no setrlimit(2), Python can set that of any process. */
const SET_OPEN_FILES = `
import resource, sys
pid, wanted = int(sys.argv[1]), int(sys.argv[2])
try:
    resource.prlimit(pid, resource.RLIMIT_NOFILE, (wanted, wanted))
except (OSError, ValueError) as error:
    sys.exit("%s; %d are allowed" % (error, resource.prlimit(pid, resource.RLIMIT_NOFILE)[1]))
`;

export function setProcessLimits(settings: Settings, python: string): (string | null)[] {
  return [setOpenFiles(settings, python), setNiceness(settings)];
}

function setOpenFiles(settings: Settings, python: string): string | null {
  if (settings.maxFd === 0) return null;
  const wanted = String(settings.maxFd);
  const { status, stderr, error } = spawnSync(
    python,
    ["-I", "-S", "-c", SET_OPEN_FILES, String(process.pid), wanted],
    { encoding: "utf8", stdio: ["ignore", "ignore", "pipe"] },
  );
  if (error === undefined && status === 0) return null;
  const why = error?.message ?? stderr.trim().split("\n").at(-1);
  return `${originOf(settings, "max-fd")}: the limit of open files stays as it is: ${why} (only root can raise it; systemd does with LimitNOFILE=)`;
}

function setNiceness(settings: Settings): string | null {
  if (settings.prio === null) return null;
  try {
    setPriority(settings.prio);
    return null;
  } catch (error) {
    const why = (error as Error).message;
    return `${originOf(settings, "prio")}: the priority stays as it is: ${why} (only root can raise it; systemd does with Nice=)`;
  }
}
