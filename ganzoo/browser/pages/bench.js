/** Times one backend and sends the raw samples back: what they mean is computed in one place, in Python. */

import { answer, decode, encode, progress } from "./page.js";

/**
 * @typedef {object} Job
 * @property {"ganzoo" | "webdnn"} layout
 * @property {string} backend
 * @property {string[][]} inputs samples of one text per input; the runs take them in turn
 * @property {number} runs timed runs at least
 * @property {number} seconds go on timing for so long, at most 10 times `runs`
 */

const WARM_UP_MS = 500; // engines optimise hot code within some 100 ms
const WARM_UP_RUNS = 20;
const REPORT_MS = 2000;

/** The smallest step of the clock that a page sees. */
function clockResolution() {
  let smallest = Infinity;
  for (let i = 0; i < 50; i++) {
    const start = performance.now();
    let now = start;
    while (now === start) now = performance.now();
    smallest = Math.min(smallest, now - start);
  }
  return smallest;
}

await answer(async (/** @type {Job} */ { layout, backend, inputs, runs, seconds }) => {
  const { load, renderer } = await import(`./runners/${layout}.js`);
  const samples = inputs.map((sample) => sample.map(decode));
  let turn = 0;
  const clockMs = clockResolution();

  const start = performance.now();
  const run = await load("model", backend);
  const loadMs = performance.now() - start;

  /** From setting the inputs to having read the outputs: with WebGL a picture is not there before it is read. */
  const timed = async () => {
    const sample = samples[turn++ % samples.length];
    const before = performance.now();
    await run(sample);
    return performance.now() - before;
  };
  const firstMs = await timed();
  await progress(`${backend}: first run ${firstMs.toFixed(1)} ms`);

  const warm = performance.now();
  for (let i = 0; i < WARM_UP_RUNS && performance.now() - warm < WARM_UP_MS; i++) await timed();

  const times = [];
  const began = performance.now();
  let reported = began;
  while (times.length < runs || (times.length < 10 * runs && performance.now() - began < 1000 * seconds)) {
    times.push(await timed());
    if (performance.now() - reported > REPORT_MS) {
      await progress(`${backend}: ${times.length} runs`);
      reported = performance.now();
    }
  }
  // a wrong answer is no time: Python compares
  const outputs = [];
  for (const sample of samples) outputs.push((await run(sample)).map(encode));
  return {
    outputs,
    loadMs,
    firstMs,
    times,
    clockMs,
    renderer: renderer(backend),
    userAgent: navigator.userAgent,
    crossOriginIsolated,
  };
});
