/** What became of requests, compared with what the application says that it has run. */

import assert from "node:assert/strict";
import type { Outcome } from "./load.ts";

/** No id ran twice; what was answered by the application ran once; what ran and was not answered got 502. */
export function checkFates(outcomes: readonly Outcome[], ran: readonly string[], prefix: string): void {
  const runs = new Map<string, number>();
  for (const id of ran) if (id.startsWith(prefix)) runs.set(id, (runs.get(id) ?? 0) + 1);
  const twice = [...runs].filter(([, count]) => count > 1);
  assert.deepEqual(twice, [], "no request runs twice");
  for (const { id, status } of outcomes) {
    assert.ok(status === 200 || status === 502, `${id}: ${status}`);
    if (status === 200) assert.equal(runs.get(id), 1, `${id} was answered`);
    runs.delete(id);
  }
  assert.deepEqual([...runs], [], "every request that ran was answered in some way");
}
