/** A bundle, run by the runtime that it carries. */

/** @type {import("../../../runtime/types.js").Model | undefined} the last one loaded */
let model;

/**
 * @param {string} folder
 * @param {string} backend
 * @returns {Promise<(inputs: Float32Array[]) => Promise<Float32Array[]>>} any number of samples a run
 */
export async function load(folder, backend) {
  const base = new URL(`${folder}/`, location.href);
  const runtime = await import(new URL("ganzoo.js", base).href);
  const loaded = (model = /** @type {import("../../../runtime/types.js").Model} */ (
    await runtime.load(new URL("manifest.json", base).href, { backend })
  ));
  return async (values) => {
    const named = Object.fromEntries(loaded.inputs.map((spec, i) => [spec.name, values[i]]));
    const outputs = await loaded.run(named);
    return loaded.outputs.map((spec) => outputs[spec.name]);
  };
}

/** The adapter of the network loaded last, as its backend names it. */
export function renderer() {
  return String(model?.report.find(({ ok }) => ok)?.info ?? "unknown");
}
