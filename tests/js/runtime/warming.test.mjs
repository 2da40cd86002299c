import assert from "node:assert/strict";
import { test } from "node:test";

import { create } from "../../../ganzoo/backends/webassembly/webassembly.js";

const slot = { slot: "x", pixels: 1, channels: 1 };

/** How often `run`, which takes `ms`, is called while weights are on their way for half a second. */
async function warmed(batch, ms) {
  let runs = 0;
  const run = () => {
    runs++;
    for (const start = performance.now(); performance.now() - start < ms; );
  };
  const exports = { memory: { buffer: new ArrayBuffer(64) }, run, weights: { value: 0 }, x: { value: 0 } };
  const { instantiate } = WebAssembly;
  WebAssembly.instantiate = async () => ({ instance: { exports } });
  const weights = new Promise((resolve) => setTimeout(() => resolve(new Float32Array(1)), 500));
  await create({ entry: { batch, inputs: [slot], outputs: [slot] }, weights, file: async () => new Uint8Array(0) });
  WebAssembly.instantiate = instantiate;
  return runs;
}

test("a small network is warmed up while its weights are on their way", async () => {
  assert((await warmed(8, 0)) > 1);
});

test("a page does not stand still for it: a slow run is not repeated, and a large network is not run at all", async () => {
  assert.equal(await warmed(2, 40), 1);
  assert.equal(await warmed(1, 40), 0);
});
