import assert from "node:assert/strict";
import { test } from "node:test";
import { ageLimit, requestLimit } from "../../src/master/recycle/lifespan.ts";

const NONE = { maxRequests: 0, maxRequestsDelta: 0, maxRequestsJitter: 0 };

test("requestLimit() grows by the delta from worker to worker, as uWSGI's does", () => {
  const settings = { ...NONE, maxRequests: 100, maxRequestsDelta: 10 };
  const limits = [1, 2, 3].map((number) => requestLimit(settings, { number, chance: 0.99 }));
  assert.deepEqual(limits, [100, 110, 120]);
});

test("requestLimit() adds a jitter from 0 to its value, both included", () => {
  const settings = { ...NONE, maxRequests: 100, maxRequestsJitter: 3 };
  const limits = [0, 0.3, 0.6, 0.999].map((chance) => requestLimit(settings, { number: 1, chance }));
  assert.deepEqual(limits, [100, 101, 102, 103]);
});

test("requestLimit() is none without max-requests, whatever the delta", () => {
  const settings = { ...NONE, maxRequestsDelta: 10, maxRequestsJitter: 10 };
  assert.equal(requestLimit(settings, { number: 2, chance: 0.5 }), null);
});

test("ageLimit() grows by the delta from worker to worker", () => {
  const settings = { maxWorkerLifetime: 60_000, maxWorkerLifetimeDelta: 5000 };
  assert.deepEqual(
    [1, 2, 3].map((number) => ageLimit(settings, number)),
    [60_000, 65_000, 70_000],
  );
  assert.equal(ageLimit({ ...settings, maxWorkerLifetime: 0 }, 2), null);
});
