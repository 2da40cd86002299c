/** How pictures become an image input, but for their size: the twin of `Preprocess` in ganzoo/specs.py. */

import { GanzooError } from "./errors.js";

/**
 * @typedef {import("./types.js").Spec} Spec
 * @typedef {import("./types.js").Preprocess} Preprocess
 */

const RESIZES = ["crop", "fit", "stretch"];
const ORDERS = ["rgb", "bgr"];
/** @type {Preprocess} */
const NONE = { resize: "crop", mean: [], std: [], order: "rgb" };

/**
 * What a stranger's manifest says of an input, once it is checked. Raises "manifest".
 * @param {Spec} spec
 * @returns {Preprocess}
 */
export function preprocessOf({ name, shape, meaning, range, parts, preprocess }) {
  if (preprocess === undefined) return NONE;
  const { resize, mean, std, order } = Object(preprocess);
  const numbers = (/** @type {any} */ list, least = -Infinity) =>
    Array.isArray(list) &&
    (!list.length || list.length === shape[0]) &&
    list.every((value) => Number.isFinite(value) && value > least);
  const isKnown = RESIZES.includes(resize) && numbers(mean) && numbers(std, 0) && ORDERS.includes(order);
  const isImage = meaning === "image" && shape.length === 3 && !parts.length && (order === "rgb" || shape[0] === 3);
  if (isKnown && isImage && !(range && mean.length + std.length)) return { resize, mean, std, order };
  throw new GanzooError("manifest", "not allowed", { file: "manifest.json", field: `inputs.${name}.preprocess` });
}

/**
 * @param {Spec} spec of an image input
 * @param {ArrayLike<number>} pictures in [0, 1], C, H, W within each, in red, green, blue
 */
export function normalized(spec, pictures) {
  const { mean, std, order } = preprocessOf(spec);
  const [channels, height, width] = spec.shape;
  const [low, high] = spec.range ?? [0, 1];
  const size = height * width;
  return Float32Array.from(pictures, (_, i) => {
    const channel = Math.floor(i / size) % channels;
    const from = order === "bgr" ? i + (channels - 1 - 2 * channel) * size : i;
    const value = low + pictures[from] * (high - low);
    // a rounding error leaves no range
    return (Math.min(high, Math.max(low, value)) - (mean[channel] ?? 0)) / (std[channel] ?? 1);
  });
}
