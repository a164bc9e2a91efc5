/** A hook, or a signal while hooks run, ends the master before its loop has begun, or behind it. */
export class EarlyEnd extends Error {
  readonly exitCode: number;

  constructor(message: string, exitCode: number) {
    super(message);
    this.name = "EarlyEnd";
    this.exitCode = exitCode;
  }
}

const SIGNALS = ["SIGTERM", "SIGINT", "SIGQUIT"] as const;

export interface EndWatch extends Disposable {
  /** Aborts with an EarlyEnd when the master is told to end: commands may take their time. */
  readonly signal: AbortSignal;
}

export function watchForEnd(): EndWatch {
  const controller = new AbortController();
  const abort = (name: string) => controller.abort(new EarlyEnd(name, 0));
  for (const name of SIGNALS) process.on(name, abort);
  return {
    signal: controller.signal,
    [Symbol.dispose]: () => {
      for (const name of SIGNALS) process.off(name, abort);
    },
  };
}
