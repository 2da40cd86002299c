// The worker that WebDNN 1.2.11's loader starts for a module compiled by zig.
//
// The loader fetches this text, puts the module's absolute URL in the place of the first mark it finds
// (below, so it must stand nowhere above) and starts it as a worker. It expects 0 once the module is ready,
// then answers to three kinds of message: 'weight' and 'set_dynamic_buffer' with 0, 'run' with the list of
// outputs. Anything else it shows as an error.
//
// A classic script, no module: the loader makes the worker from a Blob without `type: 'module'`.

"use strict";

/**
 * @typedef {{space: 0 | 1, offset: number, size: number}} Slot
 *   A view: static or dynamic space; offset and size in floats.
 * @typedef {{type: 'weight', data: Float32Array}} WeightMessage
 * @typedef {{type: 'set_dynamic_buffer', size: number, data: Int32Array}} PlaceholderMessage
 *   `size` in floats; `data` holds triples (kernel, offset, value).
 * @typedef {{type: 'run', inputs: (Slot & {data: Float32Array})[], outputs: Slot[]}} RunMessage
 * @typedef {{
 *   memory: WebAssembly.Memory, _initialize(): void, init(): void, run(): void, get_static_buffer(): number,
 *   get_dynamic_buffer(): number, allocate_dynamic_buffer(size: number): number,
 *   set_placeholder_value(kernel: number, offset: number, value: number): void,
 * }} Kernels
 */

const kernels = fetch("WEBDNN_URL_KERNELS_WASM")
  .then(async (response) => {
    if (!response.ok) throw new Error(`${response.url}: HTTP status ${response.status}`);
    const { instance } = await WebAssembly.instantiate(await response.arrayBuffer());
    const exports = /** @type {Kernels} */ (/** @type {unknown} */ (instance.exports));
    exports._initialize();
    exports.init();
    return exports;
  });

kernels.then(() => postMessage(0), refuse);

onmessage = async ({ data }) => {
  try {
    answer(await kernels, data);
  } catch (error) {
    refuse(error);
  }
};

/** @param {Kernels} wasm @param {WeightMessage | PlaceholderMessage | RunMessage} message */
function answer(wasm, message) {
  switch (message.type) {
    case "weight":
      floats(wasm, { space: 0, offset: 0, size: message.data.length }).set(message.data);
      postMessage(0);
      break;
    case "set_dynamic_buffer":
      if (wasm.allocate_dynamic_buffer(message.size) === 0) throw new Error("Dynamic buffer cannot be allocated");
      for (let i = 0; i < message.data.length; i += 3) {
        wasm.set_placeholder_value(message.data[i], message.data[i + 1], message.data[i + 2]);
      }
      postMessage(0);
      break;
    case "run": {
      for (const input of message.inputs) floats(wasm, input).set(input.data);
      wasm.run();
      const outputs = message.outputs.map((output) => floats(wasm, output).slice());
      postMessage(outputs, { transfer: outputs.map((output) => output.buffer) });
      break;
    }
    default:
      throw new Error("Unknown message");
  }
}

/**
 * A fresh view for each use: memory that grows leaves the old views empty.
 * @param {Kernels} wasm @param {Slot} slot
 */
function floats(wasm, { space, offset, size }) {
  const start = space === 0 ? wasm.get_static_buffer() : wasm.get_dynamic_buffer();
  return new Float32Array(wasm.memory.buffer, start + offset * Float32Array.BYTES_PER_ELEMENT, size);
}

/** @param {unknown} error */
function refuse(error) {
  postMessage({ error: String(error) });
}
