/** What must not outlive the bench, however it ends: processes and directories. SIGKILL alone leaves them. */

const endings = new Set<() => void>();
process.on("exit", () => {
  for (const end of endings) end();
});
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => process.exit(130));

/** Calls `end` (synchronously) when the bench exits, until the returned object is disposed of. */
export function endWithBench(end: () => void): Disposable {
  endings.add(end);
  return { [Symbol.dispose]: () => endings.delete(end) };
}
