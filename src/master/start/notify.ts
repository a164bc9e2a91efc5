import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { Log } from "../../observe/log.ts";

/**
 * Tells systemd how we are, where NOTIFY_SOCKET names somebody to tell. Node cannot open a Unix
 * datagram socket, so another program sends the message: systemd-notify where it is installed,
 * else the application's own Python. Both are children of ours: the unit needs NotifyAccess=all.
 */
export type Readiness = "READY=1" | "STOPPING=1";

const PATIENCE = 5_000;

const SEND_FROM_PYTHON = `
import os, socket, sys
address = os.environ["NOTIFY_SOCKET"]
address = "\\0" + address[1:] if address[0] == "@" else address
socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM).sendto(sys.argv[1].encode(), address)
`;

/** Resolves when it is told. A server that cannot say how it is still serves: a failure is only logged. */
export async function notify(state: Readiness, { python, log }: { python: string; log: Log }): Promise<void> {
  const socket = process.env["NOTIFY_SOCKET"];
  if (socket === undefined) return;
  await send(state, python).catch((error: Error) =>
    log.event(`cannot tell systemd ${state}: ${reasonOf(error)} (NOTIFY_SOCKET is ${socket})`),
  );
}

/** The message of an execFile() that failed repeats the whole program: the last line it wrote says why. */
function reasonOf(error: Error & { stderr?: string }): string {
  return error.stderr?.trim().split("\n").at(-1) || (error.message.split("\n")[0] ?? "");
}

async function send(state: Readiness, python: string): Promise<void> {
  try {
    await run("systemd-notify", [`--pid=${process.pid}`, state]);
  } catch {
    await run(python, ["-c", SEND_FROM_PYTHON, `${state}\nMAINPID=${process.pid}`]);
  }
}

async function run(command: string, args: string[]): Promise<void> {
  await promisify(execFile)(command, args, { timeout: PATIENCE });
}
