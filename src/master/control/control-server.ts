/**
 * The Unix sockets that `tsgi ctl` speaks to. Who may connect is a matter of the file system: only the
 * user who serves, and root. Still nothing that comes is trusted to be ours.
 */

import { lstatSync, renameSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { type ControlReply, readControlRequest } from "../../base/control.ts";
import { SECOND } from "../../base/duration.ts";
import type { EventQueue } from "../event-queue.ts";
import type { MasterEvent } from "../events.ts";
import { Refusal, refuseFile } from "../start/refusal.ts";
import { OwnFile } from "./own-file.ts";

const LONGEST_REQUEST = 4096;
const PATIENCE = 10 * SECOND;
const MOST_CONNECTIONS = 64;
const OWNER_ONLY = 0o177;

/** Ends with the instance; nothing waits for it. Throws a Refusal. */
export async function openControlServer({
  path,
  origin,
  queue,
}: {
  path: string;
  origin: string;
  queue: EventQueue<MasterEvent>;
}): Promise<Disposable> {
  requireNoOther(path, origin);
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    converse(socket, queue);
  });
  server.maxConnections = MOST_CONNECTIONS;
  // Under a name of its own first: Node removes at the end what it has bound, and that may be a successor's.
  const bound = `${path}.${process.pid}`;
  try {
    await listen(server, bound);
    renameSync(bound, path);
  } catch (error) {
    server.close();
    throw refuseFile(origin, path, error);
  }
  server.unref();
  const own = new OwnFile(path);
  return {
    [Symbol.dispose]: () => {
      server.close();
      for (const socket of sockets) socket.destroySoon();
      own.remove();
    },
  };
}

/** A socket there is that of an instance before, or of one that this one is to succeed. */
function requireNoOther(path: string, origin: string): void {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found === undefined || found.isSocket()) return;
  throw new Refusal(`${origin}: ${path}: is there already, and is no socket`, [
    "remove it, or name another path",
  ]);
}

async function listen(server: Server, path: string): Promise<void> {
  const umask = process.umask(OWNER_ONLY);
  try {
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(path, resolve);
    });
  } finally {
    process.umask(umask);
  }
}

function converse(socket: Socket, queue: EventQueue<MasterEvent>): void {
  let text = "";
  // Whoever has gone wants no answer.
  socket.on("error", () => undefined);
  socket.setTimeout(PATIENCE, () => socket.destroy());
  const reply = (answer: ControlReply): void => {
    if (!socket.destroyed) socket.end(`${JSON.stringify(answer)}\n`);
  };
  socket.setEncoding("utf8").on("data", (piece: string) => {
    if (text.includes("\n")) return;
    text += piece;
    if (text.length > LONGEST_REQUEST) socket.destroy();
    if (socket.destroyed || !text.includes("\n")) return;
    // A reload may take long.
    socket.setTimeout(0);
    const request = readControlRequest(text.slice(0, text.indexOf("\n")));
    if (request === null) reply({ isDone: false, text: "no such command", pid: process.pid });
    else queue.push({ from: "control", request, reply });
  });
}
