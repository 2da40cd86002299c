/** The state in the address, `#label=7&seed=42`: anybody may have written it. */

/** @typedef {import("./space.js").Moment} Moment */

/** @type {Moment} */
export const DEFAULTS = {
  label: undefined,
  seed: 0,
  truncation: 1,
  d: [],
  at: 0,
  to: undefined,
  into: undefined,
  smooth: undefined,
};
export const MOST_PSI = 1.2;
export const MOST_STEP = 3; // along a direction
const MOST_STEPS = 64;

/** @type {(value: any) => number | undefined} */
const seedOf = (value) => (/^\d+$/.test(value) && +value < 2 ** 32 ? +value : undefined);
/** @type {(value: any) => string | undefined} */
const labelOf = (value) => (typeof value === "string" ? value : undefined);
/** @type {(high: number) => (value: any) => number | undefined} */
const upTo = (high) => (value) => (/^[\d.]/.test(value) && +value >= 0 && +value <= high ? +value : undefined);
/** @type {(value: any) => number[] | undefined} */
const stepsOf = (value) => {
  const steps = `${value}`.split(",").map(Number);
  return steps.length <= MOST_STEPS && steps.every((step) => Math.abs(step) <= MOST_STEP) ? steps : undefined;
};

/** @type {(value: any) => boolean | undefined} */
const flagOf = (value) => (/^[01]$/.test(value) ? value === "1" : undefined);

const READERS = {
  label: labelOf,
  seed: seedOf,
  truncation: upTo(MOST_PSI),
  d: stepsOf,
  to: seedOf,
  into: labelOf,
  at: upTo(1),
  smooth: flagOf,
};

/**
 * What of it is allowed; the rest is dropped.
 * @param {Record<string, unknown>} given
 * @returns {Partial<Moment>}
 */
export function accepted(given) {
  const read = Object.entries(READERS).map(([key, reader]) => [key, reader(given[key])]);
  return Object.fromEntries(read.filter(([, value]) => value !== undefined));
}

/** @param {string} hash */
export function readAddress(hash) {
  return accepted(Object.fromEntries(new URLSearchParams(hash.slice(1))));
}

/**
 * What is not said is at its default.
 * @param {Moment} moment
 */
export function writeAddress({ label, seed, truncation, d, at, to, into, smooth }) {
  const steps = d.slice(0, d.reduce((end, step, k) => (step ? k + 1 : end), 0));
  const way = at ? { to, into, at } : {};
  const look = smooth === undefined ? {} : { smooth: +smooth };
  const told = { label, seed, truncation: truncation === 1 ? "" : truncation, d: steps.join(), ...way, ...look };
  const parts = Object.entries(told).filter(([, value]) => value !== undefined && value !== "");
  return parts.map(([key, value]) => `${key}=${encodeURIComponent(`${value}`)}`).join("&").replace(/%2C/g, ",");
}
