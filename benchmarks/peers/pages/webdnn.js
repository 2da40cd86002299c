/** WebDNN 1.2.11: its own loader on its own generator's files. Its graph is for one picture. */

/** @type {any} */
let WebDNN;

export async function script() {
  await new Promise((resolve, reject) => {
    const element = document.createElement("script");
    Object.assign(element, { src: "lib/webdnn.js", onload: resolve, onerror: reject });
    document.head.append(element);
  });
  ({ WebDNN } = /** @type {any} */ (window));
}

/** @param {string} backend */
export async function load(backend) {
  const options = { backendOrder: [backend], cacheStrategy: "networkOnly", saveCache: false };
  const runner = await WebDNN.load("model", options);
  const [input] = runner.getInputViews();
  const [output] = runner.getOutputViews();
  /** @param {Float32Array} values */
  return async (values) => {
    input.set(values);
    await runner.run();
    return output.toActual();
  };
}

/** What the worker fetches. @param {string} backend */
export function unseen(backend) {
  return backend === "webassembly" ? ["model/kernels_webassembly.js", "model/kernels_webassembly.wasm"] : [];
}
