import type { Settings } from "../../settings/settings.ts";
import { type Handover, type ToStarter, takeHandover } from "./handover.ts";

/** The process that has started this master and waits to hear how it goes. */
export interface Starter {
  readonly handover: Handover;
  tell(message: ToStarter): Promise<void>;
  /** What a predecessor does: it hands everything over, or ends before it could. */
  follow(listen: (deed: "leaves" | "ends") => void): void;
  /** There is nothing more to say. */
  part(): void;
}

/** Null where nobody waits: the usual start. To be asked before anything else is started. */
export function findStarter(): Starter | null {
  const handover = takeHandover(process.env);
  return handover === null ? null : { handover, tell, follow, part };
}

/**
 * Whether this process is to become the master, and not to start it in the background. Process 1 is: a
 * container ends with it, so it goes to no background.
 */
export function staysHere({ daemonize, daemonize2 }: Settings, starter: Starter | null): boolean {
  return starter !== null || process.pid === 1 || (daemonize === null && daemonize2 === null);
}

/** Resolves when the message is out, or nobody is there any more to take it. */
async function tell(message: ToStarter): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  if (!process.connected) return;
  process.send?.(message, () => resolve());
  await promise;
}

function follow(listen: (deed: "leaves" | "ends") => void): void {
  // There is only one message: ToSuccessor.
  process.on("message", () => listen("leaves"));
  process.on("disconnect", () => listen("ends"));
}

function part(): void {
  process.removeAllListeners("message");
  process.removeAllListeners("disconnect");
  if (process.connected) process.disconnect();
}
