/** What a classifier says. */

/**
 * One number for each class; they add up to 1.
 * @param {import("../../runtime/types.js").Spec} spec of the output
 * @param {ArrayLike<number>} values of one sample
 * @returns {number[]}
 */
export function probabilities({ meaning }, values) {
  const list = Array.from(values);
  if (meaning !== "logits") return list;
  const most = Math.max(...list); // e to the power of more than 709 is infinite
  const powers = list.map((value) => Math.exp(value - most));
  const sum = powers.reduce((a, b) => a + b, 0);
  return powers.map((power) => power / sum);
}

/**
 * The names of `n` classes: the data set's, where the bundle tells them, else their numbers.
 * @param {import("../../runtime/types.js").Manifest} manifest
 * @param {number} n
 * @returns {string[]}
 */
export function classesOf(manifest, n) {
  const { classes } = Object(manifest.provenance);
  const isNamed = Array.isArray(classes) && classes.length === n && classes.every((name) => typeof name === "string");
  return isNamed && new Set(classes).size === n ? classes : Array.from({ length: n }, (_, i) => `${i}`);
}

/**
 * A picture in [0, 1] as a network's input takes it.
 * @param {import("../../runtime/types.js").Spec} spec of the input
 * @param {Float32Array} picture
 */
export function fitted({ range }, picture) {
  const [low, high] = range ?? [0, 1];
  return picture.map((value) => Math.min(high, Math.max(low, low + value * (high - low))));
}

/**
 * A network's image as a picture in [0, 1].
 * @param {import("../../runtime/types.js").Spec} spec of the output
 * @param {Float32Array} image
 */
export function pictured({ range }, image) {
  const [low, high] = range ?? [0, 1];
  return image.map((value) => (value - low) / (high - low));
}

/** @param {number} chance */
export const inPercent = (chance) => `${Math.round(100 * chance)}%`;
