import assert from "node:assert/strict";
import { test } from "node:test";
import { Seat } from "../../../src/master/processes/seat.ts";

test("a seat is due at once when its occupant had lived long enough", () => {
  const seat = new Seat<string>(1);
  seat.occupant = "first";
  assert.equal(seat.dueIn(0), null);
  assert.equal(seat.vacate({ usefulFor: 5_000, now: 5_000 }), 0);
  assert.equal(seat.dueIn(5_000), 0);
});

test("successors that keep dying young wait 0, 1, 2, 4 … 32 s, and no longer", () => {
  const seat = new Seat<string>(1);
  const pauses = Array.from({ length: 9 }, () => seat.vacate({ usefulFor: 10, now: 0 }));
  assert.deepEqual(pauses, [0, 1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 32_000, 32_000]);
  assert.equal(seat.dueIn(12_000), 20_000);
});

test("successors wait no longer than is said", () => {
  const seat = new Seat<string>(1);
  const pauses = Array.from({ length: 4 }, () => seat.vacate({ usefulFor: 10, now: 0, most: 1_500 }));
  assert.deepEqual(pauses, [0, 1_000, 1_500, 1_500]);
});

test("one that lives on ends the series", () => {
  const seat = new Seat<string>(1);
  for (let death = 0; death < 4; death += 1) seat.vacate({ usefulFor: 10, now: 0 });
  assert.equal(seat.vacate({ usefulFor: 60_000, now: 60_000 }), 0);
  assert.equal(seat.vacate({ usefulFor: 10, now: 60_010 }), 0);
});
