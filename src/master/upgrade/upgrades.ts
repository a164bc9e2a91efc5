/**
 * SIGUSR2: a new tsgi is started on the same listeners, from the code that is on the disk now. Both serve
 * until the new one has all its workers; then this one leaves the rest to it and stops gracefully. Until
 * that moment the new one owns nothing: whatever becomes of it, this one serves on.
 */

import { resolve } from "node:path";
import { SECOND } from "../../base/duration.ts";
import type { Duty } from "../duty.ts";
import type { Equipment } from "../equipment.ts";
import type { Ending, MasterEvent } from "../events.ts";
import type { Instance } from "../instance.ts";
import { describeEnding, showSpan } from "../processes/endings.ts";
import type { ToStarter } from "../start/handover.ts";
import type { Refusal } from "../start/refusal.ts";
import { Arrival } from "./arrival.ts";
import { ownCommand } from "./command.ts";
import { reasonAgainst } from "./reason-against.ts";
import { Successor } from "./successor.ts";

const LAST_REQUEST = 3 * SECOND;

export interface UpgradesParts {
  readonly instance: Instance;
  readonly equipment: Equipment;
  /** Begins the graceful stop of an instance that has a successor. */
  readonly stop: (cause: string) => void;
  readonly refuse: (refusal: Refusal) => void;
}

export interface UpgradeOutcome {
  readonly isDone: boolean;
  readonly text: string;
}

type UpgradeEvent = Extract<MasterEvent, { readonly from: "successor" | "successorExit" | "predecessor" }>;

export class Upgrades implements Duty {
  readonly #parts: UpgradesParts;
  readonly #command = ownCommand();
  #successor: Successor | null = null;
  #cause = "";
  /** Null where nobody waits for us to serve. */
  readonly #arrival: Arrival | null;
  /** A successor has everything now. */
  isSucceeded = false;
  #wasToldToLeave = false;
  #waiting: ((outcome: UpgradeOutcome) => void)[] = [];

  constructor(parts: UpgradesParts) {
    this.#parts = parts;
    const { starter } = parts.equipment;
    this.#arrival = starter === null ? null : new Arrival(starter, parts);
  }

  /** Whether clients may be let in as soon as there is a worker. */
  get mayOpen(): boolean {
    return this.#arrival?.mayOpen ?? true;
  }

  /** Requests are served. */
  async announce(): Promise<void> {
    await this.#arrival?.announce();
  }

  /** Answers why not, or null. One that is still starting gives way: its code may be old again. */
  request(cause: string): string | null {
    const reason = reasonAgainst(process.env);
    if (reason !== null) {
      this.#log(`${cause}: no upgrade: ${reason}`);
      return reason;
    }
    this.#dismiss(`${cause} came again`);
    const { listeners, logDescriptor, queue } = this.#parts.equipment;
    const files = this.#openFiles();
    this.#cause = cause;
    this.#parts.instance.runHook("pre_exec");
    this.#successor = new Successor({ command: this.#command, listeners, files, log: logDescriptor, queue });
    this.#log(
      `${cause}: a new tsgi starts (pid ${this.#successor.pid}); this one serves on until that one does`,
    );
    return null;
  }

  /** Of the one that is under way. */
  whenOver(listen: (outcome: UpgradeOutcome) => void): void {
    this.#waiting.push(listen);
  }

  take(event: UpgradeEvent): void {
    switch (event.from) {
      case "successor":
        return this.#takeMessage(event.successor, event.message);
      case "successorExit":
        return this.#takeExit(event.successor, event.ending);
      case "predecessor":
        return this.#arrival?.take(event.deed);
    }
  }

  #takeMessage(successor: Successor, message: ToStarter): void {
    if (successor !== this.#successor || message.event === "refused") return;
    const { listeners } = this.#parts.equipment;
    // A socket that it has no use for goes with us.
    for (const { path, claim } of listeners) claim(path !== null && !message.paths.includes(path));
    this.isSucceeded = true;
    successor.send({ do: "takeOver" });
    const text = `the new tsgi (pid ${successor.pid}) serves`;
    this.#parts.stop(`${this.#cause}: ${text}`);
    this.#conclude({ isDone: true, text });
  }

  #takeExit(successor: Successor, ending: Ending): void {
    if (successor !== this.#successor) return;
    this.#successor = null;
    if (this.isSucceeded) return this.#log(`the new tsgi (pid ${successor.pid}): ${describeEnding(ending)}`);
    this.#fail(`the new one (pid ${successor.pid}): ${describeEnding(ending)}; what it said stands above`);
  }

  #fail(why: string): void {
    const text = `the upgrade has failed, this tsgi serves on: ${why}`;
    this.#log(`${this.#cause}: ${text}`);
    this.#conclude({ isDone: false, text });
  }

  #conclude(outcome: UpgradeOutcome): void {
    for (const listen of this.#waiting.splice(0)) listen(outcome);
  }

  goOn(now: number): void {
    if (this.#successor !== null && now >= this.#deadline)
      this.#dismiss(`it did not serve within ${showSpan(this.#timeout)} (upgrade-timeout)`);
  }

  waits(now: number): readonly number[] {
    return this.#successor === null ? [] : [this.#deadline - now];
  }

  /** Scripts made for Gunicorn send the old master SIGTERM after SIGUSR2: once, that is what it does already. */
  isLeavingAnyway(cause: string): boolean {
    if (!this.isSucceeded || this.#wasToldToLeave) return false;
    this.#wasToldToLeave = true;
    this.#log(`${cause}: it is leaving already, what runs may finish`);
    return true;
  }

  /** Of a stop, with idle connections. Clients have somebody else to ask, but may be about to ask us. */
  patience(mercy: number): number {
    return this.isSucceeded ? Math.min(LAST_REQUEST, mercy / 2) : 0;
  }

  /** The instance ends: one that only starts ends with it. */
  abandon(): void {
    if (this.isSucceeded || this.#successor === null) return;
    const text = `the new tsgi (pid ${this.#successor.pid}), which did not serve yet, ends with this one`;
    this.#successor.kill();
    this.#successor = null;
    this.#log(`${this.#cause}: ${text}`);
    this.#conclude({ isDone: false, text });
  }

  get #timeout(): number {
    return this.#parts.instance.generation.settings.upgradeTimeout;
  }

  get #deadline(): number {
    return (this.#successor?.startedAt ?? 0) + this.#timeout;
  }

  /** By their paths, those that it may have no right to open. */
  #openFiles(): ReadonlyMap<string, number> {
    const { pidfiles, logs, logDescriptor, accessLog } = this.#parts.equipment;
    const named: (readonly [string | null, number | null])[] = [
      ...pidfiles.descriptors,
      [logs.files.log, logDescriptor],
      [logs.files.requests, accessLog],
    ];
    return new Map(
      named.flatMap(([path, fd]) => (path === null || fd === null ? [] : [[resolve(path), fd] as const])),
    );
  }

  #dismiss(why: string): void {
    if (this.#successor === null) return;
    const { pid } = this.#successor;
    this.#successor.kill();
    this.#successor = null;
    this.#fail(`the new one (pid ${pid}) is killed: ${why}`);
  }

  #log(text: string): void {
    this.#parts.equipment.log.event(text);
  }
}
