/** Every input of a verification from its seed: the twin of ganzoo/inputs.py. Not shipped. */

import { latent, slotsOf } from "./inputs.js";
import { uniform } from "./noise.js";
import { normalized } from "./preprocess.js";

/**
 * `n` samples of each input: noise by its distribution if it is latent, one-hot values by `labels` in turn, preprocessed
 * pictures, anything else even over its range. Labels are for the first one-hot input or part and others of its size;
 * the rest, or all without labels, take their own classes 0, 1, 2, ... in turn. The number of an input or part is its
 * stream.
 * @param {import("./types.js").Spec[]} specs
 * @param {number} n
 * @param {number} seed
 * @param {number[]} [labels]
 */
export function seeded(specs, n, seed, labels) {
  let stream = 0;
  const nClasses = specs.flatMap((spec, i) => slotsOf(spec, i)).find(({ meaning }) => meaning === "onehot")?.size;
  return specs.map((spec, input) => {
    const slots = slotsOf(spec, input);
    const stride = slots.reduce((sum, { size }) => sum + size, 0);
    const array = new Float32Array(n * stride);
    for (const slot of slots) {
      const { size, offset } = slot;
      const drawn = draw(slot, stream++);
      for (let i = 0; i < n; i++) array.set(drawn.subarray(i * size, (i + 1) * size), i * stride + offset);
    }
    return array;
  });

  /** @type {(slot: import("./inputs.js").Slot, stream: number) => Float32Array} */
  function draw(slot, stream) {
    const { input, meaning, size, range } = slot;
    if (meaning === "latent") return latent(slot, seed, n * size, stream);
    if (specs[input].preprocess) return normalized(specs[input], uniform(seed, n * size, 0, 1, stream));
    if (meaning !== "onehot") return uniform(seed, n * size, ...(range ?? [-1, 1]), stream);
    const rows = new Float32Array(n * size);
    const classes = size === nClasses ? labels : undefined;
    for (let i = 0; i < n; i++) rows[i * size + (classes ? classes[i % classes.length] : i % size)] = 1;
    return rows;
  }
}
