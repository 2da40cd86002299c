/** Runs plans through one backend's own module: what tests/support/on_device.py asks for, case by case. */

import { answer, decode, encode, progress } from "./ganzoo/page.js";

/**
 * @typedef {object} Case
 * @property {object} manifest inputs and outputs, no more
 * @property {object} entry
 * @property {string[]} inputs
 * @property {number} n
 *
 * @typedef {object} Job
 * @property {string} module
 * @property {object} options for the module's `create`
 * @property {Case[]} cases
 * @property {number} runs timed runs of each case
 * @property {string} after a module of this folder whose `after(device, inputs, n)` tells more, or none
 */

await answer(async (/** @type {Job} */ { module, options, cases, runs, after }) => {
  const { create } = await import(`./modules/${module}`);
  const more = after ? (await import(`./${after}`)).after : () => null;
  const answers = [];
  for (const [i, each] of cases.entries()) {
    try {
      answers.push(await run(create, options, each, `cases/${i}/`, runs, more));
    } catch (error) {
      answers.push({ error: String((error instanceof Error && error.stack) || error) });
    }
    await progress(`case ${i + 1} of ${cases.length}`);
  }
  return { answers };
});

/**
 * @param {Function} create
 * @param {object} options
 * @param {Case} one
 * @param {string} folder
 * @param {number} runs
 * @param {Function} more
 */
async function run(create, options, { manifest, entry, inputs, n }, folder, runs, more) {
  /** @param {string} name */
  const file = async (name) => {
    const response = await fetch(folder + name);
    if (!response.ok) throw new Error(`${name}: status ${response.status}`);
    return response.arrayBuffer();
  };
  const weights = new Float32Array(await file("weights.bin"));
  const before = performance.now();
  const device = await create({ manifest, entry, weights, file, options });
  const loadMs = performance.now() - before;
  const values = inputs.map(decode);
  const given = values.map((each) => each.slice());
  const times = [];
  let outputs;
  for (let i = 0; i <= runs; i++) {
    const start = performance.now();
    outputs = await device.run(values, n);
    times.push(performance.now() - start);
  }
  if (values.some((each, i) => each.some((value, j) => !Object.is(value, given[i][j])))) {
    throw new Error("run changed its inputs");
  }
  outputs = outputs.map(encode); // some modules hand out a view that the next run overwrites
  const extra = await more(device, values, n);
  device.destroy();
  return { outputs, info: device.info, loadMs, times, extra };
}
