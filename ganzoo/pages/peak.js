/** The GFLOP/s that one thread of WebAssembly reaches here: ganzoo/bench/peak.c. */

import { clockStep, STEPS } from "./clock.js";
import { answer } from "./page.js";

const BASE = 65536; // weights begin behind the module's own stack
const SAMPLE_MS = 0.5; // and STEPS of the clock
const WARM_UP_MS = 150; // until the optimising compiler has been here
const TIMING_MS = 250;
const FEWEST = 10; // samples

/**
 * @typedef {object} Job
 * @property {string[]} modules file names
 * @property {Record<string, number>} counts weights by the name of the case
 *
 * @typedef {(weights: number, count: number, passes: number, x: number) => number} MultiplyAdd
 */

await answer(async (/** @type {Job} */ { modules, counts }) => {
  const sampleMs = Math.max(SAMPLE_MS, STEPS * clockStep());
  /** @type {Record<string, Record<string, number> | null>} */
  const gflops = {};
  for (const name of modules) {
    const run = await instantiate(name);
    gflops[name] = run && Object.fromEntries(Object.entries(counts).map(([kind, n]) => [kind, peak(run, n, sampleMs)]));
  }
  if (!Object.values(gflops).some(Boolean)) throw new Error("This browser's WebAssembly has no SIMD.");
  return { gflops };
});

/**
 * The function of a module; null where this browser refuses its instructions.
 * @param {string} name
 * @returns {Promise<MultiplyAdd | null>}
 */
async function instantiate(name) {
  try {
    const { instance } = await WebAssembly.instantiateStreaming(fetch(`lib/${name}.wasm`));
    const { memory, multiply_add } = /** @type {any} */ (instance.exports);
    new Float32Array(memory.buffer, BASE).fill(1);
    return multiply_add;
  } catch (error) {
    if (error instanceof WebAssembly.CompileError) return null;
    throw error;
  }
}

/**
 * @param {MultiplyAdd} run
 * @param {number} count weights
 * @param {number} sampleMs
 */
function peak(run, count, sampleMs) {
  if (run(BASE, count, 1, 2) !== 2 * count) throw new Error("multiply_add computes something else");
  const time = (/** @type {number} */ passes) => {
    const start = performance.now();
    run(BASE, count, passes, 1);
    return performance.now() - start;
  };
  let passes = 1;
  const began = performance.now();
  while (performance.now() - began < WARM_UP_MS) if (time(passes) < sampleMs) passes *= 2;

  const times = [];
  const start = performance.now();
  while (times.length < FEWEST || performance.now() - start < TIMING_MS) times.push(time(passes));
  // the fastest tenth: whatever else the machine does can only slow this down
  const fast = times.sort((a, b) => a - b)[Math.floor(times.length / 10)];
  return Number(((2 * count * passes) / fast / 1e6).toPrecision(4));
}
