/** The GFLOP/s that peak.c reaches: with and without relaxed SIMD, weights in the first cache and as many as a model's. */

import { answer, progress } from "./browser/page.js";

const BASE = 65536; // weights begin behind the module's own stack
const SAMPLE_MS = 0.5;
const SAMPLES = 1000;

/**
 * @typedef {object} Job
 * @property {string[]} modules file names
 * @property {Record<string, number>} counts weights by the name of the case
 */

await answer(async (/** @type {Job} */ { modules, counts }) => {
  /** @type {Record<string, Record<string, number>>} */
  const gflops = {};
  for (const name of modules) {
    const { instance } = await WebAssembly.instantiateStreaming(fetch(`lib/${name}.wasm`));
    const { memory, multiply_add } = /** @type {any} */ (instance.exports);
    new Float32Array(memory.buffer, BASE).fill(1);
    gflops[name] = {};
    for (const [kind, count] of Object.entries(counts)) {
      if (multiply_add(BASE, count, 1, 2) !== 2 * count) throw new Error(`${name} computes something else`);
      const time = (/** @type {number} */ passes) => {
        const start = performance.now();
        multiply_add(BASE, count, passes, 1);
        return performance.now() - start;
      };
      for (let i = 0; i < 500; i++) time(1); // until the optimising compiler has been here
      let passes = 1;
      while (time(passes) < SAMPLE_MS) passes *= 2;
      const times = Array.from({ length: SAMPLES }, () => time(passes)).sort((a, b) => a - b);
      // the fastest tenth: whatever else the machine does can only slow this down
      gflops[name][kind] = Number(((2 * count * passes) / times[SAMPLES / 10] / 1e6).toPrecision(4));
    }
    await progress(name);
  }
  return { gflops };
});
