/** TensorFlow.js: a layers model on one backend, one thread. */

/** @type {Record<string, string>} */
const NAMES = { webassembly: "wasm", webgl: "webgl", webgpu: "webgpu" };

/** @type {import("../../../pages/types.js").Runner["script"]} */
export async function script(backend, folder, classic) {
  const names = ["core", "layers", `backend-${NAMES[backend]}`];
  await Promise.all(names.map((name) => classic(`lib/tf-${name}.js`)));
}

/** @type {import("../../../pages/types.js").Runner["load"]} */
export async function load(folder, backend, { inputs }) {
  const { tf } = /** @type {any} */ (window);
  if (backend === "webassembly") {
    tf.env().set("WASM_HAS_MULTITHREAD_SUPPORT", false);
    tf.wasm.setWasmPaths(new URL("lib/", location.href).href);
  }
  if (!(await tf.setBackend(NAMES[backend]))) throw new Error(`TensorFlow.js has no backend ${backend} here`);
  await tf.ready();
  const model = await tf.loadLayersModel(`${folder}/model.json`);
  return async (values, n) => {
    const predict = () => model.predict(inputs.map(({ shape }, i) => tf.tensor(values[i], [n, ...shape])));
    /** @type {any[]} */
    const tensors = [tf.tidy(predict)].flat();
    // dataSync blocks the page, and is the faster one wherever it works
    const results = backend === "webgpu" ? await Promise.all(tensors.map((y) => y.data())) : tensors.map((y) => y.dataSync());
    tf.dispose(tensors);
    return results;
  };
}
