/** Where a generator's pictures come from: points of its input space. */

import { noise, slotsOf } from "../../../runtime/inputs.js";
import { classesOf } from "../reading.js";

/**
 * @typedef {object} Moment all that a picture is made of
 * @property {string} [label] its class; none where there are no classes
 * @property {number} seed
 * @property {number} truncation psi: the noise times this
 * @property {number[]} d how far along each direction
 * @property {number} at from 0, which is `seed` and `label`, to 1, which is `to` and `into`
 * @property {number} [to] a seed
 * @property {string} [into] a class
 * @property {boolean} [smooth] how it is shown; large ones are smooth unless told
 */

/** The inputs of a generator, whatever its architecture. */
export class Space {
  /** @type {Float32Array[]} each as long as all noise of a picture */
  directions = [];

  /** @param {import("../../../runtime/types.js").Manifest} manifest */
  constructor(manifest) {
    this.inputs = manifest.inputs;
    this.slots = manifest.inputs.flatMap((spec, i) => slotsOf(spec, i));
    this.label = this.slots.find(({ meaning }) => meaning === "onehot");
    const { size = 0 } = this.label ?? {};
    /** to choose from; a single one's input is its index, 0 */
    this.classes = size > 1 ? classesOf(manifest, size) : [];
    const latents = this.slots.filter(({ meaning }) => meaning === "latent");
    /** the mean of each value of noise */
    this.means = latents.flatMap(({ distribution, range, size }) => {
      const [low, high] = (distribution === "uniform" && range) || [0, 0];
      return Array(size).fill((low + high) / 2);
    });
  }

  /**
   * All noise of one picture, parts one after another.
   * @param {number} seed
   */
  noise(seed) {
    const drawn = noise(this.inputs, seed, 1); // by name: an object has names such as "1" before others
    return Float32Array.from(this.slots.flatMap(({ name }) => [...(drawn[name] ?? [])]));
  }

  /**
   * How much there is of each class.
   * @param {Moment} moment
   */
  blend({ label, into = label, at }) {
    const weights = new Float32Array(this.classes.length);
    weights[this.classes.indexOf(label ?? "")] += 1 - at;
    weights[this.classes.indexOf(into ?? "")] += at;
    return weights;
  }

  /**
   * Truncated about its mean, as in StyleGAN (Karras et al., 2019); then moved along the directions.
   * @param {Moment} moment
   */
  point({ seed, to = seed, at, truncation, d }) {
    const { means } = this;
    const about = (/** @type {number} */ seed) => this.noise(seed).map((value, i) => value - means[i]);
    const walk = at ? between(about(seed), about(to), at) : undefined;
    return this.noise(seed).map((value, i) => {
      const from = means[i] + truncation * (walk ? walk[i] : value - means[i]);
      return this.directions.reduce((sum, direction, k) => sum + (d[k] ?? 0) * direction[i], from);
    });
  }

  /**
   * What the network is given for pictures, one after another.
   * @param {Moment[]} moments
   */
  values(moments) {
    const points = moments.map((moment) => this.point(moment));
    /** @type {import("../network.js").Values} */
    const values = {};
    let offset = 0;
    for (const slot of this.slots) {
      const { name, meaning, size, range } = slot;
      const rows = new Float32Array(points.length * size);
      if (meaning === "latent") {
        const [low, high] = range ?? [-Infinity, Infinity];
        const within = (/** @type {number} */ value) => Math.min(high, Math.max(low, value));
        points.forEach((point, i) => rows.set(point.subarray(offset, offset + size).map(within), i * size));
        offset += size;
      } else if (slot === this.label) moments.forEach((moment, i) => rows.set(this.blend(moment), i * size));
      else if (meaning !== "onehot") rows.fill(range?.[0] ?? 0);
      values[name] = meaning === "onehot" && slot !== this.label ? 0 : rows;
    }
    return values;
  }
}

/**
 * Along the sphere: noise of many dimensions lies near one, and a straight line would leave it (Shoemake, 1985).
 * @param {Float32Array} a
 * @param {Float32Array} b
 * @param {number} t
 */
export function between(a, b, t) {
  /** @type {(x: Float32Array, y: Float32Array) => number} */
  const dot = (x, y) => x.reduce((sum, value, i) => sum + value * y[i], 0);
  const angle = Math.acos(Math.min(1, Math.max(-1, dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b)))));
  const sine = Math.sin(angle);
  // so near to each other, or opposite, that there is no one way
  const [p, q] = sine > 1e-6 ? [Math.sin((1 - t) * angle) / sine, Math.sin(t * angle) / sine] : [1 - t, t];
  return a.map((value, i) => p * value + q * b[i]);
}
