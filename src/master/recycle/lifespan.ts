/** What a worker is good for. Pure: the settings, its number and chance decide. */

import type { Settings } from "../../settings/settings.ts";

type RequestSettings = Pick<Settings, "maxRequests" | "maxRequestsDelta" | "maxRequestsJitter">;
type AgeSettings = Pick<Settings, "maxWorkerLifetime" | "maxWorkerLifetimeDelta">;

/** Requests that worker `number` answers before it is replaced; null for any number. `chance`: from 0 up to 1. */
export function requestLimit(
  { maxRequests, maxRequestsDelta, maxRequestsJitter }: RequestSettings,
  { number, chance }: { number: number; chance: number },
): number | null {
  if (maxRequests === 0) return null;
  return maxRequests + (number - 1) * maxRequestsDelta + Math.floor(chance * (maxRequestsJitter + 1));
}

/** Milliseconds after which worker `number` is replaced; null for never. */
export function ageLimit(
  { maxWorkerLifetime, maxWorkerLifetimeDelta }: AgeSettings,
  number: number,
): number | null {
  return maxWorkerLifetime === 0 ? null : maxWorkerLifetime + (number - 1) * maxWorkerLifetimeDelta;
}
