import { printable } from "../base/quoted.ts";
import type { Entry } from "../config/entry.ts";

interface Remarks {
  readonly entries: readonly Entry[];
  readonly warnings: readonly string[];
  readonly notes: readonly string[];
}

/** What is said about a configuration at the start, each once; how much is decided by --log-level. */
export function tellRemarks({ entries, warnings, notes }: Remarks): void {
  const level = levelOf(entries);
  if (level === "error" || level === "critical") return;
  tell("warning", warnings);
  if (level === "debug") tell("note", notes);
}

/** The same for the log of a running instance, whose configuration was read again. */
export function warningsToLog({ entries, warnings }: Omit<Remarks, "notes">): readonly string[] {
  const level = levelOf(entries);
  return level === "error" || level === "critical" ? [] : messagesToLog(warnings);
}

export function messagesToLog(messages: readonly string[]): readonly string[] {
  return [...new Set(messages)].slice(0, MOST_MESSAGES).map(printable);
}

function levelOf(entries: readonly Entry[]): string | undefined {
  return entries.findLast(({ name }) => name === "log-level")?.value?.toLowerCase();
}

/** What stands against a start, each once; the last line tells it from warnings that stand above. */
export function tellNotStarted(problems: readonly string[], warnings: readonly string[]): void {
  const errors = new Set(problems).size;
  tell("error", problems);
  if (errors + warnings.length > 1)
    process.stderr.write(`tsgi: not started: ${errors} ${errors === 1 ? "error" : "errors"}\n`);
}

/** Nobody reads more, and what stands in a pipe when the process exits is lost past 64 KiB. */
const MOST_MESSAGES = 100;

/** On the standard error, where the master's own refusals go. Of what was read somewhere, nothing acts on a terminal. */
export function tell(severity: "error" | "warning" | "note", messages: readonly string[]): void {
  const different = [...new Set(messages)];
  const shown = different.slice(0, MOST_MESSAGES);
  const left = different.length - shown.length;
  if (left > 0) shown.push(`… and ${left} more: tsgi check shows all`);
  const lines = shown.flatMap((message) => `tsgi: ${severity}: ${message}`.split("\n"));
  process.stderr.write(lines.map((line) => `${printable(line)}\n`).join(""));
}
