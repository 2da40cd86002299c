/** TensorFlow.js: core and one backend, the operations of model.json called one after another in a `tidy`. */

const NAMES = { webassembly: "wasm", webgl: "webgl", webgpu: "webgpu" };

/** @typedef {keyof typeof NAMES} Backend */

/** @param {string} source @returns {Promise<unknown>} */
function classic(source) {
  return new Promise((resolve, reject) => {
    const element = document.createElement("script");
    Object.assign(element, { src: source, async: false, onload: resolve, onerror: reject });
    document.head.append(element);
  });
}

/** @param {Backend} backend */
export async function script(backend) {
  // both are asked for at once and run in this order
  await Promise.all([classic("lib/tf-core.js"), classic(`lib/tf-backend-${NAMES[backend]}.js`)]);
}

/** @param {Backend} backend */
export async function load(backend) {
  const tf = /** @type {any} */ (window).tf;
  const files = Promise.all([
    fetch("model/model.json").then((response) => response.json()),
    fetch("model/weights.bin").then((response) => response.arrayBuffer()),
  ]);
  if (backend === "webassembly") {
    tf.env().set("WASM_HAS_MULTITHREAD_SUPPORT", false);
    tf.wasm.setWasmPaths(new URL("./lib/", location.href).href);
  }
  if (!(await tf.setBackend(NAMES[backend]))) throw new Error(`no backend ${backend}`);
  await tf.ready();
  const [{ input, operations }, weights] = await files;

  let at = 0;
  /** @param {number[]} shape */
  const tensor = (shape) => {
    const size = shape.reduce((a, b) => a * b, 1);
    const values = new Float32Array(weights, at, size);
    at += 4 * size;
    return tf.tensor(values, shape);
  };
  const steps = operations.map((/** @type {any} */ operation) => ({
    ...operation,
    filter: tensor(operation.w),
    bias: tensor(operation.b),
  }));

  /** @param {Float32Array} values @param {number} n */
  const forward = (values, n) => {
    let x = tf.tensor(values, [n, ...input]);
    for (const { kind, activation, stride, w, output, filter, bias } of steps) {
      const fused = activation === "softmax" ? "linear" : activation;
      if (kind === "dense") {
        const a = x.rank === 2 ? x : tf.reshape(x, [n, w[0]]);
        x = tf.fused.matMul({ a, b: filter, bias, activation: fused });
        if (output.length > 1) x = tf.reshape(x, [n, ...output]);
      } else if (kind === "conv") {
        x = tf.fused.conv2d({ x, filter, strides: stride, pad: "valid", bias, activation: fused });
      } else {
        x = tf.add(tf.conv2dTranspose(x, filter, [n, ...output], stride, "valid"), bias);
        x = tf[activation](x);
      }
      if (activation === "softmax") x = tf.softmax(x);
    }
    return x;
  };
  /** @param {Float32Array} values @param {number} n */
  return async (values, n) => {
    const y = tf.tidy(() => forward(values, n));
    // it blocks the page, and is the faster one wherever it works
    const result = backend === "webgpu" ? await y.data() : y.dataSync();
    y.dispose();
    return result;
  };
}
