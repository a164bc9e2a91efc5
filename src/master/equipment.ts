import type { Log } from "../observe/log.ts";
import type { Settings } from "../settings/settings.ts";
import type { Logs } from "./control/logs.ts";
import type { EventQueue } from "./event-queue.ts";
import type { MasterEvent } from "./events.ts";
import type { Place } from "./hooks/place.ts";
import type { Generation, Renewed } from "./processes/generation.ts";
import type { GunicornStart } from "./processes/prepared-zygote.ts";
import type { Listener } from "./start/listener.ts";
import type { Pidfiles } from "./start/pidfile.ts";
import type { Identity } from "./start/privileges.ts";
import type { RuntimeDirectory } from "./start/runtime-directory.ts";
import type { Starter } from "./start/starter.ts";

/** What the instance has at hand, made by runMaster() and ended by it. */
export interface Equipment {
  readonly settings: Settings;
  readonly python: string;
  /** A reload adds and removes some. */
  readonly listeners: Listener[];
  readonly runtimeDirectory: RuntimeDirectory;
  readonly queue: EventQueue<MasterEvent>;
  readonly log: Log;
  readonly logs: Logs;
  /** Descriptor that all children write their log to: at the moment, for it may be opened anew. */
  readonly logDescriptor: number;
  /** Descriptor of the file for the lines of requests; null where they go to the log. */
  readonly accessLog: number | null;
  /** Who serves, where the start was root's. */
  readonly identity: Identity | null;
  /** Null where no configuration of Gunicorn's is in force. */
  readonly gunicorn: GunicornStart | null;
  /** Where the hooks of the start have led. */
  readonly place: Place;
  /** Reads the configuration again, for a reload, and runs the hooks that belong to one. */
  readonly reread: (running: Generation) => Promise<Renewed>;
  readonly pidfiles: Pidfiles;
  /** For a successor when its time has come: pidfiles and the ways to command it become its own. Throws a Refusal. */
  readonly takeOver: () => Promise<void>;
  /** Who waits to hear that requests are served. */
  readonly starter: Starter | null;
}
