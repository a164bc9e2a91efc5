import type { FromZygote } from "../../base/messages.ts";
import type { Settings } from "../../settings/settings.ts";
import { EventQueue } from "../event-queue.ts";
import type { Ending, MasterEvent } from "../events.ts";
import { describeEnding } from "../processes/endings.ts";
import { openLifelines } from "../processes/lifelines.ts";
import type { GunicornStart } from "../processes/prepared-zygote.ts";
import { adoptedZygoteBoot } from "../processes/zygote-boot.ts";
import { resolveIdentity } from "./privileges.ts";
import { Refusal } from "./refusal.ts";
import { createRuntimeDirectory } from "./runtime-directory.ts";

type Result = Extract<FromZygote, { event: "loaded" | "failed" }> | Ending;

/** Imports the application once and ends, for --check-config: nothing listens and no hook runs. Throws a Refusal. */
export async function checkApplication(settings: Settings, start: GunicornStart): Promise<void> {
  using cleanUps = new DisposableStack();
  const identity = resolveIdentity(settings);
  const runtimeDirectory = createRuntimeDirectory(identity);
  cleanUps.defer(() => runtimeDirectory.remove());
  const lifelines = await openLifelines(runtimeDirectory.lifeline, new EventQueue<MasterEvent>());
  cleanUps.defer(() => lifelines.stop());
  const { promise, resolve } = Promise.withResolvers<Result>();
  const zygote = start.zygote.handOver({
    onMessage: (message) => {
      if (message.event === "loaded" || message.event === "failed") resolve(message);
    },
    onExit: resolve,
  });
  cleanUps.defer(() => zygote.kill());
  const gunicorn = { ...start.configuration, hooks: [] };
  const boot = adoptedZygoteBoot(settings, {
    generation: 1,
    runtimeDirectory,
    gunicorn,
    servesAs: identity?.uid ?? null,
    identity,
  });
  zygote.send({ ...boot, lazy: false, catchUp: { log: null, umask: settings.umask } });
  refuseUnlessLoaded(await promise);
}

function refuseUnlessLoaded(result: Result): void {
  if (!("event" in result))
    throw new Refusal(`Python ended while it imported the application: ${describeEnding(result)}`);
  if (result.event === "loaded") return;
  const traceback = result.traceback?.trimEnd().split("\n") ?? [];
  throw new Refusal(result.message, [...result.details, ...(traceback.length > 0 ? ["", ...traceback] : [])]);
}
