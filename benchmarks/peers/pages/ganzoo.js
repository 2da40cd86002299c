/** A bundle of ganzoo's. */

/** @type {any} */
let ganzoo;

export async function script() {
  ganzoo = await import("./model/ganzoo.js");
}

/** @param {string} backend */
export async function load(backend) {
  const model = await ganzoo.load("model/manifest.json", { backend });
  const [{ name }] = model.inputs;
  const [output] = model.outputs;
  /** @param {Float32Array} values */
  return async (values) => (await model.run({ [name]: values }))[output.name];
}
