/** From a front door to the pool: a request goes to a slot at once, or waits, or is turned away. */

import type { RequestHead } from "../wire/http1/request-head.ts";
import type { ClientDoor } from "./client-door.ts";
import { encodeWhole, type Received } from "./encode-request.ts";
import type { Exchange } from "./exchange.ts";
import type { Slot } from "./slot.ts";

/** Hands over a request that was encoded before. */
export function handOver(door: ClientDoor, exchange: Exchange): void {
  give(door, exchange, door.pool.take(door.clock.now()));
}

/** Hands over a request that is here in full, encoded straight into its slot where one is free. */
export function handOverWhole(
  door: ClientDoor,
  exchange: Exchange,
  whole: Received & { readonly head: RequestHead; readonly facts: Buffer },
): void {
  const slot = door.pool.take(door.clock.now());
  exchange.request = encodeWhole(slot, whole.head, whole.facts, whole);
  give(door, exchange, slot);
}

function give({ pool, clock }: ClientDoor, exchange: Exchange, slot: Slot | null): void {
  exchange.readySince = clock.now();
  if (slot !== null) pool.place(slot, exchange);
  else if (!pool.enqueue(exchange)) {
    exchange.fail({ status: 503, why: "too many requests are waiting (queue-limit)" });
  }
}
