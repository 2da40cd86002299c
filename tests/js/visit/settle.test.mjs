import assert from "node:assert/strict";
import { mock, test } from "node:test";

import { settle } from "../../../ganzoo/pages/settle.js";

/** A run that takes what `cost(runs before, ms since the start)` says, on a clock of `step` ms that it moves. */
function fake(cost, step = 0.005) {
  let time = 1000;
  let runs = 0;
  mock.method(performance, "now", () => Math.floor(time / step) * step);
  const run = async () => void (time += cost(runs++, time - 1000));
  return { run, shortest: 40 * step, runs: () => runs };
}

const near = (actual, expected, share = 0.06) =>
  assert.ok(Math.abs(actual - expected) <= share * expected, `${actual}, not ${expected}`);

for (const ms of [0.02, 0.1, 0.3]) {
  test(`ten times slower for its first 300 runs, ${ms} ms at last`, async () => {
    const { run, shortest, runs } = fake((i) => (i < 300 ? 10 * ms : ms));
    const warm = await settle(run, { shortest, fresh: true });
    near(warm.runMs, ms);
    assert.ok(runs() > 300);
    assert.equal(warm.settled, true);
  });
}

test("three tiers on a clock of 1 ms", async () => {
  const { run, shortest } = fake((i) => (i < 300 ? 1 : i < 900 ? 0.3 : 0.1), 1);
  const warm = await settle(run, { shortest, fresh: true });
  near(warm.runMs, 0.1);
  assert.equal(warm.settled, true);
});

test("runs that get faster and faster never settle, and are given up after 1.5 s", async () => {
  const { run, shortest } = fake((_, ms) => 20 * Math.exp(-ms / 800));
  const warm = await settle(run, { shortest, fresh: true });
  assert.equal(warm.settled, false);
  assert.ok(warm.ms >= 1500 && warm.ms < 1700, `${warm.ms}`);
});

test("windows that something else slows down are waited out", async () => {
  const { run, shortest } = fake((_, ms) => (Math.floor(ms / 150) % 2 ? 0.35 : 0.1));
  const warm = await settle(run, { shortest, fresh: true });
  near(warm.runMs, 0.1);
  assert.equal(warm.settled, true);
});

test("preemptions in a third of all runs do not count", async () => {
  const { run, shortest } = fake((i) => (i % 3 ? 0.3 : 4 + (i % 7)));
  const warm = await settle(run, { shortest, fresh: true });
  near(warm.runMs, 0.3);
  assert.equal(warm.settled, true);
});

test("slow runs need few", async () => {
  for (const [ms, fresh, most] of [[60, true, 20], [60, false, 9], [1000, true, 3], [900, false, 9]]) {
    const { run, shortest, runs } = fake(() => ms);
    const warm = await settle(run, { shortest, fresh });
    near(warm.runMs, ms);
    assert.ok(runs() <= most, `${runs()} runs of ${ms} ms`);
    assert.equal(warm.settled, ms < 900);
  }
});

test("the page may speak between windows, not within", async () => {
  const { run, shortest } = fake(() => 5);
  let inside = false;
  let spoken = 0;
  const guarded = async () => {
    inside = true;
    await run();
    inside = false;
  };
  await settle(guarded, { shortest, fresh: true, between: async () => void (spoken += inside ? NaN : 1) });
  assert.ok(spoken > 2);
});
