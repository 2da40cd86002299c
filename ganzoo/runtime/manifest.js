/** The manifest is a stranger's until it is checked: no number in it is trusted with memory, no name with a path. */

import { GanzooError } from "./errors.js";

/**
 * @typedef {import("./types.js").Manifest} Manifest
 * @typedef {(value: any) => unknown} Rule
 */

export const MANIFEST = "manifest.json";
const FORMAT = 1;
const NAME = /^[A-Za-z0-9][\w.-]*$/;
const TEXT = /^[^\x00-\x1f\x7f\ud800-\udfff]{1,100}$/u; // no control characters, no half of a character
const MOST = 2 ** 28; // values in one tensor, bytes in one file

/** @type {(least: number) => Rule} */
const count = (least) => (value) => Number.isInteger(value) && value >= least && value <= MOST;
export const isCount = count(1);
/** @type {(pattern: RegExp) => Rule} */
const text = (pattern) => (value) => typeof value === "string" && pattern.test(value);
/** @type {Rule} */
const isRange = (value) =>
  value === null || (value?.length === 2 && value[0] <= value[1] && value.every?.(Number.isFinite));
/** @type {(rule: Rule) => Rule} */
const optional = (rule) => (value) => value === undefined || rule(value);
const meaning = text(/^(latent|onehot|image|logits|probabilities)$/);
const distribution = optional(text(/^(normal|uniform)$/));
const tensors = [
  {
    name: text(NAME),
    shape: [isCount],
    meaning,
    distribution,
    range: isRange,
    parts: [{ name: text(NAME), size: isCount, meaning, distribution }],
  },
];

/** A rule for every value; [one] is a list, {"*": one} has any names. */
const RULES = {
  format: (/** @type {any} */ value) => value === FORMAT,
  inputs: tensors,
  outputs: tensors,
  files: { "*": { bytes: count(0), sha256: text(/^[0-9a-f]{64}$/) } },
  weights: {
    values: count(0),
    shards: [text(NAME)],
    tensors: [{ shape: [isCount], encoding: text(/^(f32|f16|int8)$/) }],
  },
  backends: {
    "*": {
      module: text(NAME),
      prefetch: [text(NAME)],
      title: optional(text(TEXT)),
    },
  },
  golden: {
    file: text(NAME),
    tolerance: { "*": (/** @type {any} */ value) => Number.isFinite(value) && value >= 0 },
  },
};

/** @type {(field: string, what: string, code?: string) => never} */
export const refuse = (field, what, code = "manifest") => {
  throw new GanzooError(code, what, { file: MANIFEST, field });
};

/** @type {(ok: unknown, field: string) => asserts ok} */
const need = (ok, field) => {
  if (!ok) refuse(field.slice(1), "not allowed");
};

/**
 * @param {any} value
 * @param {any} rule
 * @param {string} field
 */
function check(value, rule, field) {
  if (typeof rule === "function") return need(rule(value), field);
  need(value && typeof value === "object" && Array.isArray(value) === Array.isArray(rule), field);
  for (const key of Object.keys(rule["*"] || Array.isArray(rule) ? value : rule)) {
    need(NAME.test(key), field);
    const own = Object.hasOwn(value, key) ? value[key] : undefined;
    check(own, rule["*"] ?? rule[Array.isArray(rule) ? 0 : key], `${field}.${key}`);
  }
}

/** @param {number[]} shape */
export const product = (shape) => shape.reduce((size, n) => size * n, 1);

/**
 * Raises "manifest" or "version".
 * @param {string} json
 * @returns {Manifest}
 */
export function parse(json) {
  /** @type {any} */
  let manifest;
  try {
    manifest = JSON.parse(json);
  } catch {
    refuse("", /^\s*</.test(json) ? "HTML, not JSON: no bundle is at this address" : "not JSON");
  }
  if (manifest?.format > FORMAT) refuse("format", `${manifest.format} is newer`, "version");
  check(manifest, RULES, "");
  const { files, weights, backends, golden } = /** @type {Manifest} */ (manifest);
  /** @type {(file: string, field: string) => number} */
  const bytesOf = (file, field) => {
    need(Object.hasOwn(files, file), field);
    return files[file].bytes;
  };

  let values = 0;
  let bytes = 0;
  weights.tensors.forEach(({ shape, encoding, ...told }, i) => {
    const size = product(shape);
    const scales = shape.length === 3 && shape[2] === 4 ? 16 * shape[0] : NaN;
    const encoded = { f32: 4 * size, f16: 4 * Math.ceil(size / 2), int8: scales + size }[encoding];
    const right = { values: size, offset: values, at: bytes, bytes: encoded };
    for (const [key, value] of Object.entries(right)) {
      need(/** @type {any} */ (told)[key] === value, `.weights.tensors.${i}.${key}`);
    }
    values += size;
    bytes += encoded;
    if (encoding !== "f32") bytesOf("weights.js", ".weights.encoding");
  });
  need(weights.values === values, ".weights.values");
  need(weights.shards.reduce((sum, file) => sum + bytesOf(file, ".weights.shards"), 0) === bytes, ".weights.shards");

  need(Object.keys(backends).length, ".backends");
  for (const [name, { module, prefetch }] of Object.entries(backends)) {
    for (const file of [module, ...prefetch]) bytesOf(file, `.backends.${name}`);
    need(Object.hasOwn(golden.tolerance, name), `.golden.tolerance.${name}`);
  }

  let sample = 0;
  for (const side of /** @type {const} */ (["inputs", "outputs"])) {
    const names = new Set();
    const specs = /** @type {Manifest} */ (manifest)[side];
    need(specs.length, `.${side}`);
    specs.forEach(({ name, shape, parts }, i) => {
      const size = product(shape);
      need(size <= MOST, `.${side}.${i}.shape`);
      sample += size;
      need(!parts.length || parts.reduce((sum, part) => sum + part.size, 0) === size, `.${side}.${i}.parts`);
      // a part may have its input's name: that is the input
      for (const each of [name, ...parts.map((part) => part.name).filter((part) => part !== name)]) {
        need(!names.has(each), `.${side}.${i}.name`);
        names.add(each);
      }
    });
  }
  need(bytesOf(golden.file, ".golden.file") === 4 * sample, ".golden.file");
  return manifest;
}
