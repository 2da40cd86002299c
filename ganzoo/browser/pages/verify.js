/** Runs every input through each model on one backend and sends the outputs back. */

import { answer, decode, encode, progress } from "./page.js";

/**
 * @typedef {object} Job
 * @property {"ganzoo" | "webdnn"} layout
 * @property {string} backend
 * @property {string[]} models folders
 * @property {string[][]} inputs samples of one text per input
 * @property {boolean} batch whether the models take all samples at once as well
 * @property {string[][]} test samples whose outputs are wanted as well, as a batch
 */

await answer(async (/** @type {Job} */ { layout, backend, models, inputs, batch, test }) => {
  const { load, renderer } = await import(`./runners/${layout}.js`);
  /** @type {Record<string, object>} */
  const results = {};
  for (const model of models) {
    try {
      const run = await load(model, backend);
      /** @type {string[][]} */
      const outputs = [];
      for (const sample of inputs) {
        outputs.push((await run(sample.map(decode))).map(encode));
        await progress(`${model} on ${backend}: ${outputs.length} of ${inputs.length} outputs`);
      }
      results[model] = {
        outputs,
        batched: batch ? await together(run, inputs) : null,
        tested: test.length ? await together(run, test) : null,
      };
    } catch (error) {
      results[model] = { error: error instanceof Error ? error.message : String(error) };
    }
  }
  return { results, renderer: renderer(backend) };
});

/**
 * The outputs of all samples in one run.
 * @param {(inputs: Float32Array[]) => Promise<Float32Array[]>} run
 * @param {string[][]} samples
 */
async function together(run, samples) {
  const joined = samples[0].map((_, i) => concatenated(samples.map((sample) => decode(sample[i]))));
  const outputs = await run(joined);
  return samples.map((_, n) =>
    outputs.map((values) => {
      const size = values.length / samples.length;
      return encode(values.subarray(n * size, (n + 1) * size));
    }),
  );
}

/** @param {Float32Array[]} arrays */
function concatenated(arrays) {
  const whole = new Float32Array(arrays.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const array of arrays) {
    whole.set(array, at);
    at += array.length;
  }
  return whole;
}
