/** Runs every input through one backend and sends the outputs back. */

import { answer, decode, encode, progress } from "./page.js";
import { load, renderer } from "./runner.js";

/**
 * @typedef {object} Job
 * @property {string} backend
 * @property {string[][]} inputs samples of one text per input
 */

await answer(async (/** @type {Job} */ { backend, inputs }) => {
  const run = await load(backend);
  /** @type {string[][]} */
  const outputs = [];
  for (const sample of inputs) {
    outputs.push((await run(sample.map(decode))).map(encode));
    await progress(`${backend}: ${outputs.length} of ${inputs.length} outputs`);
  }
  return { outputs, renderer: renderer(backend) };
});
