/**
 * What a process that starts another tsgi leaves to it: a command that goes to the background, or a
 * master that is to be succeeded. It stands in a variable of the environment that nobody else inherits.
 */

export interface Handover {
  /** Its pid: only its child may believe this. */
  readonly from: number;
  readonly kind: "background";
  /** Listening sockets, as the child has them. */
  readonly listeners: readonly HandedListener[];
}

export interface HandedListener {
  readonly fd: number;
  /** The address in the configuration that it stands for; null for one that systemd has brought in by itself. */
  readonly asked: string | null;
}

/** What the master that was started tells, over Node's IPC channel. */
export type ToStarter =
  | { readonly event: "serving" }
  /** The errors as the start would print them. */
  | { readonly event: "refused"; readonly texts: readonly string[] };

const VARIABLE = "TSGI_HANDOVER";
/** Behind stdin, stdout and stderr. */
export const FIRST_HANDED = 3;

export function handoverVariable(handover: Handover): NodeJS.ProcessEnv {
  return { [VARIABLE]: JSON.stringify(handover) };
}

/** Takes it out of the environment. Null where there is none, or one that was meant for another process. */
export function takeHandover(environment: NodeJS.ProcessEnv): Handover | null {
  const text = environment[VARIABLE];
  delete environment[VARIABLE];
  if (text === undefined) return null;
  try {
    // Written by handoverVariable() of our parent, as `from` has to prove.
    const handover = JSON.parse(text) as Handover;
    return handover.from === process.ppid ? handover : null;
  } catch {
    return null;
  }
}
