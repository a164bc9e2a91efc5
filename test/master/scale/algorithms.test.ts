import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { LoadReport, WorkerLoad } from "../../../src/master/processes/reports.ts";
import { BLANK, type Rules } from "../../../src/master/scale/algorithm.ts";
import { algorithms } from "../../../src/master/scale/algorithms.ts";
import { measureLoad } from "../../../src/master/scale/load.ts";
import { restrain } from "../../../src/master/scale/memory-limits.ts";
import { clamp, sizeAfterReload, startSize } from "../../../src/master/scale/worker-numbers.ts";
import { SEED } from "../../support/random.ts";
import { RULES, type Step, simulate, swings } from "./simulation.ts";

const HOUR = 3600;
const { manual: _manual, ...followers } = algorithms;

/** As a shop sees it, a day in an hour: a quiet night, two humps, a spike when a newsletter goes out. */
function day(round: number): number {
  const hour = (round / HOUR) * 24;
  const hump = (at: number, width: number, height: number) =>
    height * Math.exp(-(((hour - at) / width) ** 2));
  const spike = hour > 20 && hour < 20.3 ? 6 : 0;
  return 0.2 + hump(11, 2.5, 6) + hump(17, 2, 8) + spike;
}

function mean(steps: readonly Step[], of: (step: Step) => number): number {
  return steps.reduce((all, step) => all + of(step), 0) / steps.length;
}

for (const [name, algorithm] of Object.entries(followers)) {
  describe(`${name} (seed ${SEED})`, () => {
    test("through an hour of recorded-like load it keeps the bounds, follows, and does not swing", () => {
      const steps = simulate(algorithm, { rounds: HOUR, demand: day, seed: SEED });
      for (const { workers } of steps) assert.ok(workers >= RULES.least && workers <= RULES.most);
      const night = steps.slice(120, 400);
      assert.ok(
        night.every(({ workers }) => workers <= RULES.least + 1),
        "few at night",
      );
      const peak = steps.filter(({ round }) => Math.abs((round / HOUR) * 24 - 17) < 0.5);
      assert.ok(mean(peak, ({ workers }) => workers) >= 8, "enough at the peak");
      assert.ok(mean(peak, ({ waiting }) => waiting) < 20, "hardly anybody waits at the peak");
      assert.ok(mean(steps, ({ workers }) => workers) < 10, "not the most all day");
      assert.ok(swings(steps) <= 20, `${swings(steps)} swings`);
    });

    for (const demand of [0.01, 0.9, 1.75, 2.5, 3.5, 5.2, 8.8]) {
      test(`under a steady load of ${demand} workers it settles`, () => {
        const steps = simulate(algorithm, { rounds: HOUR, demand: () => demand, seed: SEED }).slice(300);
        assert.ok(swings(steps) <= 10, `${swings(steps)} swings`);
        for (const { workers } of steps) assert.ok(workers >= Math.min(demand, RULES.most) - 0.5);
        assert.ok(mean(steps, ({ waiting }) => waiting) < 5);
      });
    }

    test("a jump is answered within 30 rounds, its end slowly, a worker at a time", () => {
      const demand = (round: number) => (round < 100 ? 0.5 : round < 300 ? 6 : 0.2);
      const steps = simulate(algorithm, { rounds: 700, demand, seed: SEED });
      assert.ok(steps.slice(130, 300).every(({ workers }) => workers >= 6));
      const later = steps.slice(160, 300);
      assert.ok(later.every(({ waiting }) => waiting < 150));
      assert.ok(mean(later, ({ waiting }) => waiting) < 10);
      const slowest = name === "busyness" || name === "spare2" ? 400 : 150;
      assert.ok(steps.slice(300 + slowest).every(({ workers }) => workers <= RULES.least + 1));
      for (const [index, { workers }] of steps.entries())
        assert.ok((steps[index - 1]?.workers ?? workers) - workers <= 1);
    });

    test("cheaper-step bounds how many come at a time", () => {
      const rules: Rules = { ...RULES, step: 4, most: 9 };
      const steps = simulate(algorithm, { rounds: 200, demand: () => 20, rules, seed: SEED });
      for (const [index, { workers }] of steps.entries())
        assert.ok(workers - (steps[index - 1]?.workers ?? RULES.least) <= 4);
      assert.equal(steps.at(-1)?.workers, 9);
    });
  });
}

