/**
 * The Python process that executes Gunicorn's configuration file before there are settings, and
 * then becomes the first zygote: the file is executed once, and its hooks are live objects.
 *
 *   const zygote = PreparedZygote.start({ python, environment: process.env });
 *   const values = await zygote.configure({ do: "configure", file, module, names });
 *   await runMaster(settings, { zygote, configuration });
 *
 * It dies with this process, also while the file is executed, and on stop().
 */
import { setTimeout } from "node:timers/promises";
import { SECOND } from "../../base/duration.ts";
import type {
  GunicornConfiguration,
  GunicornFileValues,
  ZygoteConfigure,
} from "../../base/gunicorn-messages.ts";
import type { FromZygote, LoadFailure } from "../../base/messages.ts";
import type { Ending } from "../events.ts";
import { diagnoseInterpreter } from "../start/interpreter.ts";
import { Refusal } from "../start/refusal.ts";
import { describeEnding } from "./endings.ts";
import { inheritedEnvironment } from "./zygote-boot.ts";
import { type ZygoteListener, ZygoteProcess } from "./zygote-process.ts";

/** Where Gunicorn's language is spoken: who has executed the file, and what it meant. */
export interface GunicornStart {
  readonly zygote: PreparedZygote;
  readonly configuration: GunicornConfiguration;
}

/** Applications look for "gunicorn" there to find out whether they are served or run a command. */
const GUNICORNS = { SERVER_SOFTWARE: "gunicorn (tsgi)" };

const STDOUT = 1;
/** A file may wait for a database or a secret; somebody who watches the start wants to know. */
const LONG = 10 * SECOND;

type Answer = GunicornFileValues | LoadFailure | Ending;

export class PreparedZygote {
  readonly python: string;
  /** A successor executes the file under the same circumstances. */
  readonly environment: NodeJS.ProcessEnv;
  readonly #process: ZygoteProcess;
  readonly #answer = Promise.withResolvers<Answer>();
  #hasSpoken = false;
  #wasHandedOver = false;
  #configure: ZygoteConfigure | null = null;

  private constructor(python: string, environment: NodeJS.ProcessEnv) {
    this.python = python;
    this.environment = environment;
    this.#process = new ZygoteProcess(
      { python, environment, directory: process.cwd(), log: STDOUT, optimize: 0 },
      {
        onMessage: (message) => this.#onMessage(message),
        onExit: (ending) => this.#answer.resolve(ending),
      },
    );
  }

  static start({ python, environment }: { python: string; environment: NodeJS.ProcessEnv }): PreparedZygote {
    return new PreparedZygote(python, { ...inheritedEnvironment(environment), ...GUNICORNS });
  }

  /** Executes the file. Throws a Refusal when it cannot be, or when Python itself cannot. */
  async configure(configure: ZygoteConfigure): Promise<GunicornFileValues> {
    this.#configure = configure;
    this.#process.send(configure);
    const patience = new AbortController();
    void this.#noteIfLong(configure, patience.signal);
    const answer = await this.#answer.promise;
    patience.abort();
    if ("event" in answer) return answer;
    this.stop();
    if ("message" in answer) throw refuseFile(answer);
    throw this.#hasSpoken
      ? new Refusal(`${nameFile(configure)} ended Python while it was executed: ${describeEnding(answer)}`, [
          "a module written in C may have crashed, the file may have called os._exit(), or memory ran out",
        ])
      : await diagnoseInterpreter(this.python, describeEnding(answer));
  }

  /** What a successor has to be told first. */
  get instructions(): ZygoteConfigure {
    if (this.#configure === null) throw new Error("the configuration has not been executed");
    return this.#configure;
  }

  /** Gives the process to whoever goes on with it and ends it. */
  handOver(listener: ZygoteListener): ZygoteProcess {
    this.#wasHandedOver = true;
    this.#process.follow(listener);
    return this.#process;
  }

  get wasHandedOver(): boolean {
    return this.#wasHandedOver;
  }

  /** Ends it, unless somebody else has it by now. */
  stop(): void {
    if (!this.#wasHandedOver) this.#process.kill();
  }

  #onMessage(message: FromZygote): void {
    if (message.event === "started") this.#hasSpoken = true;
    if (message.event === "failed" || message.event === "configured") this.#answer.resolve(strip(message));
  }

  async #noteIfLong(configure: ZygoteConfigure, signal: AbortSignal): Promise<void> {
    try {
      await setTimeout(LONG, undefined, { signal, ref: false });
      const seconds = LONG / SECOND;
      process.stderr.write(
        `tsgi: ${nameFile(configure)} has been running for ${seconds} s, the start waits\n`,
      );
    } catch {
      // It has ended in time.
    }
  }
}

/** A failure without its kind: LoadFailure has no "event". */
function strip(message: FromZygote & { event: "failed" | "configured" }): GunicornFileValues | LoadFailure {
  if (message.event === "configured") return message;
  const { event: _event, ...failure } = message;
  return failure;
}

function refuseFile({ message, details, traceback }: LoadFailure): Refusal {
  return new Refusal(message, [
    ...details,
    ...(traceback === null ? [] : ["", ...traceback.trimEnd().split("\n")]),
  ]);
}

function nameFile({ file, module }: ZygoteConfigure): string {
  return file ?? (module === null ? "the configuration" : `python:${module}`);
}
