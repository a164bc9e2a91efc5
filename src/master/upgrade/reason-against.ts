/** Why a successor could not outlive this process; null where it can. */
export function reasonAgainst(environment: NodeJS.ProcessEnv, pid = process.pid): string | null {
  if (pid === 1) {
    return "this is process 1 of a container, which ends with it; start another container, or reload for new code of the application";
  }
  // Set by systemd for the process that it watches: with it go all others of the unit.
  const isWatched = environment["SYSTEMD_EXEC_PID"] === String(pid);
  if (isWatched && environment["NOTIFY_SOCKET"] === undefined) {
    return "systemd would take the end of this process for the end of the service; set Type=notify and NotifyAccess=all in the unit";
  }
  return null;
}