describe("busyness", () => {
  const load = { workers: 3, used: 0.9, waiting: 0 };

  test("requests that wait bring emergency workers in any round, and they go sooner", () => {
    const alert = algorithms.busyness(BLANK, { ...load, waiting: 34 }, RULES);
    assert.equal(alert.change, 1);
    assert.match(alert.why, /34 requests were waiting/);
    const calm = { workers: 4, used: 0.1, waiting: 0 };
    let memory = alert.memory;
    let rounds = 0;
    for (let change = 0; change === 0 && rounds < 100; rounds++) {
      const decision = algorithms.busyness(memory, calm, RULES);
      memory = decision.memory;
      change = decision.change;
    }
    assert.equal(rounds, RULES.overload * RULES.busyness.backlogMultiplier - 1, "the alert's round counts");
  });

  test("some that wait for cheaper-busyness-backlog-nonzero bring one", () => {
    let memory = BLANK;
    const changes = Array.from({ length: 62 }, () => {
      const decision = algorithms.busyness(memory, { ...load, waiting: 1 }, RULES);
      memory = decision.memory;
      return decision.change;
    });
    assert.deepEqual([changes.indexOf(1), changes.filter((change) => change !== 0).length], [60, 1]);
  });
});

test("manual leaves the number to the operator", () => {
  const steps = simulate(algorithms.manual, { rounds: 100, demand: () => 20, seed: SEED });
  assert.ok(steps.every(({ workers }) => workers === RULES.least));
});

describe("restrain()", () => {
  const decision = (change: number) => ({ change, why: "no worker was free", memory: BLANK });
  const three = { resident: 300, workers: 3, least: 2 };

  test("over the soft limit nobody is added", () => {
    const limits = { soft: 299, hard: 0 };
    assert.equal(restrain(decision(1), limits, three).change, 0);
    assert.match(restrain(decision(1), limits, three).why, /cheaper-rss-limit-soft/);
    assert.equal(restrain(decision(-1), limits, three).change, -1);
    assert.equal(restrain(decision(1), { soft: 300, hard: 0 }, three).change, 1);
  });

  test("over the hard limit one leaves, down to the least number", () => {
    const limits = { soft: 0, hard: 299 };
    assert.equal(restrain(decision(1), limits, three).change, -1);
    assert.equal(restrain(decision(0), limits, { ...three, workers: 2 }).change, 0);
  });

  test("only as many are added as the hard limit has room for", () => {
    assert.equal(restrain(decision(4), { soft: 0, hard: 550 }, three).change, 2);
    const held = restrain(decision(4), { soft: 0, hard: 399 }, three);
    assert.equal(held.change, 0);
    assert.match(held.why, /cheaper-rss-limit-hard/);
  });
});

describe("measureLoad()", () => {
  const report = (
    time: number,
    workers: readonly (readonly [number, WorkerLoad])[],
    waiting = 0,
  ): LoadReport => {
    return { time, connections: 0, routers: new Map(), waiting, requests: 0, workers: new Map(workers) };
  };
  const worker = (busy: number, running = 0): WorkerLoad => ({ requests: 0, running, busy });

  test("takes the share of the time that each was at work", () => {
    const before = report(1000, [
      [1, worker(5000)],
      [2, worker(100)],
    ]);
    const after = report(
      3000,
      [
        [1, worker(6000)],
        [2, worker(2100)],
        [9, worker(500)],
      ],
      7,
    );
    const load = measureLoad({ before, after }, { serials: [1, 2, 3], threads: 1 });
    assert.deepEqual(load, { workers: 3, used: 1.5, waiting: 7 });
  });

  test("shares it among threads; more requests than threads fill a worker", () => {
    const before = report(0, [
      [1, worker(0)],
      [2, worker(0)],
    ]);
    const after = report(1000, [
      [1, worker(2000, 2)],
      [2, worker(500, 5)],
    ]);
    assert.equal(measureLoad({ before, after }, { serials: [1, 2], threads: 4 }).used, 1.5);
  });
});

describe("the number of workers", () => {
  const numbers = (processes: number, cheaper = 0, cheaperInitial: number | null = null) => {
    return { processes, cheaper, cheaperInitial, cheap: false };
  };

  test("a start makes processes, or with cheaper as many as it or cheaper-initial says, within the bounds", () => {
    const wanted = [
      numbers(4),
      numbers(4, 2),
      numbers(4, 2, 3),
      numbers(4, 2, 1),
      numbers(4, 2, 9),
      numbers(2, 3),
    ];
    assert.deepEqual(wanted.map(startSize), [4, 2, 3, 2, 4, 2]);
  });

  test("a reload keeps what scaling has come to, unless the configuration says another number", () => {
    const after = (size: number, before: ReturnType<typeof numbers>, next: ReturnType<typeof numbers>) =>
      sizeAfterReload(size, { before, after: next });
    assert.equal(after(7, numbers(4), numbers(4)), 7);
    assert.equal(after(7, numbers(4), numbers(5)), 5);
    assert.equal(after(7, numbers(8, 2), numbers(8, 2)), 7);
    assert.equal(after(7, numbers(8, 2), numbers(6, 2)), 6);
    assert.equal(after(3, numbers(8, 2), numbers(8, 4)), 4);
    assert.equal(after(3, numbers(8, 2), numbers(8)), 8);
    assert.equal(clamp(0, numbers(4)), 1);
  });
});
