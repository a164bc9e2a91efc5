import { readFileSync } from "node:fs";
import type { FromZygote } from "../base/messages.ts";
import type { Settings } from "../settings/settings.ts";
import type { Listener } from "./listener.ts";

/** The few lines that a person reads at the start. */
export interface StartReport {
  readonly settings: Settings;
  readonly listeners: readonly Listener[];
  readonly interpreter: (FromZygote & { event: "started" }) | null;
  readonly application: Loaded | null;
}

export interface Loaded {
  readonly application: string;
  readonly milliseconds: number;
}

export function startLines({ settings, listeners, interpreter, application }: StartReport): string[] {
  return [
    [`tsgi ${version()}`, `Node ${process.versions.node}`, ...describeInterpreter(interpreter)].join(" · "),
    ...describeApplication(settings, application),
    describeProcesses(settings),
    ...listeners.map(
      (listener) => `listening on ${listener.url}${listener.kind === "unix" ? " (http)" : ""}`,
    ),
  ];
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
  const where = settings.lazyApps ? " in each worker" : "";
  return [
    `application ${loaded.application} loaded${where} in ${showMilliseconds(loaded.milliseconds)}${file}`,
  ];
}

function showMilliseconds(milliseconds: number): string {
  return `${Number(milliseconds.toFixed(milliseconds < 10 ? 1 : 0))} ms`;
}

function describeProcesses({ processes, threads, httpProcesses }: Settings): string {
  const workers = `${count(processes, "worker")} × ${count(threads, "thread")}`;
  return `${workers}, ${count(httpProcesses, "router")}, master ${process.pid}`;
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}

/** package.json stands two folders above both src/master and dist/master. */
function version(): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));
  const isManifest = typeof manifest === "object" && manifest !== null && "version" in manifest;
  return isManifest ? String(manifest.version) : "unknown";
}
