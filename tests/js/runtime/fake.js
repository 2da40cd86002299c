/**
 * A backend for tests: computes in JavaScript, and fails as `globalThis.faults[name]` says:
 * `create`, `run`: functions called first, whose error or value counts; `lose`: set here, ends the device.
 */

export async function create({ manifest, entry, weights, file, options }) {
  const faults = ((globalThis.faults ??= {})[entry.name] ??= {});
  const devices = (globalThis.devices ??= []);
  await faults.create?.(options);
  const program = JSON.parse(new TextDecoder().decode(await file(entry.program)));
  const values = await weights;
  const out = program.out;
  const size = manifest.inputs[0].shape[0];
  const memory = [];
  const device = {
    name: entry.name,
    runs: 0,
    destroyed: 0,
    rounding: faults.rounding,
    info: `fake ${entry.name}`,
    lost: new Promise((resolve) => (faults.lose = resolve)),
    async run([x, image], n) {
      device.runs++;
      const instead = await faults.run?.(device.runs, n);
      if (instead) return instead;
      const y = (memory[0] ??= new Float32Array(1 << 12)).subarray(0, n * out);
      const s = (memory[1] ??= new Float32Array(1 << 12)).subarray(0, n);
      for (let i = 0; i < n; i++) {
        s[i] = 0;
        for (let j = 0; j < out; j++) {
          let sum = values[size * out + j] + image[i * out + j];
          for (let k = 0; k < size; k++) sum += x[i * size + k] * values[k * out + j];
          y[i * out + j] = sum;
          s[i] += sum;
        }
      }
      return [y, s];
    },
    destroy() {
      device.destroyed++;
    },
  };
  devices.push(device);
  return device;
}
