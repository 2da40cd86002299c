/** A bundle, run by the runtime that it carries. */

/** @type {import("../../../runtime/types.js").Model | undefined} the last one loaded */
let model;

/** @param {string} folder @returns {Promise<any>} */
const runtime = (folder) => import(new URL(`${folder}/ganzoo.js`, location.href).href);

/** @type {import("../../types.js").Runner["script"]} */
export async function script(backend, folder) {
  await runtime(folder);
}

/**
 * @param {string} folder
 * @param {string} backend
 * @returns {Promise<import("../../types.js").Run>}
 */
export async function load(folder, backend) {
  const manifest = new URL(`${folder}/manifest.json`, location.href).href;
  const loaded = (model = /** @type {import("../../../runtime/types.js").Model} */ (
    await (await runtime(folder)).load(manifest, { backend })
  ));
  return async (values) => {
    const named = Object.fromEntries(loaded.inputs.map((spec, i) => [spec.name, values[i]]));
    const outputs = await loaded.run(named);
    return loaded.outputs.map((spec) => outputs[spec.name]);
  };
}

/** What the backend itself says that it computes with, but for those of which the browser tells more. */
export function renderer(/** @type {import("../../types.js").Backend} */ backend) {
  const told = ["webassembly", "webgpu"].includes(backend);
  return told ? undefined : model?.report.find(({ ok }) => ok)?.info;
}
