/** From what a page gives to what a backend takes. */

import { GanzooError } from "./errors.js";
import { isCount, product } from "./manifest.js";
import { normal, uniform } from "./noise.js";

/**
 * @typedef {import("./types.js").Spec} Spec
 * @typedef {import("./types.js").Value} Value
 * @typedef {object} Slot an input, or a part of one
 * @property {string} name
 * @property {string} meaning
 * @property {number} size
 * @property {number} input
 * @property {number} offset
 * @property {[number, number] | null} [range] the input's
 * @property {string} [distribution]
 */

const LARGEST = 1e6; // where no range is told; products of larger values overflow float32 on one backend and not on another

/**
 * An input's parts; the input itself where it has none, or is wanted.
 * @type {(spec: Spec, input: number, isWhole?: boolean) => Slot[]}
 */
export const slotsOf = (spec, input, isWhole) => {
  const parts = isWhole || !spec.parts.length ? [{ ...spec, size: product(spec.shape) }] : spec.parts;
  let end = 0;
  return parts.map((part) => ({ ...part, range: spec.range, input, offset: (end += part.size) - part.size }));
};

/** @type {(field: string, what: string) => never} */
export const reject = (field, what) => {
  throw new GanzooError("input", what, { field });
};

/**
 * @param {any} value
 * @param {number} end
 */
const isWhole = (value, end) => Number.isInteger(value) && value >= 0 && value < end;

/** For a message. @param {any} value a symbol, among others, is no text */
const told = (value) => (typeof value === "number" ? value : `a ${typeof value}`);

/**
 * One array per input, and how many samples they hold. Raises "input".
 * @param {Spec[]} specs
 * @param {Record<string, Value>} given
 */
export function pack(specs, given) {
  const slots = specs.flatMap((spec, i) => slotsOf(spec, i, Object.hasOwn(given, spec.name)));
  const names = slots.map(({ name }) => name);
  for (const name of Object.keys(given)) {
    if (!names.includes(name)) reject(name, `not an input; inputs are ${names}`);
  }
  // labels last: only the number of samples tells classes from rows of values
  /** @type {(slot: Slot) => number} */
  const rank = ({ name, meaning }) => (meaning !== "onehot" ? 0 : typeof given[name] === "number" ? 2 : 1);
  slots.sort((a, b) => rank(a) - rank(b));
  /** @type {Float32Array[]} */
  const arrays = [];
  let n = 0;
  for (const slot of slots) {
    const { name, size, input, offset, range } = slot;
    const values = rowsOf(slot, given[name], n);
    const { length } = values;
    n ||= length / size;
    if (!n || n % 1 !== 0 || n * size !== length) reject(name, `${length} values, not ${size} per sample`);
    const array = (arrays[input] ??= new Float32Array(n * product(specs[input].shape)));
    const [low, high] = (range ?? [-LARGEST, LARGEST]).map(Math.fround);
    for (let start = offset, i = 0; i < length; start += array.length / n) {
      for (let at = start; at < start + size; at++, i++) {
        const value = values[i];
        // NaN is nowhere
        array[at] = typeof value === "number" ? value : NaN;
        if (!(array[at] >= low && array[at] <= high)) reject(name, `${array[at]} at ${i} is not from ${low} to ${high}`);
      }
    }
  }
  return { arrays, n };
}

/**
 * Classes become one-hot rows; other values stay as they are.
 * @type {(slot: Slot, value: Value, n: number) => ArrayLike<number>}
 */
const rowsOf = ({ name, meaning, size }, value, n) => {
  const isLabel = meaning === "onehot";
  const list = isLabel && typeof value === "number" ? Array(n || 1).fill(value) : value;
  if (value === undefined) reject(name, "missing");
  if (typeof list !== "object" || !(list?.length >= 0)) reject(name, "not a list of numbers");
  if (!isLabel || (n ? list.length !== n : list instanceof Float32Array)) return list;
  const rows = new Float32Array(list.length * size);
  for (let i = 0; i < list.length; i++) {
    const label = list[i];
    if (!isWhole(label, size)) reject(name, `${told(label)} is not from 0 to ${size - 1}`);
    rows[i * size + label] = 1;
  }
  return rows;
};

/** @type {(slot: Slot, seed: number, n: number, stream: number) => Float32Array} */
export const latent = ({ distribution, range }, seed, n, stream) =>
  distribution === "uniform" ? uniform(seed, n, ...(range ?? [-1, 1]), stream) : normal(seed, n, stream);

/**
 * Noise for the latent inputs and parts, by name. Raises "input".
 * @param {Spec[]} specs
 * @param {number} seed
 * @param {number} n samples
 */
export function noise(specs, seed, n) {
  if (!isWhole(seed, 2 ** 32)) reject("seed", `${told(seed)} is not from 0 to ${2 ** 32 - 1}`);
  /** @type {Record<string, Float32Array>} */
  const drawn = {};
  specs.flatMap((spec, i) => slotsOf(spec, i)).forEach((slot, stream) => {
    const { name, meaning, size } = slot;
    if (!isCount(n) || !isCount(n * size)) reject("count", `not ${told(n)}`);
    if (meaning === "latent") drawn[name] = latent(slot, seed, n * size, stream);
  });
  return drawn;
}
