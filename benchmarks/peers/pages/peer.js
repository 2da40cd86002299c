/** Times one peer on one model in this fresh page, and sends raw samples and outputs back. */

import { answer, decode, encode, progress } from "./browser/page.js";

/**
 * @typedef {object} Job
 * @property {string} peer the module that knows it, `<peer>.js` beside this one
 * @property {string} backend
 * @property {number[]} shape of one input
 * @property {string[][]} inputs samples of one text per input; the runs take them in turn
 * @property {number} runs how many runs after the first to time
 * @property {number} batch also time so many pictures at once; 0 for not
 *
 * @typedef {(inputs: Float32Array, n: number) => Float32Array | Promise<Float32Array>} Run n pictures, one after another
 *
 * @typedef {object} Peer
 * @property {(backend: string) => Promise<void>} script fetch and run the peer's own code
 * @property {(backend: string, shape: number[]) => Promise<Run>} load
 * @property {(backend: string) => string[]} [unseen] what it fetches where this page cannot see it
 */

const SETTLE_MS = 300; // the browser's own start is over
const SLOW_MS = 2; // a run of so much is a GPU's, and is not made faster by an optimising compiler
const SLOW_RUNS = 70; // of a slow one, when LIMIT_MS have passed
const LIMIT_MS = 4000;
const WARM_UP_MS = 500; // engines optimise hot code within some 100 ms
const BLOCK_MS = 0.2; // the clock's step is 5 microseconds: 2.5% of a sample at most
const STEADY_MS = 1000;
const BATCH_MS = 500;
const REPORT_MS = 2000;

/** @param {number} ms */
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

await answer(async (/** @type {Job} */ job) => {
  const samples = job.inputs.map((sample) => decode(sample[0]));
  await pause(SETTLE_MS);

  const start = performance.now();
  /** @type {Peer} */
  const peer = await import(`./${job.peer}.js`);
  await peer.script(job.backend);
  const ready = performance.now();
  const run = await peer.load(job.backend, job.shape);
  const loaded = performance.now();
  await run(samples[0], 1);
  const first = performance.now();
  await progress(`first run ${(first - loaded).toFixed(1)} ms`);

  let turn = 0;
  /** Milliseconds a run, over `block` runs: from inputs in an array to outputs in an array. @param {number} block */
  const timed = async (block) => {
    const before = performance.now();
    for (let i = 0; i < block; i++) await run(samples[turn++ % samples.length], 1);
    return (performance.now() - before) / block;
  };
  const early = await collect(
    () => timed(1),
    (n, ms) => n < job.runs && (n < SLOW_RUNS || ms < LIMIT_MS),
  );
  const typical = median(early);
  /** @type {number[]} */
  let steady = [];
  let block = 1;
  if (typical < SLOW_MS) {
    await collect(
      () => timed(1),
      (n, ms) => ms < WARM_UP_MS,
    );
    block = Math.ceil(BLOCK_MS / Math.max(typical, BLOCK_MS / 100));
    steady = await collect(
      () => timed(block),
      (n, ms) => n < job.runs || (n < 10 * job.runs && ms < STEADY_MS),
    );
  }

  /** @type {number[]} */
  let batches = [];
  /** @type {Float32Array[]} */
  let together = [];
  if (job.batch) {
    const many = joined(samples, job.batch);
    const batched = async () => {
      const before = performance.now();
      await run(many, job.batch);
      return performance.now() - before;
    };
    batches = await collect(batched, (n, ms) => n < 10 || ms < BATCH_MS);
    together = parted(await run(many, job.batch), job.batch);
  }

  /** @type {Float32Array[]} */
  const outputs = [];
  for (const sample of samples) outputs.push(Float32Array.from(await run(sample, 1)));
  return {
    scriptMs: ready - start,
    loadMs: loaded - ready,
    firstMs: first - loaded,
    early,
    block,
    steady,
    batches,
    outputs: [...outputs, ...together].map((output) => [encode(output)]),
    fetched: [...fetched(), ...(peer.unseen?.(job.backend) ?? [])],
    adapter: await adapter(job.backend),
    isolated: crossOriginIsolated,
  };
});

/**
 * @param {() => Promise<number>} sample
 * @param {(n: number, ms: number) => boolean} more whether to go on after n samples and so much time
 */
async function collect(sample, more) {
  const samples = [];
  const began = performance.now();
  let reported = began;
  while (more(samples.length, performance.now() - began)) {
    samples.push(await sample());
    if (performance.now() - reported > REPORT_MS) {
      await progress(`${samples.length} samples`);
      reported = performance.now();
    }
  }
  return samples;
}

/** @param {number[]} values */
function median(values) {
  return [...values].sort((a, b) => a - b)[values.length >> 1];
}

/** @param {Float32Array[]} samples @param {number} n */
function joined(samples, n) {
  const size = samples[0].length;
  const all = new Float32Array(n * size);
  for (let i = 0; i < n; i++) all.set(samples[i % samples.length], i * size);
  return all;
}

/** @param {Float32Array} all @param {number} n */
function parted(all, n) {
  const size = all.length / n;
  return Array.from({ length: n }, (_, i) => all.slice(i * size, (i + 1) * size));
}

/** The files of peer and model that this page has fetched: `lib/...` and `model/...`. */
function fetched() {
  const base = new URL(".", location.href).href;
  const names = performance.getEntriesByType("resource").map((entry) => entry.name.replace(base, "").replace(/\?.*/, ""));
  return [...new Set(names.filter((name) => /^(lib|model)\//.test(name)))];
}

/** The adapter behind a backend, as the browser names it. @param {string} backend */
async function adapter(backend) {
  if (backend === "webgl") {
    const gl = document.createElement("canvas").getContext("webgl2");
    const info = gl?.getExtension("WEBGL_debug_renderer_info");
    return String((gl && info && gl.getParameter(info.UNMASKED_RENDERER_WEBGL)) || "unknown");
  }
  if (backend === "webgpu") {
    const info = (await /** @type {any} */ (navigator).gpu?.requestAdapter())?.info;
    return [info?.vendor, info?.architecture, info?.device, info?.description].filter(Boolean).join(" ") || "unknown";
  }
  return "CPU";
}
