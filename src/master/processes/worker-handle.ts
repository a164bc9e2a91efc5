import type { Lifeline } from "./lifelines.ts";
import { killExactly } from "./process-table.ts";
import type { ZygoteHandle } from "./zygote-handle.ts";

/** A worker process as the master sees it. */
export class WorkerHandle {
  /** The number that the operator sees: 1 … processes. A successor takes it over. */
  readonly number: number;
  /** Of this one process only. */
  readonly serial: number;
  /** Who forked it and will report its death, unless it dies first. */
  readonly zygote: ZygoteHandle;
  readonly askedAt: number;
  pid: number | null = null;
  startTime: number | null = null;
  lifeline: Lifeline | null = null;
  lifelineClosed = false;
  /** Routers that know it, by number. */
  readonly connected = new Set<number>();
  /** Every router knew it at that time. */
  servingSince: number | null = null;
  /** It shall end: no router gives it anything new. Killed when it still lives at that time. */
  retiring: { readonly deadline: number } | null = null;
  /** Routers that have nothing to do with it since then, by number. */
  readonly releasedBy = new Set<number>();
  /** Milliseconds since its last sign of life; null for one that has never been asked for any. */
  silence: number | null = null;
  isKilled = false;

  constructor({
    number,
    serial,
    zygote,
    now,
  }: { number: number; serial: number; zygote: ZygoteHandle; now: number }) {
    this.number = number;
    this.serial = serial;
    this.zygote = zygote;
    this.askedAt = now;
  }

  kill(): void {
    this.isKilled = true;
    if (this.pid !== null) killExactly({ pid: this.pid, startTime: this.startTime }, "SIGKILL");
    this.lifeline?.cut();
  }

  get title(): string {
    return `worker ${this.number} (pid ${this.pid ?? "unknown"})`;
  }
}
