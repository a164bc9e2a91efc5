import type { Equipment } from "../equipment.ts";
import type { Generation } from "./generation.ts";
import type { GunicornStart } from "./prepared-zygote.ts";
import { adoptedZygoteBoot, zygoteBoot } from "./zygote-boot.ts";
import { ZygoteHandle } from "./zygote-handle.ts";
import { ZygoteProcess } from "./zygote-process.ts";

type Surroundings = Pick<Equipment, "runtimeDirectory" | "logDescriptor" | "identity" | "queue">;

/** Starts the process that imports the application of this generation, or takes over the one that is prepared. */
export function openZygote(generation: Generation, equipment: Surroundings): ZygoteHandle {
  const { settings, python, gunicorn, number, place } = generation;
  const { runtimeDirectory, logDescriptor: log, queue, identity } = equipment;
  if (gunicorn !== null && !gunicorn.zygote.wasHandedOver)
    return adoptZygote(generation, gunicorn, equipment);
  const environment = gunicorn?.zygote.environment ?? place.environment;
  return new ZygoteHandle({
    open: (listener) =>
      new ZygoteProcess(
        { python, environment, directory: place.directory, log, optimize: settings.optimize },
        listener,
      ),
    configure: gunicorn?.zygote.instructions ?? null,
    boot: zygoteBoot(settings, {
      generation: number,
      runtimeDirectory,
      gunicorn: gunicorn?.configuration ?? null,
      servesAs: identity?.uid ?? null,
    }),
    queue,
  });
}

/** The first one of a generation has executed Gunicorn's configuration file already. */
function adoptZygote(
  { settings, number }: Generation,
  { zygote, configuration }: GunicornStart,
  { runtimeDirectory, identity, queue }: Surroundings,
): ZygoteHandle {
  return new ZygoteHandle({
    open: (listener) => zygote.handOver(listener),
    configure: null,
    boot: adoptedZygoteBoot(settings, {
      generation: number,
      runtimeDirectory,
      gunicorn: configuration,
      servesAs: identity?.uid ?? null,
      // Later ones were started by a master that has become that user.
      identity: number === 1 ? identity : null,
    }),
    queue,
  });
}
