/** What tests/backends/test_operators.py asks of a device besides its first run. */

import { encode } from "./ganzoo/page.js";

/**
 * The first sample alone, as what a device has made for more must do it too.
 * @param {any} device
 * @param {Float32Array[]} inputs
 * @param {number} n
 */
export async function after(device, inputs, n) {
  const first = inputs.map((values) => values.subarray(0, values.length / n));
  return (await device.run(first, 1)).map(encode);
}
