/** What tests/backends/test_webgl.py asks of a device besides its first runs. */

import { encode } from "./ganzoo/page.js";

/** @type {WebGL2RenderingContext | null} the one that the device has made */
let context = null;
const { getContext } = HTMLCanvasElement.prototype;
HTMLCanvasElement.prototype.getContext = function (/** @type {any[]} */ ...parts) {
  return (context = getContext.apply(this, parts));
};

/**
 * One image alone, then the loss of the context.
 * @param {any} device
 * @param {Float32Array[]} inputs
 * @param {number} n
 */
export async function after(device, inputs, n) {
  const one = await device.run(
    inputs.map((values) => values.subarray(0, values.length / n)),
    1,
  );
  context?.getExtension("WEBGL_lose_context")?.loseContext();
  const lost = await device.lost;
  const error = await device.run(inputs, n).then(
    () => "none",
    (/** @type {Error} */ failure) => failure.message,
  );
  return { one: one.map(encode), rounding: device.rounding, lost, error };
}
