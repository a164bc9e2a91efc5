/** Carries out what an operator says, by whichever way it came. */

import { readFileSync } from "node:fs";
import {
  type Command,
  type CommandName,
  commandOfSignal,
  type Dialect,
  type SignalName,
} from "../../base/commands.ts";
import { statusText } from "../../observe/status-text.ts";
import { hookedSignal } from "../hooks/master-start.ts";
import { manners, type ReloadCommand } from "../reload/manner.ts";
import type { Scaling } from "../scale/scaling.ts";
import { pidfilesOf } from "../start/pidfile.ts";
import { refusalOf } from "../start/refusal.ts";
import type { Upgrades } from "../upgrade/upgrades.ts";
import { askStatus, type StatusParts } from "./instance-status.ts";

/** What a stop that is under way does not make pointless. */
const MEANT_AT_THE_END: ReadonlySet<CommandName> = new Set([
  "stop",
  "stop-at-once",
  "log-status",
  "reopen-logs",
  "rotate-logs",
]);

export interface CommanderParts extends StatusParts {
  readonly scaling: Scaling;
  readonly upgrades: Upgrades;
  readonly stop: (cause: string) => void;
  readonly stopAtOnce: (cause: string) => void;
}

/** What came of a command, for whoever has asked. */
export interface Answer {
  readonly isDone: boolean;
  /** A sentence without a final stop. */
  readonly text: string;
}

export class Commander {
  readonly #parts: CommanderParts;

  constructor(parts: CommanderParts) {
    this.#parts = parts;
  }

  takeSignal(signal: SignalName): void {
    const { generation } = this.#parts.instance;
    // A terminal's window has another size: nobody means the workers.
    if (signal === "SIGWINCH" && hasTerminal()) return;
    if (signal === "SIGTERM" && generation.settings.reloadOnTerm) {
      this.obey({ name: "reload-at-once" }, "SIGTERM (reload-on-term)");
      return;
    }
    const dialect: Dialect = generation.gunicorn === null ? "uwsgi" : "gunicorn";
    const name = hookedSignal(generation.settings, signal) ?? commandOfSignal(signal, dialect);
    if (name !== null) this.obey({ name }, signal);
  }

  /** `cause` is for the log: "SIGHUP", "touch-reload (/srv/site/touch)". */
  obey(command: Command, cause: string): Answer {
    const { scaling, stop, stopAtOnce, instance, phase } = this.#parts;
    if (phase() === "stopping" && !MEANT_AT_THE_END.has(command.name))
      return this.#refuse(cause, "nothing is done: the instance stops");
    switch (command.name) {
      case "stop":
        stop(cause);
        return done("it stops: what runs may finish");
      case "stop-at-once":
        stopAtOnce(cause);
        return done("every process is killed");
      case "reload":
      case "reload-at-once":
      case "reload-chain":
      case "reload-workers":
      case "reload-workers-at-once":
        return this.#reload(command.name, cause);
      case "reopen-logs":
        return this.#reopenLogs(cause);
      case "rotate-logs":
        return this.#rotateLogs(cause);
      case "log-status":
        this.#logStatus(cause);
        return done("the state is in the log");
      case "pause":
        return this.#pause(!instance.isPaused, cause);
      case "resume":
        return this.#pause(false, cause);
      case "write-pidfiles":
        return this.#writePidfiles(cause);
      case "upgrade":
        return this.#upgrade(cause);
      case "more-workers":
        return done(scaling.step(1, cause));
      case "fewer-workers":
        return done(scaling.step(-1, cause));
      case "cheap":
        return done(scaling.cheapMode.begin(cause, Date.now()));
      case "scale":
        return done(scaling.resize(command.workers, cause));
      default:
        return command satisfies never;
    }
  }

  /** With exit-on-reload whoever watches over us starts anew; workers alone are replaced all the same, as in uWSGI. */
  #reload(name: ReloadCommand, cause: string): Answer {
    const { instance, reloads, stop } = this.#parts;
    if (instance.generation.settings.exitOnReload && manners[name].brings === "generation") {
      stop(`${cause} (exit-on-reload)`);
      return done("it stops (exit-on-reload)");
    }
    reloads.request(name, cause);
    return done("it reloads");
  }

  #upgrade(cause: string): Answer {
    const { upgrades, phase } = this.#parts;
    if (phase() !== "serving") return this.#refuse(cause, "no upgrade: it does not serve yet");
    const reason = upgrades.request(cause);
    return reason === null
      ? done("a new tsgi starts; this one serves on until that one does")
      : { isDone: false, text: reason };
  }

  #logStatus(cause: string): void {
    void askStatus(this.#parts).then((status) => this.#log(`${cause}: ${statusText(status)}`));
  }

  #pause(isPaused: boolean, cause: string): Answer {
    const { instance } = this.#parts;
    if (instance.isPaused === isPaused) return done(isPaused ? "it is paused already" : "it is not paused");
    instance.pause(isPaused);
    const text = isPaused ? "paused: requests that come wait" : "goes on after the pause";
    this.#log(`${cause}: ${text}`);
    return done(text);
  }

  #reopenLogs(cause: string): Answer {
    const { equipment, instance } = this.#parts;
    const { logs } = equipment;
    const paths = logs.paths;
    if (this.#parts.phase() === "starting")
      return this.#refuse(cause, "it starts: its logs have just been opened");
    if (paths.length === 0)
      return this.#refuse(cause, "there is no log file: the log is the standard output");
    const refused = logs.reopen();
    for (const text of refused) this.#log(`${cause}: ${text}`);
    if (refused.length > 0) return { isDone: false, text: refused.join("\n") };
    instance.reopenLogs(logs.files);
    const text = `opened anew: ${paths.join(", ")}`;
    this.#log(`${cause}: ${text}`);
    return done(text);
  }

  #rotateLogs(cause: string): Answer {
    const { logs } = this.#parts.equipment;
    try {
      const renamed = logs.rename(Date.now());
      const { isDone, text } = this.#reopenLogs(cause);
      return { isDone, text: isDone ? `renamed: ${renamed.join(", ")}` : text };
    } catch (error) {
      return this.#refuse(cause, (error as Error).message);
    }
  }

  #refuse(cause: string, text: string): Answer {
    this.#log(`${cause}: ${text}`);
    return { isDone: false, text };
  }

  #writePidfiles(cause: string): Answer {
    const { settings, pidfiles } = this.#parts.equipment;
    const paths = pidfilesOf(settings);
    if (paths.length === 0) return { isDone: false, text: "there is no pidfile: no option names one" };
    const options = ["pidfile", "pidfile2"] as const;
    const refusals = options.flatMap((option) => refusalOf(() => pidfiles.write(option)) ?? []);
    for (const { text } of refusals) this.#log(text);
    if (refusals.length > 0) return { isDone: false, text: refusals.map(({ text }) => text).join("\n") };
    this.#log(`${cause}: written: ${paths.join(", ")}`);
    return done(`written: ${paths.join(", ")}`);
  }

  #log(text: string): void {
    this.#parts.equipment.log.event(text);
  }
}

function done(text: string): Answer {
  return { isDone: true, text };
}

/** Field 7 of /proc/PID/stat: the number of the terminal that controls the process, 0 for none. */
function hasTerminal(): boolean {
  const stat = readFileSync("/proc/self/stat", "latin1");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return fields[4] !== "0";
}
