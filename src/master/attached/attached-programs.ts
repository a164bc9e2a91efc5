/** All programs that are attached to the instance: those of the generation that serves. */

import { SECOND } from "../../base/duration.ts";
import type { AttachedProgram } from "../../settings/attached-program.ts";
import type { Settings } from "../../settings/settings.ts";
import type { Equipment } from "../equipment.ts";
import type { AttachedEvent } from "../events.ts";
import type { Generation } from "../processes/generation.ts";
import type { Companion, Surroundings } from "./companion.ts";
import { ForegroundProgram } from "./foreground-program.ts";
import { PidfileProgram } from "./pidfile-program.ts";

/** What they have at least to end in, as in uWSGI. */
const LEAST_MERCY = 3 * SECOND;

export class AttachedPrograms {
  /** They have been started once. */
  hasBegun = false;
  readonly #equipment: Equipment;
  #generation: Generation;
  #companions: readonly Companion[];
  /** Those that a reload has left out, until they have ended. */
  #leaving: readonly Companion[] = [];

  constructor(generation: Generation, equipment: Equipment) {
    this.#equipment = equipment;
    this.#generation = generation;
    this.#companions = programsOf(generation.settings).map((program) => this.#make(program));
  }

  /** Nothing runs that would end with the instance. */
  get isEmpty(): boolean {
    return [...this.#companions, ...this.#leaving].every(({ isGone }) => isGone);
  }

  goOn(now: number): void {
    this.hasBegun = true;
    for (const companion of this.#leaving) companion.goOn(now);
    this.#leaving = this.#leaving.filter(({ isGone }) => !isGone);
    // A new one may want what an old one still has: a port, a lock.
    if (this.#leaving.length === 0) for (const companion of this.#companions) companion.goOn(now);
  }

  waits(now: number): readonly number[] {
    return [...this.#companions, ...this.#leaving].flatMap((companion) => companion.waits(now));
  }

  /** This generation serves. As in uWSGI, those without a pidfile are started anew. */
  follow(generation: Generation, now: number): void {
    if (generation === this.#generation) return;
    const deadline = now + Math.max(generation.settings.reloadMercy, LEAST_MERCY);
    const before = [...this.#companions];
    this.#generation = generation;
    this.#companions = programsOf(generation.settings).map((program) => {
      const at = before.findIndex((one) => isSame(one.program, program));
      const [known] = at < 0 ? [] : before.splice(at, 1);
      known?.renew(generation, { why: "reload", deadline });
      return known ?? this.#make(program);
    });
    for (const companion of before) companion.leave(deadline);
    this.#leaving = [...this.#leaving, ...before];
  }

  take(event: AttachedEvent, now: number): void {
    if (event.from === "attachedTouched") this.#renew(event.program, now);
    else this.#takeExit(event, now);
  }

  /** The instance stops: they are still there for what runs, but do not come back. */
  startNoMore(): void {
    for (const companion of this.#companions) companion.startNoMore();
  }

  /** The instance ends. Answers when the last of them is to be killed. */
  leave(now: number, deadline: number): number {
    const last = this.isEmpty ? deadline : Math.max(deadline, now + LEAST_MERCY);
    for (const companion of this.#companions) companion.leave(last);
    return last;
  }

  kill(): void {
    for (const companion of [...this.#companions, ...this.#leaving]) companion.kill();
  }

  #renew(program: AttachedProgram, now: number): void {
    const deadline = now + Math.max(this.#generation.settings.reloadMercy, LEAST_MERCY);
    for (const companion of this.#companions)
      if (isSame(companion.program, program)) companion.renew(this.#generation, { why: "touch", deadline });
  }

  #takeExit({ process, ending }: AttachedEvent & { from: "attachedExit" }, now: number): void {
    [...this.#companions, ...this.#leaving].some((companion) => companion.takeExit(process, ending, now));
  }

  #make(program: AttachedProgram): Companion {
    const { log, queue } = this.#equipment;
    const surroundings = this.#surroundings();
    if (program.pidfile !== null) return new PidfileProgram(program, { surroundings, log });
    const onControlEnd = (cause: string) => queue.push({ from: "command", command: { name: "stop" }, cause });
    return new ForegroundProgram(program, { surroundings, log, onControlEnd });
  }

  #surroundings(): Surroundings {
    const { queue, logDescriptor: output } = this.#equipment;
    return {
      generation: this.#generation,
      output,
      onExit: (process, ending) => queue.push({ from: "attachedExit", process, ending }),
    };
  }
}

function programsOf(settings: Settings): readonly AttachedProgram[] {
  return [
    ...settings.attachDaemon,
    ...settings.attachControlDaemon,
    ...settings.smartAttachDaemon,
    ...settings.smartAttachDaemon2,
    ...settings.attachDaemon2,
  ];
}

function isSame(one: AttachedProgram, other: AttachedProgram): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
