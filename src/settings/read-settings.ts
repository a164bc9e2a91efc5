/**
 * Configuration → checked Settings. Every entry is judged and every problem collected, so that one start shows them all.
 * Asks nothing of the system: whether files, users and addresses exist is found out by those who use them.
 */

import { printable } from "../base/quoted.ts";
import type { Configuration } from "../config/configuration.ts";
import type { Entry } from "../config/entry.ts";
import { findConflicts } from "./conflicts.ts";
import { isSwitchedOn, type JudgeContext, judgeEntry } from "./judge-entry.ts";
import { type Finding, findingOf, type Judged, type Judgement, type Severity } from "./judgement.ts";
import { type CamelCase, type OptionValues, options } from "./options.ts";
import { readApplication } from "./read-application.ts";
import { isListening, protocolOf, readListeners } from "./read-listeners.ts";
import type { Settings } from "./settings.ts";

export type Reading = {
  /** One for each entry, in order; then those of the blocks that were skipped. */
  readonly judgements: readonly Judgement[];
  /** For the log, each with the place that it is about. Warnings are always shown, notes at level debug. */
  readonly warnings: readonly string[];
  readonly notes: readonly string[];
} & (
  | { readonly kind: "settings"; readonly settings: Settings }
  | { readonly kind: "problems"; readonly problems: readonly string[] }
);

export function readSettings(configuration: Configuration): Reading {
  const { entries, skipped } = configuration;
  const context = contextOf(configuration);
  const judged = entries.map((entry) => judgeEntry(entry, context));
  const findings = judged.map(({ judgement }) => findingOf(judgement));
  const settings = gather(configuration, judged, findings);
  const problems = [...configuration.problems, ...messagesOf("error", findings)];
  const remarks = {
    judgements: [...judged.map(({ judgement }) => judgement), ...skipped.map(judgeSkipped)],
    warnings: [...configuration.warnings, ...messagesOf("warning", findings)],
    notes: messagesOf("note", findings),
  };
  return settings === null || problems.length > 0
    ? { ...remarks, kind: "problems", problems }
    : { ...remarks, kind: "settings", settings };
}

/** "http-keepalive" → "httpKeepalive" */
export function settingName<Name extends string>(name: Name): CamelCase<Name> {
  // The type does what the expression does: the compiler cannot see it.
  return name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase()) as CamelCase<Name>;
}

function contextOf({ entries, referred }: Configuration): JudgeContext {
  const strict = entries.findLast(({ name }) => name === "strict");
  return {
    referred,
    declared: new Set(entries.filter(({ name }) => DECLARING.has(name)).map(declaredName)),
    isStrict: strict !== undefined && isSwitchedOn(strict),
    hasListener: entries.some(({ name }) => isListening(name)),
  };
}

const DECLARING: ReadonlySet<string> = new Set(["set-placeholder", "resolve", "declare-option"]);

function declaredName({ value }: Entry): string {
  return value?.split("=", 1)[0] ?? "";
}

/** Null where there is no application. */
function gather(
  configuration: Configuration,
  judged: readonly Judged[],
  findings: Finding[],
): Settings | null {
  const values = collectValues(judged);
  const listeners = readListeners(judged, { ...values, protocol: protocolOf(values.protocol) }, findings);
  // A mistake before leaves open what is a target: the value of an unknown option looks like one.
  const isMisread = configuration.problems.length > 0;
  const isUnclear = isMisread || judged.some(({ judgement }) => hidesApplication(judgement));
  const targets = isMisread ? [] : configuration.targets;
  const applications = readApplication({ judged, targets, isUnclear }, findings);
  findings.push(...findConflicts(values, judged));
  if (applications === null) return null;
  const {
    wsgiFile: _file,
    module: _module,
    callable: _callable,
    http: _http,
    httpSocket: _httpSocket,
    socket: _socket,
    uwsgiSocket: _uwsgiSocket,
    fastcgiSocket: _fastcgiSocket,
    fastcgiNphSocket: _fastcgiNphSocket,
    scgiSocket: _scgiSocket,
    scgiNphSocket: _scgiNphSocket,
    protocol: _protocol,
    ...rest
  } = values;
  const logs = { logto: values.logto ?? values.daemonize, logto2: values.logto2 ?? values.daemonize2 };
  return { ...rest, ...logs, ...applications, listeners, written: configuration.entries };
}

const NAMING: ReadonlySet<string> = new Set(["module", "wsgi-file", "callable", "mount"]);

/** Whether the application may be missing because of what is reported anyway. */
function hidesApplication({ answer, severity, entry }: Judgement): boolean {
  if (severity !== "error") return false;
  return answer === "never" || (answer === "unusable" && NAMING.has(entry.name));
}

function collectValues(judged: readonly Judged[]): OptionValues {
  const ofName = Map.groupBy(
    judged.filter(({ value }) => value !== undefined),
    ({ judgement }) => judgement.entry.name,
  );
  const values: Record<string, unknown> = {};
  for (const [name, row] of options) {
    if (row.row !== "option") continue;
    const [first, ...more] = ofName.get(name)?.map(({ value }) => value) ?? [];
    values[settingName(name)] = first === undefined ? row.default : row.type.combine(first, more);
  }
  // Every key was set from its row's default or parsed by its row's type.
  return values as OptionValues;
}

function judgeSkipped(entry: Entry): Judgement {
  return {
    entry,
    answer: "skipped",
    severity: "fine",
    text: "is left out: the condition of its block does not hold",
  };
}

function messagesOf(severity: Severity, findings: readonly Finding[]): readonly string[] {
  return findings.filter((finding) => finding.severity === severity).map(({ message }) => printable(message));
}
