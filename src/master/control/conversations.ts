/** Those who ask over the control socket, until each has an answer. */

import type { ControlReply, ControlRequest } from "../../base/control.ts";
import type { Duty } from "../duty.ts";
import type { ReloadReport } from "../reload/reloads.ts";
import type { Answer, Commander, CommanderParts } from "./commander.ts";
import { askStatus } from "./instance-status.ts";

type Reply = (reply: ControlReply) => void;

const CAUSE = "tsgi ctl";
const NOTHING: Answer = { isDone: true, text: "" };

export class Conversations implements Duty {
  readonly #commander: Commander;
  readonly #parts: CommanderParts;
  /** They want to know how a reload ends. */
  #waiting: Reply[] = [];

  constructor(commander: Commander, parts: CommanderParts) {
    this.#commander = commander;
    this.#parts = parts;
  }

  take(request: ControlRequest, reply: Reply): void {
    const { command, waits } = request;
    if (command.name === "status") {
      void askStatus(this.#parts).then((status) => reply({ ...said(NOTHING), status }));
      return;
    }
    if (command.name === "logs") return reply({ ...said(NOTHING), logs: this.#parts.equipment.logs.paths });
    // A signal and a letter change to and fro; a word says what is wanted.
    if (command.name === "pause" && this.#parts.instance.isPaused)
      return reply(said({ isDone: true, text: "it is paused already" }));
    const answer = this.#commander.obey(command, CAUSE);
    if (waits && answer.isDone && command.name.startsWith("reload")) this.#waiting.push(reply);
    else if (waits && answer.isDone && command.name === "upgrade")
      this.#parts.upgrades.whenOver((outcome) => reply(said(outcome)));
    else reply(said(answer));
  }

  goOn(): void {
    const { reloads } = this.#parts;
    if (this.#waiting.length === 0 || reloads.isBusy) return;
    this.#answer(outcomeOf(reloads.last));
  }

  /** The instance stops. */
  end(): void {
    this.#answer({ isDone: false, text: "the instance stops, and the reload is given up" });
  }

  #answer(answer: Answer): void {
    for (const reply of this.#waiting.splice(0)) reply(said(answer));
  }

  waits(): readonly number[] {
    return [];
  }
}

function outcomeOf(report: ReloadReport | null): Answer {
  if (report?.outcome === "done")
    return { isDone: true, text: `reloaded: generation ${report.generation} serves` };
  const error = report?.error ?? "";
  return { isDone: false, text: `the reload has failed, the running generation serves on:\n${error}` };
}

function said({ isDone, text }: Answer): ControlReply {
  return { isDone, text, pid: process.pid };
}
