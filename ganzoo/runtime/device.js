/** One backend: its module imported, its device made, compared with the original network, timed. */

import { reject } from "./inputs.js";

/**
 * @typedef {import("./types.js").Bundle} Bundle
 * @typedef {import("./types.js").Device} Device
 * @typedef {import("./types.js").Row} Row
 */

const PATIENCE = 20000; // ms; some drivers take seconds to compile one network's shaders
const ROUNDS = 7;
const ROUND = 4; // ms; the clocks of pages tick in 0.1 to 1 ms
const LONG = 300; // ms; no round begins later
const CERTAIN = 4096; // pixels a side that every browser has canvases of

/**
 * `promise`, unless it takes too long.
 * @template T
 * @param {Promise<T>} promise
 * @returns {Promise<T>}
 */
export function inTime(promise, ms = PATIENCE) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`no answer in ${ms} ms`)), ms);
    promise.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

/**
 * @param {HTMLCanvasElement | OffscreenCanvas} canvas
 * @param {number[]} shape
 * @param {Float32Array} values
 * @param {number} n
 * @param {[number, number] | null} [range] black and white; 0 and 1 without
 */
export function paint(canvas, [channels, height, width], values, n, range) {
  const [low, high] = range ?? [0, 1];
  const size = height * width;
  const image = new ImageData(width, n * height);
  image.data.forEach((_, at, data) => {
    const [pixel, colour] = [at >> 2, at & 3];
    const plane = Math.floor(pixel / size) * channels + (channels < 3 ? 0 : colour);
    data[at] = colour < 3 ? (255 * (values[plane * size + (pixel % size)] - low)) / (high - low) : 255;
  });
  Object.assign(canvas, { width, height: n * height });
  /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d")).putImageData(image, 0, 0);
}

/**
 * A canvas that is too large takes all and keeps nothing. What was painted is opaque.
 * @param {HTMLCanvasElement | OffscreenCanvas} canvas
 */
function isPainted(canvas) {
  const { width, height } = canvas;
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  return Math.max(width, height) <= CERTAIN || context.getImageData(width - 1, height - 1, 1, 1).data[3];
}

/** A device that tells when it is lost: what runs on a lost one may wait for ever. */
export class Opened {
  /** @type {Error | undefined} */
  #ended;
  #closed = false;
  /** @type {(error: Error) => void} */
  #fail = () => {};

  /**
   * @param {Row} row
   * @param {Device} device
   * @param {import("./types.js").Golden} golden
   */
  constructor(row, device, golden) {
    this.row = row;
    this.device = device;
    this.golden = golden;
    device.lost.then((reason) => this.#end(`lost: ${reason}`));
  }

  /** @param {string} reason */
  #end(reason) {
    this.#ended ??= new Error(reason);
    this.#fail(this.#ended);
  }

  /**
   * One at a time.
   * @param {Float32Array[]} inputs
   * @param {number} n
   */
  async run(inputs, n) {
    const outputs = await this.#unlessLost(() => this.device.run(inputs, n));
    return this.golden.outputs.map((one, i) => {
      const { length } = outputs[i];
      if (length !== n * one.length) throw new Error(`${length} output values, not ${n * one.length}`);
      return outputs[i].slice(); // a module may hand out its own memory
    });
  }

  /**
   * @param {HTMLCanvasElement | OffscreenCanvas} canvas
   * @param {import("./types.js").Spec} spec of a picture
   * @param {Float32Array[]} inputs
   * @param {number} n
   */
  async draw(canvas, { shape, range }, inputs, n) {
    const drawn = await this.#unlessLost(() => this.device.draw?.(canvas, inputs, n) ?? false);
    if (drawn !== false) return;
    const [values] = await this.run(inputs, n);
    try {
      paint(canvas, shape, values, n, range);
      if (isPainted(canvas)) return;
    } catch (cause) {
      reject("canvas", `${cause}`);
    }
    reject("canvas", `${canvas.width}x${canvas.height} pixels are more than this browser paints`);
  }

  /**
   * @template T
   * @param {() => T | Promise<T>} start
   * @returns {Promise<T>}
   */
  #unlessLost(start) {
    return new Promise((resolve, reject) => {
      this.#fail = reject;
      if (this.#ended) throw this.#ended;
      Promise.resolve(start()).then(resolve, reject);
    });
  }

  /** @param {number} tolerance */
  async test(tolerance) {
    const outputs = await inTime(this.run(this.golden.inputs, 1));
    let error = 0;
    let largest = 1;
    this.golden.outputs.forEach((right, i) =>
      right.forEach((value, j) => {
        error = Math.max(error, Math.abs(outputs[i][j] - value));
        largest = Math.max(largest, Math.abs(value));
      }),
    );
    const most = tolerance + (this.device.rounding ?? 0) * largest;
    // NaN is not below anything
    if (!(error <= most)) throw new Error(`its output is off by ${error}, more than ${most}`);
  }

  /** Milliseconds of a run: the median of some rounds. */
  async time() {
    const times = [];
    const begun = performance.now();
    for (let now = begun; times.length < ROUNDS && now - begun < LONG; ) {
      const start = now;
      let runs = 0;
      for (; now - start < ROUND; now = performance.now()) {
        await inTime(this.run(this.golden.inputs, 1));
        runs++;
      }
      times.push((now - start) / runs);
    }
    return times.sort((a, b) => a - b)[(times.length - 1) >> 1];
  }

  close() {
    if (this.#closed) return;
    this.#closed = true;
    this.#end("closed");
    try {
      this.device.destroy();
    } catch {} // a lost one may object
  }
}

/**
 * Raises whatever stopped it.
 * @param {Row} row its backend's in the report
 * @param {Bundle} bundle
 * @param {Promise<never>} late rejects when it need not come any more
 */
export async function open(row, { manifest, golden, files, weights, options }, late) {
  const { backend } = row;
  if (!Object.hasOwn(manifest.backends, backend)) throw new Error("not in this bundle");
  const entry = manifest.backends[backend];
  const file = (/** @type {string} */ name) => files.get(name);
  // beside the module, not after it
  for (const name of entry.prefetch) file(name).catch(() => {});
  /** @type {Promise<Device>} */
  const making = files
    .module(entry.module)
    .then((module) => module.create({ manifest, entry, weights, file, options }));
  making.catch(() => {});
  /** @type {() => unknown} */
  let close = () => making.then((device) => device.destroy()).catch(() => {});
  const tested = async () => {
    const [sample] = await Promise.all([golden, weights]); // a slow line is not a slow driver
    const opened = new Opened(row, await inTime(making), sample);
    close = () => opened.close();
    await opened.test(manifest.golden.tolerance[backend]);
    row.info = opened.device.info;
    return opened;
  };
  try {
    return await Promise.race([tested(), late]);
  } catch (error) {
    close();
    throw error;
  }
}
