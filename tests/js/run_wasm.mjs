// Run a WebDNN webassembly export outside a browser: node run_wasm.mjs FOLDER, inputs as JSON on stdin,
// outputs as JSON on stdout. Both are lists of samples, each a list of one array per input or output.

import { readFileSync } from "node:fs";

const folder = process.argv[2];
const graph = JSON.parse(readFileSync(`${folder}/graph_webassembly.json`, "utf8"));
const { instance } = await WebAssembly.instantiate(readFileSync(`${folder}/kernels_webassembly.wasm`));
const wasm = instance.exports;
wasm._initialize();
wasm.init();

const { allocations } = graph.memory_layout.static;
const view = (name) =>
  new Float32Array(wasm.memory.buffer, wasm.get_static_buffer() + 4 * allocations[name].offset, allocations[name].size);
const weights = readFileSync(`${folder}/weight_webassembly.bin`);
new Uint8Array(wasm.memory.buffer, wasm.get_static_buffer(), weights.length).set(weights);

const samples = JSON.parse(readFileSync(0, "utf8"));
const outputs = samples.map((inputs) => {
  inputs.forEach((values, i) => view(graph.inputs[i]).set(values));
  wasm.run();
  return graph.outputs.map((name) => [...view(name)]);
});
console.log(JSON.stringify(outputs));
