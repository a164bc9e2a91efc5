import { printable } from "../base/quoted.ts";
import type { Entry } from "../config/entry.ts";

interface Remarks {
  readonly entries: readonly Entry[];
  readonly warnings: readonly string[];
  readonly notes: readonly string[];
}

/** What is said about a configuration at the start, each once; how much is decided by --log-level. */
export function remarksToTell({ entries, warnings, notes }: Remarks): readonly string[] {
  const level = entries.findLast(({ name }) => name === "log-level")?.value?.toLowerCase();
  if (level === "error" || level === "critical") return [];
  return [...new Set(level === "debug" ? [...warnings, ...notes] : warnings)];
}

/** Nobody reads more, and what stands in a pipe when the process exits is lost past 64 KiB. */
const MOST_MESSAGES = 100;

/** On the standard error, where the master's own refusals go. Of what was read somewhere, nothing acts on a terminal. */
export function tell(messages: readonly string[]): void {
  const shown = messages.slice(0, MOST_MESSAGES);
  const left = messages.length - shown.length;
  if (left > 0) shown.push(`… and ${left} more: tsgi check shows all`);
  const lines = shown.flatMap((message) => `tsgi: ${message}`.split("\n"));
  process.stderr.write(lines.map((line) => `${printable(line)}\n`).join(""));
}
