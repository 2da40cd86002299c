import assert from "node:assert/strict";
import { test } from "node:test";

import { inTurn } from "../../../ganzoo/site/web/generator/turns.js";
import { Portion } from "../../../ganzoo/site/web/pace.js";

globalThis.requestAnimationFrame ??= (act) => setTimeout(act);

/** How many are done at once in the end, if one of them takes `each` ms, and a run `start` ms more. */
function settled(each, start = 0, portion = new Portion(64)) {
  for (let i = 0; i < 20; i++) portion.learn(portion.size, start + each * portion.size);
  return portion.size;
}

test("a portion is as large as the network is fast", () => {
  assert.equal(settled(0.01), 64);
  assert.equal(settled(15), 1);
  assert.equal(settled(40), 1);
  assert(settled(2) >= 5 && settled(2) <= 8);
  // what a run costs besides is no reason for more runs
  assert.equal(settled(0.1, 9), 64);
});

test("a portion follows what changes, and one alone says nothing of many", () => {
  const portion = new Portion(64);
  assert.equal(settled(0.01, 0, portion), 64);
  portion.learn(1, 4);
  assert.equal(portion.size, 64);
  assert.equal(settled(30, 0, portion), 1);
  assert.equal(settled(0.1, 0, portion), 64);
});

const moments = (n, seed) => Array.from({ length: n }, (_, i) => ({ seed, i }));
const until = async (condition) => {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve));
};

test("all are drawn, of the newest in the end, each in its turn, and nothing twice", async () => {
  const shown = [];
  const done = [];
  const generator = { portion: 2, at: undefined, draw: async (some) => some };
  const ask = inTurn(generator);
  const want = (seed, n = 5) => {
    const show = (i, picture) => shown.push([picture.seed, i]);
    ask({ key: `${seed},${n}`, moments: moments(n, seed), show, done: (all) => done.push(all.map((each) => each.i)) });
  };
  want(1);
  await until(() => shown.length === 2);
  want(2);
  await until(() => done.length);
  assert.deepEqual(shown.slice(0, 2), [[1, 0], [1, 1]]);
  // it goes on where it was
  const second = shown.filter(([seed]) => seed === 2).map(([, i]) => i);
  assert.deepEqual(second, [2, 3, 4, 0, 1]);
  assert.deepEqual(done, [[0, 1, 2, 3, 4]]);
  const before = shown.length;
  want(2);
  await new Promise((resolve) => setTimeout(resolve, 50));
  assert.equal(shown.length, before);
  want(2, 3); // laid out anew
  await until(() => done.length === 2);
  assert.deepEqual(done[1], [0, 1, 2]);
});

test("what failed is drawn when it is asked for again", async () => {
  let fails = true;
  const done = [];
  const draw = async (some) => {
    if (fails) throw new Error("told");
    return some;
  };
  const ask = inTurn({ portion: 4, at: undefined, draw });
  const wanted = { key: "1", moments: moments(4, 1), show() {}, done: () => done.push(1) };
  await ask(wanted);
  assert.deepEqual(done, []);
  fails = false;
  await ask(wanted);
  assert.deepEqual(done, [1]);
});
