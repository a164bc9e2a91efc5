/** `tsgi ctl`: says something to a running instance, and what it answers. */

import { readFileSync } from "node:fs";
import { connect } from "node:net";
import { type ControlReply, type ControlRequest, writeControlRequest } from "../base/control.ts";
import { SECOND } from "../base/duration.ts";
import { printable } from "../base/quoted.ts";
import { statusText } from "../observe/status-text.ts";
import type { CtlOrder, Wanted, Which } from "./ctl-words.ts";
import { findInstances, findSocketOf } from "./find-instances.ts";
import { followLogs } from "./follow-logs.ts";
import { print } from "./print.ts";
import { tell } from "./remarks.ts";

const FAILED = 1;
/** An instance that does not answer a question within this hangs. */
const PATIENCE = 10 * SECOND;

/** Answers the exit code. */
export async function ctl(order: CtlOrder): Promise<number> {
  const { wanted, waits } = order;
  try {
    const socket = await findSocket(order.which);
    const reply = await ask(socket, { command: commandOf(wanted), waits });
    if (waits && reply.isDone && isStop(wanted)) await untilGone(reply.pid);
    return await show(reply, order);
  } catch (error) {
    if (!(error instanceof Mistake)) throw error;
    tell("error", [error.message]);
    return FAILED;
  }
}

/** What a person can do something about. */
class Mistake extends Error {}

function commandOf(wanted: Wanted): ControlRequest["command"] {
  switch (wanted.do) {
    case "status":
    case "logs":
      return { name: wanted.do };
    case "scale":
      return { name: "scale", workers: wanted.workers };
    case "command":
      return { name: wanted.name };
  }
}

function isStop(wanted: Wanted): boolean {
  return wanted.do === "command" && wanted.name.startsWith("stop");
}

async function show(reply: ControlReply, { wanted, asJson }: CtlOrder): Promise<number> {
  const { isDone, text, pid, status, logs } = reply;
  if (asJson) await print(`${JSON.stringify(status ?? logs ?? { isDone, text, pid }, null, 2)}\n`);
  else if (!isDone) tell("error", [text]);
  else if (status !== undefined) await print(readable(statusText(status)));
  else if (wanted.do !== "logs") await print(readable(`master ${pid}: ${text}`));
  else if (logs === undefined || logs.length === 0)
    throw new Mistake(`instance ${pid} writes to its standard output: whoever has started it has its log`);
  else await followLogs(logs, wanted);
  return isDone ? 0 : FAILED;
}

/** Anybody may have made a socket of that name: nothing that comes from it acts on the terminal. */
function readable(text: string): string {
  return `${text.split("\n").map(printable).join("\n")}\n`;
}

async function findSocket(which: Which): Promise<string> {
  switch (which.by) {
    case "socket":
      return which.path;
    case "pid":
      return socketOf(which.pid, `process ${which.pid}`);
    case "pidfile": {
      const pid = readPid(which.path);
      return socketOf(pid, `process ${pid}, which ${which.path} names,`);
    }
    case "only":
      return findOnly();
  }
}

function socketOf(pid: number, named: string): string {
  const socket = findSocketOf(pid);
  if (socket === null)
    throw new Mistake(
      `${named} is no master of tsgi that you may command: it has ended, or is another user's`,
    );
  return socket;
}

function readPid(path: string): number {
  try {
    const pid = Number.parseInt(readFileSync(path, "utf8"), 10);
    if (Number.isSafeInteger(pid) && pid > 0) return pid;
  } catch (error) {
    throw new Mistake(`cannot read the pidfile: ${(error as Error).message}`);
  }
  // In Gunicorn's words it is a flag, and the application stands behind it.
  const meant = path.endsWith(".py") ? "; to reload when a file is saved: --py-autoreload 1" : "";
  throw new Mistake(`${path} is no pidfile: it begins with no number${meant}`);
}

async function findOnly(): Promise<string> {
  const found = findInstances();
  const [only] = found;
  if (only === undefined) throw new Mistake("no instance of tsgi runs here that you may command");
  if (found.length === 1) return only.socket;
  const described = await Promise.all(
    found.map(async ({ pid, socket }) => {
      const status = await ask(socket, { command: { name: "status" }, waits: false }).catch(() => null);
      return `  --pid ${pid}   ${status?.status?.listeners.join(", ") ?? "does not answer"}`;
    }),
  );
  throw new Mistake([`${found.length} instances of tsgi run here; say which:`, ...described].join("\n"));
}

function ask(path: string, request: ControlRequest): Promise<ControlReply> {
  const { promise, resolve, reject } = Promise.withResolvers<ControlReply>();
  const socket = connect(path, () => socket.write(writeControlRequest(request)));
  let text = "";
  if (!request.waits)
    socket.setTimeout(PATIENCE, () => {
      socket.destroy();
      reject(new Mistake(`no answer from ${path}: the master hangs, or something else listens there`));
    });
  socket.setEncoding("utf8").on("data", (piece: string) => {
    text += piece;
  });
  socket.on("error", (error) => reject(new Mistake(`cannot reach ${path}: ${error.message}`)));
  socket.on("end", () => {
    const reply = readReply(text);
    if (reply !== null) resolve(reply);
    else reject(new Mistake("the instance ended before it had answered"));
  });
  return promise;
}

function readReply(text: string): ControlReply | null {
  try {
    return JSON.parse(text) as ControlReply;
  } catch {
    return null;
  }
}

async function untilGone(pid: number): Promise<void> {
  while (isThere(pid)) await new Promise((resolve) => setTimeout(resolve, 50));
}

function isThere(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
