/**
 * What a process that starts another tsgi leaves to it: a command that goes to the background, or a
 * master that is to be succeeded. It stands in a variable of the environment that nobody else inherits.
 */

export interface Handover {
  /** Its pid: only its child may believe this. */
  readonly from: number;
  readonly kind: "background" | "succession";
  /** Listening sockets, as the child has them. */
  readonly listeners: readonly HandedListener[];
  /** Open files that the child may have no right to open. */
  readonly files: readonly { readonly path: string; readonly fd: number }[];
}

export interface HandedListener {
  readonly fd: number;
  /** The address in the configuration that it stands for; null for one that systemd has brought in by itself. */
  readonly asked: string | null;
  /** Of a Unix socket that a tsgi has made: to be removed by whoever serves it last. */
  readonly path: string | null;
}

/** What the master that was started tells, over Node's IPC channel. */
export type ToStarter =
  /** `paths`: of the Unix sockets among those that were handed over. */
  | { readonly event: "serving"; readonly paths: readonly string[] }
  /** The errors as the start would print them. */
  | { readonly event: "refused"; readonly texts: readonly string[] };

/** What a master tells the one that succeeds it. */
export type ToSuccessor = { readonly do: "takeOver" };

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
