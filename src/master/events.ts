import { type Command, SIGNALS, type SignalName } from "../base/commands.ts";
import type { ControlReply, ControlRequest } from "../base/control.ts";
import type { FromRouter, FromWorker, FromZygote } from "../base/messages.ts";
import type { AttachedProgram } from "../settings/attached-program.ts";
import type { AttachedProcess } from "./attached/attached-process.ts";
import type { Renewed } from "./processes/generation.ts";
import type { Lifeline } from "./processes/lifelines.ts";
import type { RouterHandle } from "./processes/router-handle.ts";
import type { ZygoteHandle } from "./processes/zygote-handle.ts";
import type { Reload } from "./reload/reload.ts";
import type { ListenerChange } from "./start/bind-listeners.ts";
import type { ToStarter } from "./start/handover.ts";
import type { Refusal } from "./start/refusal.ts";

import type { Successor } from "./upgrade/successor.ts";

/** How a child of the master ended, as Node tells it. */
export interface Ending {
  readonly exitCode: number | null;
  readonly signal: string | null;
  /** It never started. */
  readonly error?: Error;
}

/** Service managers and terminals send these to every process, and mean the instance. */
export function isSentToAll({ signal }: Ending): boolean {
  return SIGNALS.some((one) => one === signal);
}

/** What is left for the master: the answer to "configure" is between the zygote and its handle. */
export type ZygoteMessage = Exclude<FromZygote, { readonly event: "configured" }>;

/** All that can happen to an instance. The master's loop takes them one by one. */
export type MasterEvent =
  | { readonly from: "system"; readonly signal: SignalName }
  /** An operator wants something; `cause` says by which way, for the log. */
  | { readonly from: "command"; readonly command: Command; readonly cause: string }
  /** The same over the control socket, where an answer is waited for. */
  | {
      readonly from: "control";
      readonly request: ControlRequest;
      readonly reply: (reply: ControlReply) => void;
    }
  | { readonly from: "router"; readonly router: RouterHandle; readonly message: FromRouter }
  | { readonly from: "routerExit"; readonly router: RouterHandle; readonly ending: Ending }
  | { readonly from: "zygote"; readonly zygote: ZygoteHandle; readonly message: ZygoteMessage }
  | { readonly from: "zygoteExit"; readonly zygote: ZygoteHandle; readonly ending: Ending }
  | { readonly from: "worker"; readonly lifeline: Lifeline; readonly message: FromWorker }
  | { readonly from: "lifelineClosed"; readonly lifeline: Lifeline }
  | AttachedEvent
  /** A file of the application's source has changed, come or gone. */
  | { readonly from: "source"; readonly path: string }
  /** The configuration was read again, for that reload. */
  | {
      readonly from: "reread";
      readonly by: Reload;
      readonly outcome: Renewed;
      readonly sockets: ListenerChange | Refusal;
    }
  /** Of an upgrade: the tsgi that is to take our place, or whose place we are to take. */
  | { readonly from: "successor"; readonly successor: Successor; readonly message: ToStarter }
  | { readonly from: "successorExit"; readonly successor: Successor; readonly ending: Ending }
  | { readonly from: "predecessor"; readonly deed: "leaves" | "ends" }
  /** Why the interpreter ended without a word. */
  | { readonly from: "diagnosis"; readonly refusal: Refusal }
  /** Something may be due: a successor after its pause, a deadline. */
  | { readonly from: "timer" };

export type AttachedEvent =
  | { readonly from: "attachedExit"; readonly process: AttachedProcess; readonly ending: Ending }
  /** A file of its own was touched. */
  | { readonly from: "attachedTouched"; readonly program: AttachedProgram };
