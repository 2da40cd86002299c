/**
 * WebDNN 1.2.11's JavaScript, as pages use it, on a ganzoo bundle:
 *
 *     <script type="module" src="model/webdnn.js"></script>
 *
 * sets `window.WebDNN` before DOMContentLoaded. Not there: placeholders, caches (the browser has one),
 * `weightDirectory`, `transformUrlDelegate`. Greys are of Rec. 709 to the last digit; WebDNN's weights add up to 1.001.
 */

import { load as open } from "./ganzoo.js";

/**
 * @typedef {import("./types.js").Model} Model
 * @typedef {import("./types.js").Spec} Spec
 * @typedef {HTMLCanvasElement | HTMLImageElement | HTMLVideoElement | ImageData} Drawable
 * @typedef {object} ImageOptions
 * @property {number} [color]
 * @property {number} [order]
 * @property {new (size: number) => any} [type]
 * @property {number | ArrayLike<number>} [bias]
 * @property {number | ArrayLike<number>} [scale]
 * @property {number} [srcX]
 * @property {number} [srcY]
 * @property {number} [srcW]
 * @property {number} [srcH]
 * @property {number} [dstX]
 * @property {number} [dstY]
 * @property {number} [dstW]
 * @property {number} [dstH]
 */

/** An input's or output's values, the same memory from run to run. */
class View extends Float32Array {
  name = "";

  toActual() {
    return this;
  }

  /**
   * @param {ArrayLike<any>} values nested as they may be
   * @param {number} [offset]
   */
  set(values, offset) {
    super.set(Array.isArray(values) ? values.flat(Infinity) : values, offset);
  }
}

/** @param {Spec} spec */
const viewOf = ({ name, shape }) => Object.assign(new View(shape.reduce((size, n) => size * n, 1)), { name });

class Runner {
  /** @param {Model} model */
  constructor(model) {
    this.model = model;
    this.inputs = model.inputs.map(viewOf);
    this.outputs = model.outputs.map(viewOf);
  }

  get backendName() {
    return this.model.backend;
  }

  getInputViews() {
    return this.inputs;
  }

  getOutputViews() {
    return this.outputs;
  }

  async run() {
    const outputs = await this.model.run(Object.fromEntries(this.inputs.map((view) => [view.name, view])));
    for (const view of this.outputs) view.set(outputs[view.name]);
  }
}

/**
 * @param {string} directory
 * @param {{backendOrder?: string | string[], progressCallback?: (loaded: number, total: number) => void}} [options]
 */
export async function load(directory, { backendOrder, progressCallback } = {}) {
  const model = await open(directory, {
    backend: backendOrder,
    onProgress: progressCallback && (({ loaded, total }) => progressCallback(loaded, total)),
  });
  return new Runner(model);
}

export function getBackendAvailability() {
  const status = {
    webgpu: "gpu" in navigator,
    webgl: "WebGL2RenderingContext" in globalThis,
    webassembly: "WebAssembly" in globalThis,
    fallback: false,
  };
  return { status, defaultOrder: Object.entries(status).flatMap(([name, there]) => (there ? [name] : [])) };
}

/** @type {(values: ArrayLike<number>, k: number, sign: number) => number[]} */
const extremes = (values, k, sign) =>
  [...Array(values.length).keys()].sort((a, b) => sign * (values[a] - values[b])).slice(0, k);

const Color = Object.freeze({ RGB: 0, BGR: 1, GREY: 2, RGBA: 3, BGRA: 4 });
const Order = Object.freeze({ CHW: 0, HWC: 1 });

/** Where in a pixel (red, green, blue, alpha) an array's channels go, by colour. */
const CHANNELS = [[0, 1, 2], [2, 1, 0], [], [0, 1, 2, 3], [2, 1, 0, 3]];
const GREY = [0.2126, 0.7152, 0.0722];

/** @type {(value: number | ArrayLike<number>) => number[]} */
const four = (value) => {
  const values = typeof value === "number" ? [value] : Array.from(value);
  return values.length === 1 ? Array(4).fill(values[0]) : [...values, values[0]].slice(0, 4);
};

/** @type {(order: number, channel: number, channels: number, pixel: number, pixels: number) => number} */
const place = (order, channel, channels, pixel, pixels) =>
  order === Order.CHW ? channel * pixels + pixel : pixel * channels + channel;

/** @type {(width: number, height: number) => CanvasRenderingContext2D} */
const canvas2d = (width, height) => {
  const canvas = Object.assign(document.createElement("canvas"), { width, height });
  return /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
};

/**
 * y = (x - bias) / scale, for x in 0 to 255
 * @param {ImageData} image
 * @param {ImageOptions} [options]
 */
