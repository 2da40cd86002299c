import assert from "node:assert/strict";
import { test } from "node:test";

import { blocked, heartbeat, idle } from "../../../ganzoo/pages/heartbeat.js";
import { blockedPerRun } from "../../../ganzoo/pages/steady.js";

/** A page's event loop in a time of its own: a message takes 0.02 ms, a timer what it was set to. */
class Loop {
  time = 0;
  beats = 0;
  tasks = [];

  constructor(step) {
    performance.now = () => Math.floor(this.time / step) * step;
    globalThis.MessageChannel = this.#channel();
  }

  after(ms, task) {
    this.tasks.push({ at: this.time + ms, task });
  }

  /** Run tasks until `work` is done. */
  async until(work) {
    const real = globalThis.setTimeout;
    globalThis.setTimeout = (task, ms) => this.after(ms, task);
    let done = false;
    const ended = work().finally(() => (done = true));
    for (;;) {
      await new Promise(setImmediate); // all microtasks
      if (done) break;
      const next = this.tasks.reduce((a, b) => (b.at < a.at ? b : a));
      this.tasks.splice(this.tasks.indexOf(next), 1);
      this.time = Math.max(this.time, next.at);
      next.task();
    }
    globalThis.setTimeout = real;
    return ended;
  }

  busy(ms) {
    this.time += ms;
  }

  wait(ms) {
    return new Promise((resolve) => this.after(ms, resolve));
  }

  #channel() {
    const loop = this;
    return class {
      port1 = { onmessage: () => {}, close: () => (this.port1.onmessage = () => {}) };
      port2 = {
        postMessage: () =>
          loop.after(0, () => {
            loop.time += 0.02;
            loop.beats++;
            this.port1.onmessage();
          }),
      };
    };
  }
}

const near = (actual, expected, by) => assert.ok(Math.abs(actual - expected) <= by, `${actual}, not ${expected}`);

test("what is late beyond a beat is blocked, and jitter is not", () => {
  assert.deepEqual(blocked([1, 1.2, 9, 1.9, 4, 1], 1), { totalMs: 11, longestMs: 8 });
  assert.deepEqual(blocked([0.01, 0.025, 0.01], 0.01, 0.005), { totalMs: 0, longestMs: 0 });
  assert.deepEqual(blocked([], 1), { totalMs: 0, longestMs: 0 });
  assert.equal(blocked(Array(500_000).fill(2.5), 1).longestMs, 1.5);
});

const RUNS = {
  "half and half": { run: (loop) => (loop.busy(5), loop.wait(5)), expected: 5 },
  "first away, then here": { run: (loop) => loop.wait(3).then(() => loop.busy(2)), expected: 2 },
  "in a worker": { run: (loop) => loop.wait(5), expected: 0 },
  "in many pieces": {
    run: async (loop) => {
      for (let i = 0; i < 5; i++) {
        loop.busy(0.2);
        await loop.wait(0.3);
      }
    },
    expected: 1,
  },
  "never letting go": { run: async (loop) => loop.busy(2), expected: 2 },
  "never letting go, and short": { run: async (loop) => loop.busy(0.04), expected: 0.04 },
  "too short to tell": { run: (loop) => (loop.busy(0.004), loop.wait(0.1)), expected: null },
};

for (const [name, { run, expected }] of Object.entries(RUNS)) {
  test(`blocked by a run: ${name}`, async () => {
    const loop = new Loop(0.005);
    const told = await loop.until(() => blockedPerRun(async () => run(loop), 1, expected === 0.04 ? 5 : 1, 0.005));
    if (expected === null) assert.equal(told, null);
    else near(told, expected, 0.05);
  });
}

test("a clock of 1 ms tells a run that never lets go, and no other short one", async () => {
  for (const [wait, expected] of [[false, 0.1], [true, null]]) {
    const loop = new Loop(1);
    const run = async () => (loop.busy(0.1), wait && (await loop.wait(0.1)));
    const told = await loop.until(() => blockedPerRun(run, 0.1, 400, 1));
    if (expected === null) assert.equal(told, null);
    else near(told, expected, 0.01);
  }
});

test("slow runs beside a beat that leaves the core alone", async () => {
  for (const [busy, wait] of [[15, 30], [0, 40], [40, 0]]) {
    const loop = new Loop(0.005);
    const run = async () => (loop.busy(busy), wait && (await loop.wait(wait)));
    near(await loop.until(() => blockedPerRun(run, busy + wait, 1, 0.005)), busy, 1.1);
    assert.ok(loop.beats < loop.time); // else some 50 in a ms
  }
});

test("a third of the runs preempted", async () => {
  const loop = new Loop(0.005);
  let i = 0;
  const run = async () => {
    loop.busy(i++ % 3 ? 1 : 9);
    await loop.wait(1);
  };
  near(await loop.until(() => blockedPerRun(run, 2, 1, 0.005)), 1, 0.05);
});

test("a cold start, from a beat every ms", async () => {
  const loop = new Loop(0.005);
  await loop.until(async () => {
    const { lap, stop } = heartbeat(1);
    loop.busy(7.3);
    await loop.wait(50);
    loop.busy(40);
    await loop.wait(0.5);
    loop.busy(30);
    await loop.wait(20);
    const told = blocked(lap(), await idle(1));
    stop();
    near(told.totalMs, 77.3, 3); // a block is told up to a beat short
    near(told.longestMs, 40, 1.2);
  });
});
