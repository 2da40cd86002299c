/** Every input of a verification from its seed: the twin of ganzoo/inputs.py. Not shipped. */

import { slotsOf } from "./inputs.js";
import { bits, normal } from "./noise.js";

/**
 * Even over [low, high].
 * @param {number} seed
 * @param {number} n
 */
export function uniform(seed, n, low = 0, high = 1, stream = 0) {
  return Float32Array.from(bits(seed, n, stream), (word) => low + (high - low) * ((word + 0.5) / 2 ** 32));
}

/**
 * `n` samples of each input: noise from N(0, 1) where it is latent, one-hot at `labels` in turn (0, 1, 2, ... without),
 * anything else even over its range. An input's or part's number is its stream.
 * @param {import("./types.js").Spec[]} specs
 * @param {number} n
 * @param {number} seed
 * @param {number[]} [labels]
 */
export function seeded(specs, n, seed, labels) {
  let stream = 0;
  return specs.map((spec, input) => {
    const slots = slotsOf(spec, input);
    const stride = slots.reduce((sum, { size }) => sum + size, 0);
    const array = new Float32Array(n * stride);
    for (const { meaning, size, offset, range } of slots) {
      const drawn = draw(meaning, size, range ?? [-1, 1], stream++);
      for (let i = 0; i < n; i++) array.set(drawn.subarray(i * size, (i + 1) * size), i * stride + offset);
    }
    return array;
  });

  /** @type {(meaning: string, size: number, range: [number, number], stream: number) => Float32Array} */
  function draw(meaning, size, [low, high], stream) {
    if (meaning === "latent") return normal(seed, n * size, stream);
    if (meaning !== "onehot") return uniform(seed, n * size, low, high, stream);
    const rows = new Float32Array(n * size);
    for (let i = 0; i < n; i++) rows[i * size + (labels ? labels[i % labels.length] : i % size)] = 1;
    return rows;
  }
}
