/** Runs every input through each model on one backend and sends the outputs back. */

import { adapter } from "./adapter.js";
import { answer, classic, decode, encode, progress, RUNNER } from "./page.js";
import { joined, parted } from "./samples.js";

/**
 * @typedef {object} Job
 * @property {import("./types.js").Backend} backend
 * @property {string[]} models folders
 * @property {string[][]} inputs samples of one text per input
 * @property {boolean} batch whether the models take all samples at once as well
 * @property {string[][]} test samples whose outputs are wanted as well, as a batch
 */

const NONE = { inputs: [], outputs: [] }; // these layouts tell themselves

await answer(async (/** @type {Job} */ { backend, models, inputs, batch, test }) => {
  /** @type {import("./types.js").Runner} */
  const { script, load, renderer } = await import(new URL(RUNNER, location.href).href);
  /** @type {Record<string, object>} */
  const results = {};
  for (const model of models) {
    try {
      await script(backend, model, classic);
      const run = await load(model, backend, NONE);
      /** @type {string[][]} */
      const outputs = [];
      for (const sample of inputs) {
        outputs.push((await run(sample.map(decode), 1)).map(encode));
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
  return { results, renderer: renderer?.(backend) ?? (await adapter(backend)) };
});

/**
 * The outputs of all samples in one run.
 * @param {import("./types.js").Run} run
 * @param {string[][]} samples
 */
async function together(run, samples) {
  const n = samples.length;
  const values = samples.map((sample) => sample.map(decode));
  return parted(await run(joined(values, n), n), n).map((sample) => sample.map(encode));
}
