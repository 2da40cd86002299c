/** onnxruntime-web: its bundle for the backend, default options, one thread. */

/** By backend: its name here, the script for it and the WebAssembly that the script fetches. */
const PROVIDERS = {
  webassembly: { name: "wasm", file: "ort.wasm.js", wasm: "ort-wasm-simd-threaded.wasm" },
  webgpu: { name: "webgpu", file: "ort.webgpu.js", wasm: "ort-wasm-simd-threaded.asyncify.wasm" },
};

/** @typedef {keyof typeof PROVIDERS} Backend */

/** @type {any} */
let ort;

/** @param {Backend} backend */
export async function script(backend) {
  const { file, wasm } = PROVIDERS[backend];
  const lib = new URL("lib/", location.href);
  ort = await import(new URL(file, lib).href);
  ort.env.wasm.numThreads = 1;
  // the script that goes with the module is in the bundle; a folder's name here would have it fetched
  ort.env.wasm.wasmPaths = { wasm: new URL(wasm, lib).href };
}

/**
 * @param {string} folder
 * @param {Backend} backend
 * @param {import("../../../pages/types.js").Specs} specs
 * @returns {Promise<import("../../../pages/types.js").Run>}
 */
export async function load(folder, backend, { inputs, outputs }) {
  const options = { executionProviders: [PROVIDERS[backend].name] };
  const session = await ort.InferenceSession.create(`${folder}/model.onnx`, options);
  return async (values, n) => {
    const feeds = inputs.map(({ name, shape }, i) => [name, new ort.Tensor("float32", values[i], [n, ...shape])]);
    const results = await session.run(Object.fromEntries(feeds));
    return outputs.map(({ name }) => results[name].data);
  };
}