function getImageArrayFromImageData({ data, width, height }, options = {}) {
  const { type = Float32Array, color = Color.RGB, order = Order.HWC, bias = 0, scale = 1 } = options;
  const [less, over] = [four(bias), four(scale)];
  const pixels = width * height;
  const channels = CHANNELS[color];
  const array = new type(pixels * (channels.length || 1));
  for (let p = 0; p < pixels; p++) {
    const value = (/** @type {number} */ c) => (data[4 * p + c] - less[c]) / over[c];
    if (color === Color.GREY) array[p] = GREY.reduce((sum, weight, c) => sum + weight * value(c), 0);
    channels.forEach((c, i) => (array[place(order, i, channels.length, p, pixels)] = value(c)));
  }
  return array;
}

/**
 * @param {Drawable} source
 * @param {ImageOptions} [options]
 */
function getImageArrayFromDrawable(source, options = {}) {
  const { width, height } = sizeOf(source);
  const { srcX = 0, srcY = 0, srcW = width, srcH = height, dstX = 0, dstY = 0, dstW = srcW, dstH = srcH } = options;
  let drawable = /** @type {HTMLCanvasElement} */ (source);
  if (source instanceof ImageData) {
    const context = canvas2d(width, height);
    context.putImageData(source, 0, 0);
    drawable = context.canvas;
  }
  const context = canvas2d(dstX + dstW, dstY + dstH);
  context.drawImage(drawable, srcX, srcY, srcW, srcH, dstX, dstY, dstW, dstH);
  return getImageArrayFromImageData(context.getImageData(0, 0, dstX + dstW, dstY + dstH), options);
}

/** @param {Drawable} source */
function sizeOf(source) {
  if (source instanceof HTMLVideoElement) return { width: source.videoWidth, height: source.videoHeight };
  if (source instanceof HTMLImageElement) return { width: source.naturalWidth, height: source.naturalHeight };
  return source;
}

/**
 * @param {string | HTMLInputElement | Drawable} image a URL, a file input, or what can be drawn
 * @param {ImageOptions} [options]
 */
async function getImageArray(image, options) {
  if (typeof image === "string") image = await loadImageByUrl(image);
  if (image instanceof HTMLInputElement) image = await loadImageFromFileInput(image);
  return getImageArrayFromDrawable(image, options);
}

/** @param {string} url */
async function loadImageByUrl(url) {
  const image = new Image();
  image.src = url;
  await image.decode();
  return image;
}

/** @param {HTMLInputElement} input */
async function loadImageFromFileInput({ files }) {
  if (!files?.length) throw new Error("No file is selected");
  const url = URL.createObjectURL(files[0]);
  return loadImageByUrl(url).finally(() => URL.revokeObjectURL(url));
}

/**
 * x = y * scale + bias, for x in 0 to 255
 * @param {ArrayLike<any>} array
 * @param {number} imageW
 * @param {number} imageH
 * @param {HTMLCanvasElement} canvas
 * @param {ImageOptions} [options] as a source, srcX and srcY only
 */
function setImageArrayToCanvas(array, imageW, imageH, canvas, options = {}) {
  const { color = Color.RGB, order = Order.HWC, bias = 0, scale = 1, srcX = 0, srcY = 0 } = options;
  const { dstX = 0, dstY = 0, dstW = canvas.width, dstH = canvas.height } = options;
  const [plus, times] = [four(bias), four(scale)];
  const values = Array.isArray(array) ? array.flat(Infinity) : array;
  const image = new ImageData(imageW, imageH);
  const pixels = imageW * imageH;
  const channels = CHANNELS[color];
  for (let p = 0; p < pixels; p++) {
    image.data[4 * p + 3] = 255;
    if (color === Color.GREY) GREY.forEach((_, c) => (image.data[4 * p + c] = values[p] * times[c] + plus[c]));
    channels.forEach((c, i) => {
      image.data[4 * p + c] = values[place(order, i, channels.length, p, pixels)] * times[c] + plus[c];
    });
  }
  const from = canvas2d(imageW, imageH);
  from.putImageData(image, -srcX, -srcY);
  const to = canvas.getContext("2d");
  if (!to) throw new Error("the canvas has no 2d context");
  to.clearRect(dstX, dstY, dstW, dstH);
  to.drawImage(from.canvas, 0, 0, imageW, imageH, dstX, dstY, dstW, dstH);
}

const image = {
  Color,
  Order,
  getImageArray,
  getImageArrayFromImageData,
  getImageArrayFromCanvas: getImageArrayFromDrawable,
  getImageArrayFromDrawable,
  loadImageByUrl,
  loadImageFromFileInput,
  setImageArrayToCanvas,
};

const math = {
  /** @type {(values: ArrayLike<number>, k?: number) => number[]} */
  argmax: (values, k = 1) => extremes(values, k, -1),
  /** @type {(values: ArrayLike<number>, k?: number) => number[]} */
  argmin: (values, k = 1) => extremes(values, k, 1),
};

export { image as Image, math as Math };
Object.assign(globalThis, { WebDNN: { load, getBackendAvailability, Image: image, Math: math } });
