/** What a WebGPU device does after its first run: other batches, drawing, errors, its end. */

import { encode } from "./ganzoo/page.js";

/** @type {GPUDevice} */
let device; // the module's own
/** @type {GPUBuffer[]} */
const buffers = [];

const { requestDevice } = GPUAdapter.prototype;
GPUAdapter.prototype.requestDevice = async function (...given) {
  device = await requestDevice.apply(this, given);
  return device;
};
const { createBuffer } = GPUDevice.prototype;
GPUDevice.prototype.createBuffer = function (description) {
  // a buffer comes from the driver with zeros in it; NaN would show where one of them is taken for a value
  const storage = description.usage & GPUBufferUsage.STORAGE;
  const made = createBuffer.call(this, { ...description, mappedAtCreation: !!storage });
  if (storage) {
    new Float32Array(made.getMappedRange()).fill(NaN);
    made.unmap();
  }
  buffers.push(made);
  return made;
};

/** @param {() => Promise<unknown>} work */
const failed = (work) =>
  work().then(
    () => "",
    (error) => String(error.message),
  );

/** Stands for a canvas: where only SwiftShader computes, Chromium has no WebGPU canvas. The texture is a real one. */
class Canvas {
  width = 1;
  height = 1;
  getContext() {
    return this;
  }
  /** @param {{ format: string }} description */
  configure({ format }) {
    const { width, height } = this;
    this.texture = device.createTexture({ size: [width, height], format, usage: 17 });
    this.format = format;
  }
  getCurrentTexture() {
    return this.texture;
  }
  /** RGBA in [0, 1] */
  async pixels() {
    const { width, height, texture, format } = this;
    const bytesPerRow = Math.ceil((4 * width) / 256) * 256;
    const buffer = createBuffer.call(device, { size: bytesPerRow * height, usage: 9 });
    const encoder = device.createCommandEncoder();
    encoder.copyTextureToBuffer({ texture }, { buffer, bytesPerRow }, [width, height]);
    device.queue.submit([encoder.finish()]);
    await buffer.mapAsync(GPUMapMode.READ);
    const bytes = new Uint8Array(buffer.getMappedRange());
    const order = format === "bgra8unorm" ? [2, 1, 0, 3] : [0, 1, 2, 3];
    const values = Float32Array.from({ length: 4 * width * height }, (_, i) => {
      const pixel = i >> 2;
      return bytes[Math.floor(pixel / width) * bytesPerRow + (pixel % width) * 4 + order[i % 4]] / 255;
    });
    return { width, height, data: encode(values) };
  }
}

/**
 * @param {any} own
 * @param {Float32Array[]} inputs
 * @param {number} n
 */
export async function after(own, inputs, n) {
  const one = await own.run(inputs.map((array) => array.slice(0, array.length / n)), 1);
  const made = buffers.length;
  await own.run(inputs, n);
  const remade = buffers.length - made;
  const twice = inputs.map((array) => Float32Array.from({ length: 2 * array.length }, (_, i) => array[i % array.length]));
  const two = await own.run(twice, 2 * n);
  const tall = await own.draw(new Canvas(), inputs, 8193);
  const taken = await own.draw({ getContext: () => null }, inputs, n);
  const canvas = new Canvas();
  await own.draw(canvas, inputs, n);
  const drawn = await canvas.pixels();

  const slots = buffers.filter(({ usage }) => usage & GPUBufferUsage.STORAGE);
  slots[slots.length - 1].destroy();
  const broken = await failed(() => own.run(inputs, n));

  device.destroy();
  const lost = await own.lost;
  const gone = await failed(() => own.run(inputs, n));
  buffers.length = 0;
  return { one: one.map(encode), two: two.map(encode), remade, tall, taken, drawn, broken, lost, gone };
}
