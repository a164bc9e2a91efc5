/** How many requests a worker answers at a time, and what carries them. */

import type { Settings } from "./settings.ts";

export interface Concurrency {
  /** The Python package whose green threads they are; null for threads. */
  readonly green: "gevent" | "eventlet" | null;
  readonly slots: number;
}

export function concurrencyOf({
  gevent,
  eventlet,
  threads,
}: Pick<Settings, "gevent" | "eventlet" | "threads">): Concurrency {
  if (gevent !== null) return { green: "gevent", slots: gevent };
  if (eventlet !== null) return { green: "eventlet", slots: eventlet };
  return { green: null, slots: threads };
}
