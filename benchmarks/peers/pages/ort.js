/** onnxruntime-web: its bundle for the backend, default options, one thread. */

const BUNDLES = { webassembly: "ort.wasm.js", webgl: "ort.webgl.js", webgpu: "ort.webgpu.js" };
const MODULES = {
  webassembly: "ort-wasm-simd-threaded.wasm",
  webgl: "",
  webgpu: "ort-wasm-simd-threaded.asyncify.wasm",
};
const PROVIDERS = { webassembly: "wasm", webgl: "webgl", webgpu: "webgpu" };

/** @typedef {keyof typeof BUNDLES} Backend */

/** @type {any} */
let ort;

/** @param {Backend} backend */
export async function script(backend) {
  ort = await import(`./lib/${BUNDLES[backend]}`);
  ort.env.wasm.numThreads = 1;
  // the script that goes with the module is in the bundle; a folder's name here would have it fetched
  ort.env.wasm.wasmPaths = { wasm: new URL(`./lib/${MODULES[backend]}`, location.href).href };
}

/** @param {Backend} backend @param {number[]} shape of one input */
export async function load(backend, shape) {
  // its WebGL refuses a free batch dimension
  const file = backend === "webgl" ? "model/model-1.onnx" : "model/model.onnx";
  const session = await ort.InferenceSession.create(file, { executionProviders: [PROVIDERS[backend]] });
  const [input] = session.inputNames;
  const [output] = session.outputNames;
  /** @param {Float32Array} values @param {number} n */
  return async (values, n) => {
    const results = await session.run({ [input]: new ort.Tensor("float32", values, [n, ...shape]) });
    return results[output].data;
  };
}
