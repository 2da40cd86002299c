// Run compiled plans outside a browser through the backend's own module: node run_program.mjs MODULE FOLDER...
//
// A folder has job.json {entry, n}, weights.bin, one in-<i>.bin for each input and the program's files;
// out-<i>.bin are put beside. MODULE is webassembly.js. With SIMD_ONLY in the environment the engine is made to
// refuse relaxed SIMD, as Safari does. Prints what the module says of itself.

import { readFileSync, writeFileSync } from "node:fs";
import { setFlagsFromString } from "node:v8";

const [module, ...folders] = process.argv.slice(2);
setFlagsFromString("--experimental-wasm-relaxed-simd"); // for Node.js below 21
if (process.env.SIMD_ONLY) WebAssembly.validate = () => false;
const { create } = await import(module);

const floats = (path) => new Float32Array(new Uint8Array(readFileSync(path)).buffer);

for (const folder of folders) {
  const { entry, n } = JSON.parse(readFileSync(`${folder}/job.json`, "utf8"));
  const file = async (name) => readFileSync(`${folder}/${name}`);
  const device = await create({ entry, weights: floats(`${folder}/weights.bin`), file });
  const inputs = entry.inputs.map((_, i) => floats(`${folder}/in-${i}.bin`));
  device.run(inputs, n).forEach((output, i) => writeFileSync(`${folder}/out-${i}.bin`, output));
  console.log(device.info);
}
