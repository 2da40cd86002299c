/** WebGPU devices whose weights never come, or whose shaders do not compile. */

/** @type {GPUDevice} the one that was made last */
let device;
const { requestDevice } = GPUAdapter.prototype;
GPUAdapter.prototype.requestDevice = async function (...given) {
  device = await requestDevice.apply(this, given);
  return device;
};

export async function after() {
  const { create } = await import(`./modules/${"webgpu.js"}`);
  const program = await (await fetch("cases/0/webgpu.json")).json();
  const broken = { ...program, shaders: program.shaders.map(() => "no shader") };

  /** @param {object} content @param {Promise<Float32Array>} weights */
  async function fail(content, weights) {
    weights.catch(() => {}); // as the runtime does
    const file = async () => new TextEncoder().encode(JSON.stringify(content)).buffer;
    const error = await create({ entry: { program: "" }, file, weights }).then(
      () => "none",
      (/** @type {Error} */ failure) => failure.message,
    );
    const late = new Promise((resolve) => setTimeout(resolve, 2000, { reason: "left open" }));
    const { reason } = await Promise.race([device.lost, late]);
    return { error, reason };
  }
  return {
    weights: await fail(program, Promise.reject(new Error("no weights"))),
    shaders: await fail(broken, Promise.resolve(new Float32Array(1 << 20))),
  };
}
