/** The directions in latent space that a bundle may bring along: docs/bundle.md. */

import { Files } from "../../../runtime/fetching.js";

const MOST_DIRECTIONS = 64;

/**
 * Each as long as all noise of a picture. Raises where they do not arrive or are not what the manifest says.
 * @param {import("../network.js").Network} network
 * @param {import("./space.js").Space} space
 */
export async function directionsOf({ src, model: { manifest } }, { slots }) {
  const told = manifest.directions;
  if (!told) return [];
  const { file, name, count } = Object(told);
  const latents = slots.filter(({ meaning }) => meaning === "latent");
  const place = latents.findIndex((slot) => slot.name === name);
  const size = latents[place]?.size;
  const files = new Files(src, manifest.files, new AbortController().signal);
  const isRight = Number.isInteger(count) && count > 0 && count <= MOST_DIRECTIONS && size;
  const values = isRight ? new Float32Array(await files.fetch(file)) : [];
  if (values.length !== count * size || !values.every(Number.isFinite)) throw new Error(`${file} is not a file of directions`);
  const sum = (/** @type {typeof slots} */ some) => some.reduce((total, slot) => total + slot.size, 0);
  const start = sum(latents.slice(0, place));
  return Array.from({ length: count }, (_, k) => {
    const direction = new Float32Array(sum(latents));
    direction.set(values.slice(k * size, (k + 1) * size), start);
    return direction;
  });
}
