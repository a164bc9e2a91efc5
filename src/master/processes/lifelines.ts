import net from "node:net";
import type { FromWorker } from "../../base/messages.ts";
import type { EventQueue } from "../event-queue.ts";
import type { MasterEvent } from "../events.ts";
import { readJsonLines } from "./json-lines.ts";

/**
 * A connection that the zygote or a worker holds to the master for all its life. The master never
 * writes on it. When the master dies, or closes it, the kernel kills the process at the other end
 * at once, whatever it is doing (O_ASYNC with SIGKILL, see python/tsgi).
 */
export interface Lifeline {
  /** Kills the process at the other end, if it still lives. */
  cut(): void;
}

export interface Lifelines {
  /** Cuts all of them. */
  stop(): void;
}

export async function openLifelines(path: string, queue: EventQueue<MasterEvent>): Promise<Lifelines> {
  const sockets = new Set<net.Socket>();
  const server = net.createServer((socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    follow(socket, queue);
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen({ path, backlog: 1024 }, resolve);
  });
  return {
    stop: () => {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

function follow(socket: net.Socket, queue: EventQueue<MasterEvent>): void {
  const lifeline: Lifeline = { cut: () => socket.destroy() };
  // A reset is a death like any other; "close" follows.
  socket.on("error", () => undefined);
  socket.on("close", () => queue.push({ from: "lifelineClosed", lifeline }));
  readJsonLines<FromWorker>(socket, (message) => {
    // A worker that was sent SIGTERM wants to leave; perhaps everybody was, and nobody shall take its place.
    if (message.event === "leaving") queue.pushBehindSignals({ from: "worker", lifeline, message });
    else queue.push({ from: "worker", lifeline, message });
  });
}
