/** Runs every input through each model on one backend and sends the outputs back. */

import { adapter } from "./adapter.js";
import { answer, classic, decode, encode, progress, RUNNER } from "./page.js";
import { joined, parted } from "./samples.js";

/**
 * @typedef {object} Job
 * @property {import("./types.js").Backend} backend
 * @property {string[]} models folders
 * @property {string[][]} inputs samples of one text per input
 * @property {boolean} batch whether the models take several samples at once as well
 * @property {string[][]} test samples whose outputs are wanted as well, in batches
 * @property {number} seconds that a model may take for the samples one by one, and again for the test's
 */

const LEAST = 2; // samples, however long they take: a batch of one proves nothing
const NONE = { inputs: [], outputs: [] }; // these layouts tell themselves

await answer(async (/** @type {Job} */ { backend, models, inputs, batch, test, seconds }) => {
  /** @type {import("./types.js").Runner} */
  const { script, load, renderer } = await import(new URL(RUNNER, location.href).href);
  /** @type {Record<string, object>} */
  const results = {};
  for (const model of models) {
    try {
      await script(backend, model, classic);
      const run = await load(model, backend, NONE);
      let pace = 0; // ms a sample
      /** @type {(samples: string[][], atOnce: number) => Promise<string[][]>} as many samples as there is time for */
      const some = async (samples, atOnce) => {
        const begun = performance.now();
        /** @type {string[][]} */
        const outputs = [];
        while (outputs.length < samples.length) {
          const next = outputs.length + atOnce;
          if (outputs.length >= LEAST && pace * next > 1000 * seconds) break;
          outputs.push(...(await together(run, samples.slice(outputs.length, next))));
          await progress(`${model} on ${backend}: ${outputs.length} of ${samples.length} outputs`);
          pace = (performance.now() - begun) / outputs.length;
        }
        return outputs;
      };
      const outputs = await some(inputs, 1);
      // a page is silent for as long as a batch takes
      const atOnce = Math.max(LEAST, Math.floor((1000 * seconds) / pace));
      results[model] = {
        outputs,
        batched: batch ? await together(run, inputs.slice(0, atOnce)) : null,
        tested: test.length ? await some(test, atOnce) : null,
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
