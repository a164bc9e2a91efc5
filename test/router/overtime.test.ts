import assert from "node:assert/strict";
import { test } from "node:test";
import type { FromRouter } from "../../src/base/messages.ts";
import { Overtime } from "../../src/router/overtime.ts";
import type { Pool } from "../../src/router/pool.ts";
import type { Slot } from "../../src/router/slot.ts";
import { sleep, until } from "../support/start-server.ts";

const LIMIT = 300;

/** A pool of one slot with one request on it; `begun` is what the counter page says. */
function makePool() {
  const failures: number[] = [];
  const exchange = {
    waitsForClient: false,
    request: { bytes: Buffer.alloc(64), start: 0 },
    fail: ({ status }: { status: number }) => failures.push(status),
  };
  // Only what Overtime looks at.
  const slot = { hello: { serial: 7 }, waiting: [exchange], busySince: performance.now(), answered: 0 };
  const told: FromRouter[] = [];
  const page = { begun: 0, thread: 10n };
  const overtime = new Overtime({
    pool: { processes: [{ serial: 7, slots: [slot] }], waiting: 0 } as unknown as Pool,
    readMark: () => page,
    tell: (message) => told.push(message),
  });
  overtime.setLimit(LIMIT);
  return {
    overtime,
    exchange,
    page,
    failures,
    slot: slot as unknown as Slot,
    replace: (other: typeof exchange) => slot.waiting.splice(0, 1, other),
    told: (event: FromRouter["event"]) => told.filter((message) => message.event === event),
    [Symbol.dispose]: () => overtime.setLimit(0),
  };
}

test("a request that stands on a slot and is not begun is not late, however long", async () => {
  using pool = makePool();
  await sleep(3 * LIMIT);
  assert.deepEqual(pool.told("overtime"), []);
  const begin = performance.now();
  pool.page.begun = 1;
  await until("the request to be late", () => pool.told("overtime").length === 1);
  assert.ok(performance.now() - begin > LIMIT / 3);
});

test("what waits for its client does not become late meanwhile", async () => {
  using pool = makePool();
  pool.page.begun = 1;
  pool.exchange.waitsForClient = true;
  await sleep(3 * LIMIT);
  assert.deepEqual(pool.told("overtime"), []);
  pool.exchange.waitsForClient = false;
  await until("the request to be late", () => pool.told("overtime").length === 1);
});

test("the next request on the slot has the whole time", async () => {
  using pool = makePool();
  pool.page.begun = 1;
  await sleep(LIMIT / 2);
  const begin = performance.now();
  pool.replace({ ...pool.exchange });
  await until("the next request to be late", () => pool.told("overtime").length === 1);
  assert.ok(performance.now() - begin > LIMIT / 3);
});

test("a late request is told once as new, then again and again", async () => {
  using pool = makePool();
  pool.page.begun = 1;
  await until("it to be told again", () => pool.told("overtime").length >= 2);
  const isNew = pool.told("overtime").map((message) => message.event === "overtime" && message.request.isNew);
  assert.deepEqual(isNew.slice(0, 2), [true, false]);
});

test("condemn() answers what is late, and waits for what is not", async () => {
  using pool = makePool();
  pool.page.begun = 1;
  pool.overtime.condemn(7);
  assert.deepEqual(pool.told("condemned"), []);
  assert.deepEqual(pool.failures, []);
  await until("the request to be late", () => pool.told("condemned").length === 1);
  assert.deepEqual(pool.failures, [504]);
  assert.deepEqual(pool.told("condemned"), [{ event: "condemned", serial: 7, isStuck: true }]);
});

test("condemn() of a worker in which nothing runs is answered at once", () => {
  using pool = makePool();
  pool.overtime.condemn(7);
  assert.deepEqual(pool.told("condemned"), [{ event: "condemned", serial: 7, isStuck: false }]);
});

test("forget() says whether the request that ran there was late", async () => {
  using pool = makePool();
  pool.page.begun = 1;
  assert.equal(pool.overtime.forget(pool.slot), false);
  await until("the request to be late", () => pool.told("overtime").length === 1);
  assert.equal(pool.overtime.forget(pool.slot), true);
  assert.equal(pool.overtime.forget(pool.slot), false);
});
