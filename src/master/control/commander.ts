/** Carries out what an operator says, by whichever way it came. */

import { type Command, commandOfSignal, type Dialect, type SignalName } from "../../base/commands.ts";
import type { Log } from "../../observe/log.ts";
import type { Reloads } from "../reload/reloads.ts";

export interface CommanderParts {
  readonly dialect: Dialect;
  readonly log: Log;
  readonly reloads: Reloads;
  readonly stop: (cause: string) => void;
  readonly stopAtOnce: (cause: string) => void;
}

export class Commander {
  readonly #parts: CommanderParts;

  constructor(parts: CommanderParts) {
    this.#parts = parts;
  }

  takeSignal(signal: SignalName): void {
    const name = commandOfSignal(signal, this.#parts.dialect);
    if (name !== null) this.obey({ name }, signal);
  }

  /** `cause` is for the log: "SIGHUP", "touch-reload (/srv/site/touch)". */
  obey(command: Command, cause: string): void {
    const { reloads, stop, stopAtOnce, log } = this.#parts;
    switch (command.name) {
      case "stop":
        return stop(cause);
      case "stop-at-once":
        return stopAtOnce(cause);
      case "reload":
        return reloads.request(cause);
      default:
        return log.event(`${cause}: ${command.name} is not in this version; nothing was changed`);
    }
  }
}
