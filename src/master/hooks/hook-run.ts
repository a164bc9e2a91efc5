/** The hooks that the master runs for one generation, phase by phase, one after the other. */

import { showAddress } from "../../base/address.ts";
import type { Awaited, Hook } from "../../base/hook.ts";
import { type Log, openLog } from "../../observe/log.ts";
import { originOf } from "../../settings/origin.ts";
import type { Settings } from "../../settings/settings.ts";
import { nameUser } from "../start/accounts.ts";
import { Refusal } from "../start/refusal.ts";
import { perform, type World } from "./perform.ts";
import { hooksOf, type Phase } from "./phases.ts";
import type { Place } from "./place.ts";

export interface HookRunParts {
  readonly settings: Settings;
  readonly place: Place;
  /** Descriptor of the log. */
  readonly output: number;
  readonly signal: AbortSignal;
}

export class HookRun {
  readonly #settings: Settings;
  #world: World;

  constructor({ settings, place, output, signal }: HookRunParts) {
    this.#settings = settings;
    const { waitForFsTimeout: fs, waitForSocketTimeout: socket, waitForInterfaceTimeout } = settings;
    this.#world = {
      place,
      shells: settings.binsh,
      log: openLog(output),
      output,
      timeouts: { fs, file: fs, dir: fs, mountpoint: fs, socket, interface: waitForInterfaceTimeout },
      signal,
    };
  }

  get place(): Place {
    return this.#world.place;
  }

  /** Another log from now on. */
  writeTo(output: number): void {
    this.#world = { ...this.#world, output, log: openLog(output) };
  }

  /** Before anything is opened. Throws a Refusal. */
  async runFirst(): Promise<void> {
    for (const phase of ["asap", "pre-jail", "in-jail"] as const) await this.run(phase);
    await this.#waitForFiles();
  }

  /** As the user who serves, before the application is imported. Throws a Refusal. */
  async runAsUser(): Promise<void> {
    await this.run("as-user");
    await this.#waitForSockets();
  }

  /** What a new generation begins with, as uWSGI when it executes itself anew. Throws a Refusal. */
  async runAgain(): Promise<void> {
    for (const phase of ["asap", "in-jail", "as-root", "as-user"] as const) await this.run(phase);
  }

  /** Throws the Refusal of the first that fails; what follows it is not done. */
  async run(phase: Phase): Promise<void> {
    const hooks = hooksOf(this.#settings, phase);
    const uid = process.getuid?.() ?? 0;
    if (phase === "as-root" && uid !== 0) return this.#sayNotRoot(hooks, uid);
    for (const hook of hooks) {
      const failure = await this.#do(hook, phase);
      if (failure !== null) throw new Refusal(this.#describe(hook, { phase, failure }));
    }
  }

  /** Those that fail are only logged. */
  async runAll(phase: Phase): Promise<void> {
    for (const hook of hooksOf(this.#settings, phase)) {
      const failure = await this.#do(hook, phase);
      if (failure !== null) this.#log.event(this.#describe(hook, { phase, failure }));
    }
  }

  async #waitForFiles(): Promise<void> {
    const { waitForInterface, waitForFs, waitForFile, waitForDir, waitForMountpoint } = this.#settings;
    await this.#waitFor("wait-for-interface", "interface", waitForInterface);
    await this.#waitFor("wait-for-fs", "fs", waitForFs);
    await this.#waitFor("wait-for-file", "file", waitForFile);
    await this.#waitFor("wait-for-dir", "dir", waitForDir);
    await this.#waitFor("wait-for-mountpoint", "mountpoint", waitForMountpoint);
  }

  async #waitForSockets(): Promise<void> {
    await this.#waitFor("wait-for-socket", "socket", this.#settings.waitForSocket.map(showAddress));
  }

  /** One that fails is only logged. */
  async runOne(hook: Hook, cause: string): Promise<void> {
    const failure = await this.#do(hook, cause);
    if (failure !== null) this.#log.event(`${cause}: ${failure}: ${hook.shown}`);
  }

  get #log(): Log {
    return this.#world.log;
  }

  async #do({ shown, deed }: Hook, occasion: string): Promise<string | null> {
    if (deed.do === "nothing") return null;
    this.#log.event(`${occasion}: ${shown}`);
    return await perform(deed, this.#world);
  }

  #sayNotRoot(hooks: readonly Hook[], uid: number): void {
    for (const { shown } of hooks)
      this.#log.event(`as-root: ${shown} is left out: running as ${nameUser(uid)}`);
  }

  #describe({ shown }: Hook, { phase, failure }: { phase: Phase; failure: string }): string {
    const entry = this.#settings.written.findLast(
      ({ name, value }) => (name === `hook-${phase}` || name === `exec-${phase}`) && value === shown,
    );
    return `${entry?.origin ?? `hook-${phase}`}: ${shown}: ${failure}`;
  }

  async #waitFor(option: string, what: Awaited, wanted: readonly string[]): Promise<void> {
    for (const path of wanted) {
      this.#log.event(`${option}: waiting for ${path}`);
      const failure = await perform({ do: "wait", what, path }, this.#world);
      if (failure !== null) throw new Refusal(`${originOf(this.#settings, option, path)}: ${failure}`);
    }
  }
}
