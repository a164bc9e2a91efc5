/** What is spoken on the control socket: one line of JSON each way, then the connection ends. */

import { type Command, commands, type PlainCommandName } from "./commands.ts";
import type { Status } from "./status.ts";

export interface ControlRequest {
  readonly command: Command | { readonly name: "status" } | { readonly name: "logs" };
  /** Answer a reload when it is over. */
  readonly waits: boolean;
}

export interface ControlReply {
  readonly isDone: boolean;
  /** What has happened, or why nothing has. */
  readonly text: string;
  /** The master's. */
  readonly pid: number;
  readonly status?: Status;
  /** The files that are written to; none where the log is the standard output. */
  readonly logs?: readonly string[];
}

/** Null for a line that is no request. */
export function readControlRequest(line: string): ControlRequest | null {
  const message = parse(line);
  if (message === null) return null;
  const { command: name, workers, wait } = message;
  const waits = wait === true;
  if (name === "status" || name === "logs") return { command: { name }, waits };
  if (name === "scale") return isCount(workers) ? { command: { name, workers }, waits } : null;
  return typeof name === "string" && isPlain(name) ? { command: { name }, waits } : null;
}

/** The line for it, with its end. */
export function writeControlRequest({ command, waits }: ControlRequest): string {
  const workers = command.name === "scale" ? { workers: command.workers } : {};
  return `${JSON.stringify({ command: command.name, ...workers, ...(waits ? { wait: true } : {}) })}\n`;
}

interface Message {
  readonly command?: unknown;
  readonly workers?: unknown;
  readonly wait?: unknown;
}

function parse(line: string): Message | null {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? value : null;
  } catch {
    return null;
  }
}

function isPlain(name: string): name is PlainCommandName {
  return name !== "scale" && Object.hasOwn(commands, name);
}

function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}
