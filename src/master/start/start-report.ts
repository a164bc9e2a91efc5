import { readFileSync } from "node:fs";
import type { FromZygote } from "../../base/messages.ts";
import { concurrencyOf } from "../../settings/concurrency.ts";
import type { Settings } from "../../settings/settings.ts";
import type { Listener } from "./listener.ts";

/** The few lines that a person reads at the start. */
export interface StartReport {
  readonly settings: Settings;
  readonly listeners: readonly Listener[];
  readonly interpreter: (FromZygote & { event: "started" }) | null;
  readonly application: Loaded | null;
  /** Whether Gunicorn's language is spoken: then also its line that containers wait for. */
  readonly isGunicorn: boolean;
}

export interface Loaded {
  readonly application: string;
  readonly milliseconds: number;
}

export function startLines(report: StartReport): string[] {
  const { settings, interpreter, application, isGunicorn } = report;
  // Each router may have a socket of its own.
  const listeners = [...new Map(report.listeners.map((listener) => [listener.url, listener])).values()];
  return [
    [`tsgi ${version()}`, `Node ${process.versions.node}`, ...describeInterpreter(interpreter)].join(" · "),
    ...describeApplication(settings, application),
    describeProcesses(settings),
    ...listeners.map(describeListener),
    ...(isGunicorn ? [gunicornLine(listeners, new Date())] : []),
  ];
}

/** Other URLs name their protocol themselves. */
function describeListener({ url, kind, protocol }: Listener): string {
  if (protocol === "proxied-http") return `listening on ${url} (http behind the PROXY protocol)`;
  return `listening on ${url}${kind === "unix" && protocol === "http" ? " (http)" : ""}`;
}

/** "[2026-11-21 10:00:00 +0000] [17] [INFO] Listening at: http://127.0.0.1:8000 (17)" */
function gunicornLine(listeners: readonly Listener[], now: Date): string {
  const [date, time] = now.toISOString().split(/[T.]/);
  const urls = listeners.map((listener) => listener.url).join(",");
  return `[${date} ${time} +0000] [${process.pid}] [INFO] Listening at: ${urls} (${process.pid})`;
}

function describeInterpreter(interpreter: StartReport["interpreter"]): string[] {
  if (interpreter === null) return [];
  const where = interpreter.virtualenv ? interpreter.prefix : interpreter.executable;
  return [`${properName(interpreter.implementation)} ${interpreter.python} (${where})`];
}

/** sys.implementation.name is lower case. */
function properName(implementation: string): string {
  const names = new Map([
    ["cpython", "CPython"],
    ["pypy", "PyPy"],
    ["graalpy", "GraalPy"],
  ]);
  return names.get(implementation.toLowerCase()) ?? implementation;
}

function describeApplication(settings: Settings, loaded: Loaded | null): string[] {
  if (loaded === null) return [];
  const file = settings.application.file === null ? "" : ` (${settings.application.file})`;
  const where = settings.lazyApps || concurrencyOf(settings).green !== null ? " in each worker" : "";
  return [
    `application ${loaded.application} loaded${where} in ${showMilliseconds(loaded.milliseconds)}${file}`,
  ];
}

function showMilliseconds(milliseconds: number): string {
  return `${Number(milliseconds.toFixed(milliseconds < 10 ? 1 : 0))} ms`;
}

function describeProcesses(settings: Settings): string {
  const { green, slots } = concurrencyOf(settings);
  const threads = green === null ? count(slots, "thread") : `${count(slots, "green thread")} (${green})`;
  const workers = `${describeNumber(settings)} × ${threads}`;
  return `${workers}, ${count(settings.httpProcesses, "router")}, master ${process.pid}`;
}

function describeNumber(settings: Settings): string {
  const { cheap, cheaper, processes } = settings;
  const most = count(processes, "worker");
  const workers = cheaper > 0 && cheaper < processes ? `${cheaper} to ${most}` : most;
  return cheap ? `${workers} after the first request` : workers;
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}

/** package.json stands two folders above both src/master and dist/master. */
export function version(): string {
  const manifest: unknown = JSON.parse(
    readFileSync(new URL("../../../package.json", import.meta.url), "utf8"),
  );
  const isManifest = typeof manifest === "object" && manifest !== null && "version" in manifest;
  return isManifest ? String(manifest.version) : "unknown";
}
